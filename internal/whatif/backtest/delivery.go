package backtest

import (
	"slices"
	"strconv"

	"tocsin.dev/internal/rules"
	"tocsin.dev/pkg/events"
)

// deliver begins to deliver a page.
func (b *Backtest) deliver(incident string, p events.PageRequested) {
	b.pages.Add(events.DeliveryOpened{Incident: incident, Page: p}, b.catalog.TargetPlan(p.Target, p.Urgency), b.now)
	if p.Asked == 1 && !b.options.AsRecorded {
		b.answerTo(incident, p.Target)
	}
}

// answerTo lets the person who is paged answer, if they did so in the record.
func (b *Backtest) answerTo(incident, target string) {
	opener := b.outcomes.byID[incident].Opener
	for _, by := range slices.Compact([]string{target, id(target)}) { // a record may name them either way
		who := answerer{opener, by}
		delays := b.history.delays[who]
		if len(delays) == 0 {
			continue
		}
		w := b.waits[who]
		if w == nil {
			w = &waiting{}
			b.waits[who] = w
		}
		if !w.Set && w.Next < len(delays) {
			w.Set = true
			b.answers = append(b.answers, answer{At: b.now.Add(delays[w.Next].after), Input: delays[w.Next].input})
		}
	}
}

// settle does everything that contact methods do at the present instant, before the deadlines of the
// instant. It reports whether there was anything to do.
func (b *Backtest) settle() (did bool) {
	outcome := func(target, contact string) string { return b.history.outcome(target, contact, b.now) }
	for b.err == nil {
		receipt, ok := b.pages.Step(b.now, outcome)
		if !ok {
			break
		}
		did = true
		if receipt != nil {
			b.receipt(*receipt)
		}
	}
	return did
}

func (b *Backtest) receipt(r events.ReceiptReceived) {
	b.position++
	e := events.New(r)
	e.ID = events.DeriveID("replay", strconv.FormatUint(b.position, 10))
	e.Source, e.Time = "tocsin/replay", b.now.UTC()
	b.apply(b.state.Decide(rules.Input{Position: b.position, Event: e}, b.now).Facts)
}
