package simulation

import (
	"time"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/channel"
	"tocsin.dev/internal/partition"
	"tocsin.dev/pkg/events"
)

const (
	delivered  = "delivered"
	failed     = "failed"
	superseded = "superseded"
)

const (
	lawPages  = "3 every page ends"
	lawDouble = "4 no double page"
)

// page is one page as the laws understand it: what LEDGER and what DELIVERIES say of it.
type page struct {
	id, target string
	story      *story
	asked      int
	delayed    bool
	unwanted   bool   // somebody has taken the incident since, or it is over
	end        string // on LEDGER; empty while it is open
	endSeq     uint64
	endAt      time.Time

	opened   bool
	closed   string // on DELIVERIES; empty while it is open
	attempts int
	underWay *contactState
}

// contactState is one page at one contact method, known to the outside by its idempotency key.
type contactState struct {
	claims   []bool // of each claim, whether it was marked as a possible repeat
	accepted bool
	unsure   bool // an earlier attempt may have arrived
}

func (l *laws) deliveryRecord(m bus.Message) {
	r := l.claims[m.Partition].next(m)
	for _, e := range l.decode(r) {
		switch d := e.Data.(type) {
		case events.DeliveryOpened:
			l.deliveryOpened(m, d)
		case events.DeliveryClaimed:
			l.claimed(m, r, d)
		case events.DeliveryAnswered:
			l.answered(m, d)
		case events.DeliveryClosed:
			l.deliveryClosed(m, d)
		}
	}
}

func (l *laws) deliveryOpened(m bus.Message, d events.DeliveryOpened) {
	pg := l.pages[d.Page.Page]
	switch {
	case pg == nil || pg.story.id != d.Incident || pg.target != d.Page.Target:
		fail(lawOnce, "delivery record %d: page %s was never requested so", m.Seq, d.Page.Page)
	case pg.opened:
		fail(lawDouble, "delivery record %d: page %s is taken on a second time", m.Seq, d.Page.Page)
	case events.Partition(d.Page.Target, l.w.targets) != m.Partition:
		fail(lawOnce, "delivery record %d: %s is not of this partition", m.Seq, d.Page.Target)
	}
	pg.opened = true
}

func (l *laws) claimed(m bus.Message, r partition.Record, d events.DeliveryClaimed) {
	pg := l.pages[d.Page]
	if pg == nil || !pg.opened || pg.closed != "" {
		fail(lawDouble, "delivery record %d: page %s is claimed and not open", m.Seq, d.Page)
	}
	// Who had read it must not claim, nor who could have read it when the claim was decided.
	if pg.end == superseded && (r.Position.Seq >= pg.endSeq || !pg.endAt.After(r.Now.Add(-barrierHolds))) {
		fail(lawAck, "delivery record %d: page %s is claimed after it was superseded", m.Seq, d.Page)
	}
	if pg.attempts++; d.Attempt != pg.attempts || pg.underWay != nil {
		fail(lawDouble, "delivery record %d: page %s attempt %d while attempt %d is under way", m.Seq, d.Page, d.Attempt, pg.attempts-1)
	}
	key := events.DeriveID("notification", d.Page, d.Contact)
	c := l.byNotice[key]
	if c == nil {
		c = &contactState{}
		l.byNotice[key] = c
	}
	if c.accepted {
		fail(lawDouble, "delivery record %d: page %s is claimed for %s, which accepted it", m.Seq, d.Page, d.Contact)
	}
	if c.unsure != d.PossibleRepeat {
		fail(lawDouble, "delivery record %d: page %s for %s: possible repeat is %t, must be %t", m.Seq, d.Page, d.Contact, d.PossibleRepeat, c.unsure)
	}
	if d.PossibleRepeat {
		l.w.count.Repeats++
	}
	c.claims = append(c.claims, d.PossibleRepeat)
	pg.underWay = c
}

func (l *laws) answered(m bus.Message, d events.DeliveryAnswered) {
	pg := l.pages[d.Page]
	if pg == nil || pg.underWay == nil || d.Attempt != pg.attempts {
		fail(lawDouble, "delivery record %d: page %s has an answer to attempt %d, which is not under way", m.Seq, d.Page, d.Attempt)
	}
	switch channel.Outcome(d.Outcome) {
	case channel.Accepted, channel.Delivered:
		pg.underWay.accepted = true
	case channel.Unknown:
		pg.underWay.unsure = true
	}
	pg.underWay = nil
}

func (l *laws) deliveryClosed(m bus.Message, d events.DeliveryClosed) {
	pg := l.pages[d.Page]
	if pg == nil || !pg.opened || pg.closed != "" {
		fail(lawPages, "delivery record %d: page %s is closed and was not open", m.Seq, d.Page)
	}
	if d.How == superseded && pg.end != superseded {
		fail(lawPages, "delivery record %d: page %s is given up, and LEDGER still wants it", m.Seq, d.Page)
	}
	if d.How != superseded && pg.underWay != nil {
		fail(lawPages, "delivery record %d: page %s ends with an attempt under way", m.Seq, d.Page)
	}
	pg.closed = d.How
}

// packet checks what the provider was handed: a claim for it is recorded, it comes once for each
// claim, and of those that were taken all but the first are marked.
func (l *laws) packet(n channel.Notification, all []packet) {
	l.check()
	c := l.byNotice[n.ID]
	if c == nil || len(c.claims) < n.Attempt {
		fail(lawOnce, "attempt %d of page %s reaches the provider, and no claim is recorded", n.Attempt, n.Page)
	}
	if c.claims[n.Attempt-1] != n.PossibleRepeat {
		fail(lawDouble, "attempt %d of page %s is not marked as its claim", n.Attempt, n.Page)
	}
	taken, unmarked := 0, 0
	for i, one := range all {
		if i < len(all)-1 && one.attempt == n.Attempt {
			fail(lawDouble, "attempt %d of page %s reaches the provider twice", n.Attempt, n.Page)
		}
		if one.taken {
			taken++
			if !one.repeat {
				unmarked++
			}
		}
	}
	if taken > 1 && unmarked > 1 {
		fail(lawDouble, "page %s was taken %d times, %d of them without a mark", n.Page, taken, unmarked)
	}
}

// settled says that nothing is left to do: every page has ended, everything was told and kept.
func (l *laws) settled() bool {
	for _, pg := range l.pages {
		if pg.end == "" || pg.opened && pg.closed == "" || pg.end != superseded && !pg.opened {
			return false
		}
	}
	for _, s := range l.known {
		if s.merging != "" {
			return false
		}
	}
	return true
}

// stillOpen fails with what is still open after the quiet period.
func (l *laws) stillOpen() {
	for _, s := range l.known {
		if s.merging != "" {
			fail(lawMerge, "incident %s waits for ever to be merged into %s", s.id, s.merging)
		}
		for id, pg := range s.open {
			fail(lawPages, "page %s of %s is open for ever: opened %t, closed %q, attempts %d, asked %d", id, s.id, pg.opened, pg.closed, pg.attempts, pg.asked)
		}
	}
	for id, pg := range l.pages {
		if pg.opened && pg.closed == "" {
			fail(lawPages, "page %s ended as %s, and the notifier never closed it", id, pg.end)
		}
	}
	fail(lawPages, "something is open for ever")
}

// climbing fails for an incident whose next step is overdue although nothing hinders it.
func (l *laws) climbing() {
	for _, s := range l.known {
		if s.status == triggered && !s.dueAt.IsZero() && l.w.now.Sub(s.dueAt) > 10*time.Second {
			fail(lawPages, "incident %s should have climbed at %s", s.id, s.dueAt)
		}
	}
}
