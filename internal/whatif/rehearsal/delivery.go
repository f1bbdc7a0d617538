package rehearsal

import (
	"slices"
	"time"

	"tocsin.dev/internal/rules/page"
	"tocsin.dev/pkg/events"
)

const personPrefix = "person:"

// setting is what contact methods do from an instant on; empty names stand for all.
type setting struct{ target, contact, outcome string }

// Contact says what a contact method does from now on: "accepted" (what all do at first),
// "retryable", "permanent" or "unknown", as in [events.Attempt]; any other word counts as unknown. Target is "person:ana" or "chat:ops-room", or empty
// for all; contact is the id of one of the methods, or empty for all. The latest word counts.
func (r *Rehearsal) Contact(target, contact, outcome string) {
	r.settings = append(r.settings, setting{target, contact, outcome})
}

func (r *Rehearsal) outcome(target, contact string) string {
	for _, s := range slices.Backward(r.settings) {
		if (s.target == "" || s.target == target) && (s.contact == "" || s.contact == contact) {
			return s.outcome
		}
	}
	return "accepted"
}

// delivery is one page that is on its way.
type delivery struct {
	incident string
	page     events.PageRequested
	plan     page.Plan
	askedAt  time.Time
	tried    []page.Tried
	attempts []events.Attempt
	told     bool // the engine knows of the delay
	wakeAt   time.Time
}

// deliver takes a page on; one that is asked for again is on its way already.
func (r *Rehearsal) deliver(incident string, p events.PageRequested) {
	for _, d := range r.open {
		if d.page.Page == p.Page {
			return
		}
	}
	r.open = append(r.open, &delivery{
		incident: incident, page: p, askedAt: r.now, wakeAt: r.now,
		plan: r.catalog.TargetPlan(p.Target, p.Urgency),
	})
}

// forget ends a delivery and gives it; nil for a page that is not on its way.
func (r *Rehearsal) forget(id string) *delivery {
	for n, d := range r.open {
		if d.page.Page == id {
			r.open = slices.Delete(r.open, n, n+1)
			return d
		}
	}
	return nil
}

// due gives the first page that something can be done about now.
func (r *Rehearsal) due() *delivery {
	for _, d := range r.open {
		if !d.wakeAt.After(r.now) {
			return d
		}
	}
	return nil
}

// look does one thing about a page: an attempt, a wait, or its end.
func (r *Rehearsal) look(d *delivery) {
	move := page.Next(d.plan, d.tried, d.askedAt, r.now)
	switch move.Verdict {
	case page.Send:
		r.attempt(d, move)
	case page.Wait:
		d.wakeAt = move.At
		if !d.told && page.Delayed(d.plan, d.tried) {
			d.told = true
			r.receipt(d, false, false)
		}
	case page.Done:
		r.forget(d.page.Page)
		r.receipt(d, true, true)
	case page.GiveUp:
		r.forget(d.page.Page)
		r.receipt(d, false, true)
	}
}

func (r *Rehearsal) attempt(d *delivery, move page.Move) {
	step := d.plan.Steps[move.Step]
	word := r.outcome(d.page.Target, step.Contact)
	outcome, known := outcomes[word]
	if !known {
		outcome = page.Unsure
	}
	d.tried = append(d.tried, page.Tried{Step: move.Step, Outcome: outcome, At: r.now})
	d.attempts = append(d.attempts, events.Attempt{
		Contact: step.Contact, Channel: step.Channel, At: r.now.UTC(), Outcome: word, PossibleRepeat: move.Repeat,
	})
}

func (r *Rehearsal) receipt(d *delivery, delivered, final bool) {
	r.ask("", events.ReceiptReceived{
		Incident: d.incident, Page: d.page.Page, Target: d.page.Target,
		Delivered: delivered, Final: final, Attempts: slices.Clone(d.attempts),
	})
}
