package page

import (
	"slices"
	"time"

	"tocsin.dev/pkg/events"
)

// Delivery is one page on its way through its target's contact methods. It is a plain value: it may
// be stored as JSON between any two calls.
type Delivery struct {
	Opened   events.DeliveryOpened `json:"opened"`
	OpenedAt time.Time             `json:"opened_at"`
	Attempts []Attempt             `json:"tries,omitempty"`
	// DelayReported says that the engine has been sent the receipt of a delay.
	DelayReported bool `json:"told,omitempty"`
}

// Attempt is one attempt, answered or not.
type Attempt struct {
	events.Attempt
	RetryAt time.Time `json:"retry_at,omitzero"`
	// Step is its step in the plan of its time, from 1.
	Step int `json:"step"`
	// Open means that no answer has arrived yet.
	Open bool `json:"open,omitempty"`
}

// OutcomeOf translates the outcome of an [events.Attempt]. A word it does not know counts as [Unsure].
func OutcomeOf(word string) Outcome {
	switch word {
	case events.OutcomeAccepted, events.OutcomeDelivered, events.OutcomeRecorded:
		return Taken
	case events.OutcomeRetryable:
		return Later
	case events.OutcomePermanent:
		return Never
	}
	return Unsure
}

// ID returns the id of the page.
func (d *Delivery) ID() string { return d.Opened.Page.Page }

// Next decides what to do with the page now. The plan may have changed since the last attempt.
func (d *Delivery) Next(p Plan, now time.Time) Move { return next(p, d.results(p), d.OpenedAt, now) }

// Delayed reports whether every step has failed so often that the engine should escalate meanwhile, and
// no receipt has said so yet.
func (d *Delivery) Delayed(p Plan) bool { return !d.DelayReported && delayed(p, d.results(p)) }

// results assigns the attempts to the plan's steps. When the plan has changed, an attempt counts for
// the first step with its contact method, and for none when that method is gone.
func (d *Delivery) results(p Plan) []result {
	var all []result
	for _, a := range d.Attempts {
		if i := a.stepIn(p); i >= 0 {
			all = append(all, result{step: i, outcome: OutcomeOf(a.Outcome), at: a.At, retryAt: a.RetryAt})
		}
	}
	return all
}

// stepIn returns the index of the attempt's step in the plan, or -1.
func (a *Attempt) stepIn(p Plan) int {
	if i := a.Step - 1; i >= 0 && i < len(p.Steps) && p.Steps[i].Contact == a.Contact {
		return i
	}
	return slices.IndexFunc(p.Steps, func(s Step) bool { return s.Contact == a.Contact })
}

// Claim makes the fact that the attempt of a [Send] is about to begin; [Delivery.Claimed] applies it.
func (d *Delivery) Claim(p Plan, m Move) events.DeliveryClaimed {
	step := p.Steps[m.Step]
	return events.DeliveryClaimed{
		Page: d.ID(), Incident: d.Opened.Incident, Attempt: len(d.Attempts) + 1,
		Contact: step.Contact, Channel: step.Channel, Step: m.Step + 1, PossibleRepeat: m.Repeat,
	}
}

// Claimed begins an attempt.
func (d *Delivery) Claimed(fact events.DeliveryClaimed, at time.Time) {
	d.Attempts = append(d.Attempts, Attempt{Attempt: events.Attempt{
		Contact: fact.Contact, Channel: fact.Channel, At: at, PossibleRepeat: fact.PossibleRepeat,
	}, Step: fact.Step, Open: true})
}

// Pending returns the attempt that has no answer yet, or nil. There is at most one.
func (d *Delivery) Pending() *Attempt {
	if n := len(d.Attempts); n > 0 && d.Attempts[n-1].Open {
		return &d.Attempts[n-1]
	}
	return nil
}

// Answered ends the pending attempt. Without one it does nothing.
func (d *Delivery) Answered(fact events.DeliveryAnswered, at time.Time) {
	if a := d.Pending(); a != nil {
		a.Open, a.At, a.Outcome, a.Reason, a.RetryAt = false, at, fact.Outcome, fact.Reason, fact.RetryAt
	}
}

// History returns the attempts as facts carry them; empty, never nil, for none.
func (d *Delivery) History() []events.Attempt {
	all := make([]events.Attempt, len(d.Attempts))
	for i, a := range d.Attempts {
		all[i] = a.Attempt
	}
	return all
}

// Receipt makes the message to the engine about what became of the page so far.
func (d *Delivery) Receipt(delivered, final bool) events.ReceiptReceived {
	return events.ReceiptReceived{
		Incident: d.Opened.Incident, Page: d.ID(), Target: d.Opened.Page.Target,
		Delivered: delivered, Final: final, Attempts: d.History(),
	}
}
