package backtest

import (
	"slices"
	"strconv"
	"time"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/page"
	"tocsin.dev/pkg/events"
)

// delivery is one page that is on its way.
type delivery struct {
	Incident string               `json:"incident"`
	Page     events.PageRequested `json:"page"`
	AskedAt  time.Time            `json:"asked_at"`
	Tried    []page.Tried         `json:"tried"`
	Attempts []events.Attempt     `json:"attempts"`
	Told     bool                 `json:"told"` // the engine knows of the delay
	WakeAt   time.Time            `json:"wake_at"`

	plan page.Plan
}

// deliver takes a page on; one that is asked for again is on its way already.
func (b *Backtest) deliver(incident string, p events.PageRequested) {
	for _, d := range b.deliveries {
		if d.Page.Page == p.Page {
			return
		}
	}
	b.deliveries = append(b.deliveries, &delivery{
		Incident: incident, Page: p, AskedAt: b.now, WakeAt: b.now, plan: b.catalog.TargetPlan(p.Target, p.Urgency),
	})
	b.rewake()
	if p.Asked == 1 && !b.options.AsRecorded {
		b.answerTo(incident, p.Target)
	}
}

// answerTo lets the person who is paged answer, if they did so in the record.
func (b *Backtest) answerTo(incident, target string) {
	opener := b.outcomes.byID[incident].Opener
	for _, by := range []string{target, id(target)} {
		who := answerer{opener, by}
		p := b.history.plans[who]
		if p == nil {
			continue
		}
		w := b.waits[who]
		if w == nil {
			w = &waiting{}
			b.waits[who] = w
		}
		if !w.Set && w.Next < len(p.delays) {
			d := p.delays[w.Next]
			w.Set = true
			b.answers = append(b.answers, answer{At: b.now.Add(d.after), Input: d.input})
		}
		if by == target && id(target) == target {
			return // both words are one
		}
	}
}

// drop ends a delivery that is no longer wanted.
func (b *Backtest) drop(id string) {
	for n, d := range b.deliveries {
		if d.Page.Page == id {
			b.deliveries = slices.Delete(b.deliveries, n, n+1)
			b.rewake()
			return
		}
	}
}

func (b *Backtest) rewake() {
	b.wake = time.Time{}
	for _, d := range b.deliveries {
		if b.wake.IsZero() || d.WakeAt.Before(b.wake) {
			b.wake = d.WakeAt
		}
	}
}

// settle does everything that contact methods do at the present instant; it says whether that was
// anything. Receipts come before the deadlines of the instant.
func (b *Backtest) settle() (did bool) {
	for !b.wake.IsZero() && !b.wake.After(b.now) && b.err == nil {
		for _, d := range b.deliveries {
			if !d.WakeAt.After(b.now) {
				b.look(d)
				did = true
				break
			}
		}
		b.rewake()
	}
	return did
}

// look does one thing about a page: an attempt, a wait, or its end.
func (b *Backtest) look(d *delivery) {
	move := page.Next(d.plan, d.Tried, d.AskedAt, b.now)
	switch move.Verdict {
	case page.Send:
		b.attempt(d, move)
	case page.Wait:
		d.WakeAt = move.At
		if !d.Told && page.Delayed(d.plan, d.Tried) {
			d.Told = true
			b.receipt(d, false, false)
		}
	case page.Done:
		b.drop(d.Page.Page)
		b.receipt(d, true, true)
	case page.GiveUp:
		b.drop(d.Page.Page)
		b.receipt(d, false, true)
	}
}

// verdicts are the words of attempts, as the rules of pages see them.
var verdicts = map[string]page.Outcome{
	accepted: page.Taken, "delivered": page.Taken, "retryable": page.Later, "permanent": page.Never, "unknown": page.Unsure,
}

func (b *Backtest) attempt(d *delivery, move page.Move) {
	step := d.plan.Steps[move.Step]
	word := b.history.outcome(d.Page.Target, step.Contact, b.now)
	outcome, known := verdicts[word]
	if !known {
		outcome = page.Unsure
	}
	d.Tried = append(d.Tried, page.Tried{Step: move.Step, Outcome: outcome, At: b.now})
	d.Attempts = append(d.Attempts, events.Attempt{
		Contact: step.Contact, Channel: step.Channel, At: b.now.UTC(), Outcome: word, PossibleRepeat: move.Repeat,
	})
}

func (b *Backtest) receipt(d *delivery, delivered, final bool) {
	b.position++
	e := events.New(events.ReceiptReceived{
		Incident: d.Incident, Page: d.Page.Page, Target: d.Page.Target, Delivered: delivered, Final: final, Attempts: slices.Clone(d.Attempts),
	})
	e.ID = events.DeriveID("replay", strconv.FormatUint(b.position, 10))
	e.Source, e.Time = "tocsin/replay", b.now.UTC()
	b.take(b.state.Decide(rules.Input{Position: b.position, Event: e}, b.now).Facts)
}
