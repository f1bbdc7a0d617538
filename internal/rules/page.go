package rules

import (
	"strconv"

	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// receipt records what the notifier reports of a page. If nobody at a level can be reached, the
// escalation continues at once.
func (d *decider) receipt(r events.ReceiptReceived) string {
	i := d.s.incidents[r.Incident]
	if i == nil {
		return PageClosed
	}
	p := i.page(r.Page)
	if p == nil {
		return PageClosed
	}
	if p.Delayed && !r.Final && !r.Delivered {
		return alert.Repeated
	}
	target := p.Target // p is invalid once the page ends
	if r.Delivered {
		var last events.Attempt
		if len(r.Attempts) > 0 {
			last = r.Attempts[len(r.Attempts)-1]
		}
		d.emit(i, ActorPage, "", events.PageDelivered{
			Page: r.Page, Target: target, Contact: last.Contact, Channel: last.Channel, Attempts: r.Attempts,
		})
		return ""
	}
	current := i.current(p)
	if r.Final {
		d.emit(i, ActorPage, "every contact method failed", events.PageFailed{Page: r.Page, Target: target, Attempts: r.Attempts})
	} else {
		d.emit(i, ActorPage, "every contact method failed so far; they are still being tried",
			events.PageDelayed{Page: r.Page, Target: target, Attempts: r.Attempts})
	}
	if r.Final || !p.Delayed {
		d.signal(i, escalation.Undeliverable, "no contact method of "+target+" works")
	}
	if current && i.Status == incident.Triggered && !i.NextStepAt.IsZero() && i.unreachable() {
		d.skipLevel(i)
	}
	return ""
}

// current reports whether a page belongs to the present level.
func (i *Incident) current(p *Page) bool {
	return p.Level > 0 && p.Round == i.LevelRound && p.Level == i.Step.Level
}

// unreachable reports whether no page of the present level was delivered and none is on its way.
func (i *Incident) unreachable() bool {
	if i.Reached {
		return false
	}
	for n := range i.Pages {
		p := &i.Pages[n]
		if i.current(p) && !p.Delayed {
			return false
		}
	}
	return true
}

// skipLevel leaves a level whose people cannot be reached. A repeat of the whole policy still waits
// for its time: if no channel works at all, rushing through the repeats would reach nobody sooner,
// and everybody many times once the channels are back.
func (d *decider) skipLevel(i *Incident) {
	next, ok := i.policy.Above(i.Step)
	if !ok {
		d.exhaust(i, "nobody at the last level could be reached")
		return
	}
	if next.Round > i.Step.Round {
		return
	}
	d.advance(i, move{to: next, by: byUndeliverable, actor: ActorPage, reason: "nobody at the previous level could be reached"})
}

// closePages ends every open page.
func (d *decider) closePages(i *Incident, reason string) {
	for len(i.Pages) > 0 {
		d.emit(i, ActorPolicy, reason, events.PageSuperseded{Page: i.Pages[0].ID, Target: i.Pages[0].Target})
	}
}

// supersede ends the open pages to one target.
func (d *decider) supersede(i *Incident, target, reason string) {
	for n := 0; n < len(i.Pages); {
		if i.Pages[n].Target != target {
			n++
			continue
		}
		// The fact removes the page from the list.
		d.emit(i, ActorPolicy, reason, events.PageSuperseded{Page: i.Pages[n].ID, Target: target})
	}
}

// paging is what the pages of one request have in common.
type paging struct {
	round, level int
	urgency      string // empty means by the priority
	why          string // for pages outside the levels
	late         int    // seconds
}

// request requests one page for each recipient. It replaces an open page to the same target, so that
// nobody gets both after having been out of reach.
func (d *decider) request(i *Incident, p paging, found escalation.Recipients) {
	if p.urgency == "" {
		p.urgency = alert.Urgency(i.Priority)
	}
	for _, r := range found.All {
		id := events.DeriveID("page", i.ID, strconv.Itoa(p.round), strconv.Itoa(p.level), r.Target)
		if i.page(id) != nil {
			continue
		}
		d.supersede(i, r.Target, "replaced by a newer page")
		why := p.why
		if r.Shadow {
			why = join(why, "looking on")
		}
		d.emit(i, ActorPolicy, "", d.pageFact(i, Page{
			ID: id, Target: r.Target, Via: r.Via, Round: p.round, Level: p.level, Urgency: p.urgency, Why: why,
		}, 1, p.late))
	}
}

// notify pages recipients outside the levels; the escalation stays where it is.
func (d *decider) notify(i *Incident, round int, found escalation.Recipients, why string) {
	d.request(i, paging{round: round, why: why}, found)
}

func (d *decider) pageFact(i *Incident, p Page, asked, late int) events.PageRequested {
	return events.PageRequested{
		Page: p.ID, Target: p.Target, Via: p.Via, Round: p.Round, Level: p.Level,
		Urgency: p.Urgency, Asked: asked, Late: late, Why: p.Why,
		Title: i.Title, Severity: i.Severity, Priority: i.Priority, Link: i.Link, Labels: i.Labels, OpenedAt: i.OpenedAt,
		Runbook: i.catalog.Service(i.Service).Runbook, Known: d.s.pageKnown(i),
	}
}

// repeatRequests repeats, under the same id, the request of each page whose receipt is overdue.
func (d *decider) repeatRequests(i *Incident) {
	for n := range i.Pages {
		p := i.Pages[n]
		if p.receiptBy().After(d.now) {
			continue
		}
		d.emit(i, ActorPolicy, "no receipt in time", d.pageFact(i, p, int(p.Asked)+1, 0))
	}
}
