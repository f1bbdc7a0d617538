package rules

import (
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// receipt takes what the notifier says of a page. When nobody of a level could be reached, the
// climb goes on at once.
func (d *decider) receipt(r events.ReceiptReceived) string {
	i := d.s.incidents[r.Incident]
	if i == nil {
		return PageClosed
	}
	p := i.page(r.Page)
	if p == nil || !r.Final && p.Delayed {
		return PageClosed
	}
	if r.Delivered {
		var last events.Attempt
		if len(r.Attempts) > 0 {
			last = r.Attempts[len(r.Attempts)-1]
		}
		d.emit(i, ActorPage, "", events.PageDelivered{
			Page: r.Page, Target: r.Target, Contact: last.Contact, Channel: last.Channel, Attempts: r.Attempts,
		})
		return ""
	}
	current := p.Round == i.Round && p.Level == i.Climb.Level
	if r.Final {
		d.emit(i, ActorPage, "no contact method took it", events.PageFailed{Page: r.Page, Target: r.Target, Attempts: r.Attempts})
	} else {
		d.emit(i, ActorPage, "its contact methods fail and are tried further",
			events.PageDelayed{Page: r.Page, Target: r.Target, Attempts: r.Attempts})
	}
	if current && i.Status == incident.Triggered && !i.StepAt.IsZero() && i.unreachable() {
		d.skipLevel(i)
	}
	return ""
}

// unreachable says that no page of the present level was delivered and none is in good hands.
func (i *Incident) unreachable() bool {
	if i.Reached {
		return false
	}
	for n := range i.Pages {
		p := &i.Pages[n]
		if p.Round == i.Round && p.Level == i.Climb.Level && !p.Delayed {
			return false
		}
	}
	return true
}

// skipLevel leaves a level whose people cannot be reached.
func (d *decider) skipLevel(i *Incident) {
	next, ok := i.policy.Next(i.Climb)
	if !ok {
		d.exhaust(i)
		return
	}
	d.advance(i, move{to: next, by: byUndeliverable, actor: ActorPage, reason: "nobody of the level before could be reached"})
}

// closePages ends every open page that is no longer wanted.
func (d *decider) closePages(i *Incident, reason string) {
	for len(i.Pages) > 0 {
		d.emit(i, ActorPolicy, reason, events.PageSuperseded{Page: i.Pages[0].ID, Target: i.Pages[0].Target})
	}
}

// askAgain repeats the request of each page whose receipt is overdue, under the same id.
func (d *decider) askAgain(i *Incident) {
	for n := range i.Pages {
		p := i.Pages[n]
		if p.receiptBy().After(d.now) {
			continue
		}
		d.emit(i, ActorPolicy, "no receipt in time", i.pageFact(p, p.Asked+1, 0))
	}
}
