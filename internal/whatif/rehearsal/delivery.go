package rehearsal

import (
	"slices"

	"tocsin.dev/pkg/events"
)

const personPrefix = "person:"

// setting is what contact methods do from an instant on; empty names stand for all.
type setting struct{ target, contact, outcome string }

// Contact sets what a contact method does from now on: one of the outcomes of an [events.Attempt]. At
// first all accept. Target is "person:ana" or "chat:ops-room", or empty for all; contact is the id of one
// of its methods, or empty for all. The latest setting that matches counts.
func (r *Rehearsal) Contact(target, contact, outcome string) {
	r.settings = append(r.settings, setting{target, contact, outcome})
}

func (r *Rehearsal) outcome(target, contact string) string {
	for _, s := range slices.Backward(r.settings) {
		if (s.target == "" || s.target == target) && (s.contact == "" || s.contact == contact) {
			return s.outcome
		}
	}
	return events.OutcomeAccepted
}

// deliver does one thing about a page that is due; it reports whether one was.
func (r *Rehearsal) deliver() bool {
	receipt, ok := r.pages.Step(r.now, r.outcome)
	if receipt != nil {
		r.ask("", *receipt)
	}
	return ok
}
