package rehearsal

import (
	"cmp"
	"fmt"
	"strings"

	"tocsin.dev/pkg/events"
)

// ask asks, and fails when the answer is not the expected one.
func (p *player) ask(s Step, what events.Data) {
	refusal := p.rehearsal.Ask(what)
	switch {
	case refusal != "" && !s.Refused:
		p.fail(s.place, "%s was refused: %s", s.Verb, refusal)
	case refusal == "" && s.Refused:
		p.fail(s.place, "%s was done, and was expected to be refused", s.Verb)
	}
}

// cover asks to change who is on call, or to take such a change back.
func (p *player) cover(s Step) {
	if s.Verb == Withdraw {
		was := p.covers[s.Cover.ID]
		p.ask(s, events.OverrideWithdrawn{ID: was.ID, Schedule: was.Schedule, By: s.By})
		return
	}
	start := p.of.Start
	o := events.Override{
		ID: cmp.Or(s.Cover.ID, fmt.Sprintf("override %d", len(p.covers)+1)), Schedule: s.Cover.Schedule, Kind: s.Cover.Kind,
		From: s.Cover.From.from(start), To: s.Cover.To.from(start), People: ids(s.Cover.People), Replaces: strings.TrimPrefix(s.Cover.Replaces, personPrefix),
	}
	if o.From.IsZero() {
		o.From = p.rehearsal.Now()
	}
	for _, one := range s.Cover.Shifts {
		o.Shifts = append(o.Shifts, events.Shift{People: ids(one.People), From: one.From.from(start), To: one.To.from(start)})
	}
	p.covers[o.ID] = o
	p.ask(s, events.OverrideReceived{Override: o, By: s.By, Note: s.Text})
}

// ids returns the ids of people: "ana" of "person:ana".
func ids(words []string) []string {
	var all []string
	for _, w := range words {
		all = append(all, strings.TrimPrefix(w, personPrefix))
	}
	return all
}
