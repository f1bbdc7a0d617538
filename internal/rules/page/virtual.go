package page

import (
	"encoding/json"
	"slices"
	"time"

	"tocsin.dev/pkg/events"
)

// Virtual delivers pages on virtual time: every attempt is answered at the instant it is made. The
// zero value has no page. It may be stored as JSON between any two calls; see [Virtual.Replan].
type Virtual struct {
	open   []*virtualDelivery // in the order of their requests
	wakeAt time.Time          // the earliest of theirs; zero for none
}

type virtualDelivery struct {
	Delivery
	WakeAt time.Time `json:"wake_at"` // nothing can be done before

	plan Plan
}

// Add begins to deliver a page by a plan. A page that is already on its way is left alone.
func (v *Virtual) Add(opened events.DeliveryOpened, p Plan, now time.Time) {
	if v.index(opened.Page.Page) < 0 {
		v.open = append(v.open, &virtualDelivery{Delivery: Delivery{Opened: opened, OpenedAt: now}, WakeAt: now, plan: p})
		v.update()
	}
}

// Remove ends a delivery and returns it; nil when the page is not on its way.
func (v *Virtual) Remove(page string) *Delivery {
	i := v.index(page)
	if i < 0 {
		return nil
	}
	d := v.open[i]
	v.open = slices.Delete(v.open, i, i+1)
	v.update()
	return &d.Delivery
}

func (v *Virtual) index(page string) int {
	return slices.IndexFunc(v.open, func(d *virtualDelivery) bool { return d.ID() == page })
}

func (v *Virtual) update() {
	v.wakeAt = time.Time{}
	for _, d := range v.open {
		if v.wakeAt.IsZero() || d.WakeAt.Before(v.wakeAt) {
			v.wakeAt = d.WakeAt
		}
	}
}

// Len is the number of pages on their way.
func (v *Virtual) Len() int { return len(v.open) }

// WakeAt is when [Virtual.Step] next has something to do; zero for never.
func (v *Virtual) WakeAt() time.Time { return v.wakeAt }

// Step does one thing that is due: an attempt, whose outcome it asks for by target and contact
// method, a wait, or a page's end. It returns the receipt for the engine, nil for none. ok reports
// whether something was due.
func (v *Virtual) Step(now time.Time, outcome func(target, contact string) string) (receipt *events.ReceiptReceived, ok bool) {
	if v.wakeAt.IsZero() || v.wakeAt.After(now) {
		return nil, false
	}
	d := v.open[slices.IndexFunc(v.open, func(d *virtualDelivery) bool { return !d.WakeAt.After(now) })]
	switch move := d.Next(d.plan, now); move.Verdict {
	case Send:
		claim := d.Claim(d.plan, move)
		d.Claimed(claim, now.UTC())
		d.Answered(events.DeliveryAnswered{Outcome: outcome(d.Opened.Page.Target, claim.Contact)}, now.UTC())
	case Wait:
		d.WakeAt = move.At
		v.update()
		if d.Delayed(d.plan) {
			d.DelayReported = true
			return new(d.Receipt(false, false)), true
		}
	default:
		v.Remove(d.ID())
		return new(d.Receipt(move.Verdict == Done, true)), true
	}
	return nil, true
}

// Replan sets the plan of every open page by its target and urgency. Call it after reading a Virtual from
// JSON, which does not store plans.
func (v *Virtual) Replan(plan func(target, urgency string) Plan) {
	for _, d := range v.open {
		d.plan = plan(d.Opened.Page.Target, d.Opened.Page.Urgency)
	}
}

// MarshalJSON stores everything but the plans.
func (v *Virtual) MarshalJSON() ([]byte, error) { return json.Marshal(v.open) }

// UnmarshalJSON is the reverse of [Virtual.MarshalJSON].
func (v *Virtual) UnmarshalJSON(b []byte) error {
	v.open = nil
	err := json.Unmarshal(b, &v.open)
	v.update()
	return err
}
