package notifier

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/partition"
	"tocsin.dev/internal/rules/page"
	"tocsin.dev/pkg/events"
)

// Source is the CloudEvents source of everything the notifier writes.
const Source = "tocsin/notifier"

// closedKept is how far LEDGER must have been read beyond the instant at which a page's receipt was
// stored on INTAKE before its outcome is forgotten. The engine asks again only while it has not read the
// receipt, so no later request can be for the page. Wall time would prove nothing: the engine may have
// been down.
const closedKept = 2 * time.Hour

// machine runs the rules of paging over one partition of targets.
type machine struct {
	notifier *Notifier
	q        int
	input    *tap

	open   map[string]*delivery // by page
	queue  queue
	closed map[string]*closing // by page
	// order holds the closed pages, oldest first.
	order  []*closing
	readAt time.Time // when the newest used input was stored
	slots  slots

	lines   [][]byte
	size    int
	epoch   uint64   // of this owner; with number it makes the ids of its facts
	number  uint64   // facts so far
	claims  []launch // sent when the gathered facts are durable
	closing []*closing
	posts   *posts
	answers answers
	leaving bool
}

// closing is a receipt for the engine: of the end of a page, or of its delay.
type closing struct {
	Receipt events.ReceiptReceived `json:"receipt"`
	Service string                 `json:"service"`
	At      time.Time              `json:"at"`
	// Seq is the record it is in; zero while it is not durable.
	Seq uint64 `json:"seq"`
	// Silent ends send no receipt: the engine itself superseded the page.
	Silent bool `json:"silent,omitempty"`

	posted atomic.Int64 // when its receipt was known to be on INTAKE, in ns; 0 for not yet
}

var _ partition.Machine = (*machine)(nil)

func newMachine(n *Notifier, q int) *machine {
	m := &machine{notifier: n, q: q}
	m.slots = newSlots(n.cfg.PerEndpoint)
	m.posts = &posts{notifier: n}
	m.answers.ready = make(chan struct{}, 1)
	return m
}

// Input opens the pages that are requested and closes those that are superseded.
func (m *machine) Input(_ context.Context, msg bus.Message, part int, now time.Time, limit int) (int, bool, error) {
	m.readAt = msg.At
	lines := events.Lines(msg.Body)
	for i := part; i < len(lines); i++ {
		if m.size >= limit {
			return i, false, nil
		}
		e, err := events.Decode(lines[i])
		if err != nil {
			return i, false, err
		}
		switch fact := e.Data.(type) {
		case events.PageRequested:
			m.requested(e, fact, now)
		case events.PageSuperseded:
			m.superseded(fact, now)
		}
	}
	return 0, true, nil
}

// requested opens a page. One that is open already is left alone; one that was closed gets the same
// receipt again.
func (m *machine) requested(e events.Event, p events.PageRequested, now time.Time) {
	if m.open[p.Page] != nil {
		return
	}
	if c := m.closed[p.Page]; c != nil && !c.Silent {
		m.posts.add(c)
		return
	}
	opened := events.DeliveryOpened{Incident: e.Subject, Service: e.Service, Team: e.Team, Page: p}
	m.gather(opened, now)
	m.take(opened, now)
}

func (m *machine) take(opened events.DeliveryOpened, at time.Time) *delivery {
	d := &delivery{Delivery: page.Delivery{Opened: opened, OpenedAt: at}, heapPos: -1}
	m.open[d.ID()] = d
	m.queue.set(d, at)
	return d
}

// superseded closes a page at once, even while an attempt is pending. If it waited for the answer, a
// crash would lose the request, and the page would be tried again after the acknowledgement.
func (m *machine) superseded(p events.PageSuperseded, now time.Time) {
	if d := m.open[p.Page]; d != nil {
		m.close(d, howSuperseded, now)
	}
}

// gather encodes a fact for the next record.
func (m *machine) gather(data events.Data, now time.Time) {
	m.number++
	e := events.New(data)
	e.ID = events.DeriveID("delivery", strconv.Itoa(m.q), strconv.FormatUint(m.epoch, 10), strconv.FormatUint(m.number, 10))
	e.Source, e.Time = Source, now
	line, err := e.Encode()
	if err != nil {
		panic(fmt.Sprintf("notifier: cannot encode a fact: %v", err))
	}
	m.lines = append(m.lines, line)
	m.size += len(line) + 2
}

// close ends a page. Its receipt is sent when the record is durable.
func (m *machine) close(d *delivery, how string, now time.Time) {
	m.gather(events.DeliveryClosed{Page: d.ID(), How: how}, now)
	c := m.forget(d, how, now)
	m.closing = append(m.closing, c)
	m.notifier.metrics.pages.WithLabelValues(how).Inc()
}

// forget moves a page from the open ones to the closed ones.
func (m *machine) forget(d *delivery, how string, now time.Time) *closing {
	m.queue.set(d, time.Time{})
	if d.Pending() == nil { // otherwise it keeps its slot until the answer arrives
		m.wake(m.slots.leave(d), now)
	}
	delete(m.open, d.ID())
	c := &closing{
		Receipt: d.Receipt(how == howDelivered, true),
		Service: d.Opened.Service, At: now, Silent: how == howSuperseded,
	}
	m.closed[d.ID()] = c
	m.order = append(m.order, c)
	m.prune()
	return c
}

// prune forgets the closed pages that can no longer be asked for.
func (m *machine) prune() {
	for len(m.order) > 0 {
		c := m.order[0]
		posted := c.posted.Load()
		if !c.Silent && (posted == 0 || m.readAt.Sub(time.Unix(0, posted)) <= closedKept) {
			return
		}
		delete(m.closed, c.Receipt.Page)
		m.order = m.order[1:]
	}
}

// wake makes pages due for which a slot may be free.
func (m *machine) wake(all []*delivery, now time.Time) {
	for _, d := range all {
		m.queue.set(d, now)
	}
}

// How a page ends, as [events.DeliveryClosed] names it.
const (
	howDelivered  = "delivered"
	howFailed     = "failed"
	howSuperseded = "superseded"
)

// Deadline is when the next open page is due.
func (m *machine) Deadline() (time.Time, bool) {
	if m.leaving || len(m.queue) == 0 {
		return time.Time{}, false
	}
	return m.queue[0].wakeAt, true
}

// Take returns the gathered facts and clears them.
func (m *machine) Take() ([][]byte, uint64) {
	lines := m.lines
	m.lines, m.size = nil, 0
	return lines, m.posts.mark()
}

// Committed sends what was claimed and posts the receipts of what was closed.
func (m *machine) Committed(ctx context.Context, r partition.Record) {
	claims, closed := m.claims, m.closing
	m.claims, m.closing = nil, nil
	for _, c := range claims {
		m.send(ctx, c)
	}
	for _, c := range closed {
		c.Seq = r.Seq
		m.posts.add(c)
	}
	m.posts.committed(ctx, r.Seq)
}

// Leave stops new work; it reports whether something is still under way.
func (m *machine) Leave() bool {
	m.leaving = true
	return m.slots.busy() || m.answers.waiting() || m.posts.busy()
}

// Ready is signalled when an answer has arrived.
func (m *machine) Ready() <-chan struct{} { return m.answers.ready }
