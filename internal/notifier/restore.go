package notifier

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/channel"
	"tocsin.dev/internal/partition"
	"tocsin.dev/pkg/events"
)

// snapshot is the stored form of a machine.
type snapshot struct {
	Version int         `json:"version"`
	Open    []*delivery `json:"open"`
	Closed  []*closing  `json:"closed"`
}

const snapshotVersion = 1

// Load starts from a snapshot, or from nothing.
func (m *machine) Load(_ context.Context, b []byte) error {
	m.open, m.closed = map[string]*delivery{}, map[string]*closing{}
	m.queue, m.order = nil, nil
	if b == nil {
		return nil
	}
	var s snapshot
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	if s.Version != snapshotVersion {
		return fmt.Errorf("snapshot: unknown version %d", s.Version)
	}
	for _, d := range s.Open {
		d.heapPos = -1
		m.open[d.ID()] = d
	}
	for _, c := range s.Closed {
		m.closed[c.Receipt.Page] = c
		m.order = append(m.order, c)
	}
	return nil
}

// Snapshot returns the state as bytes.
func (m *machine) Snapshot() ([]byte, error) {
	b, err := json.Marshal(snapshot{Version: snapshotVersion, Open: m.inOrder(), Closed: m.order})
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	return b, nil
}

// inOrder returns the open pages by id, so that every restart does the same things in the same order.
func (m *machine) inOrder() []*delivery {
	return slices.SortedFunc(maps.Values(m.open), func(a, b *delivery) int { return strings.Compare(a.ID(), b.ID()) })
}

// Replay applies one record.
func (m *machine) Replay(_ context.Context, r partition.Record) error {
	for _, line := range r.Lines {
		e, err := events.Decode(line)
		if err != nil {
			return err
		}
		if err := m.evolve(e, r.Seq); err != nil {
			return err
		}
	}
	return nil
}

func (m *machine) evolve(e events.Event, seq uint64) error {
	notOpen := func(page string) error { return fmt.Errorf("%s: page %s is not open", e.Data.Name(), page) }
	switch fact := e.Data.(type) {
	case events.DeliveryOpened:
		m.take(fact, e.Time)
	case events.DeliveryClaimed:
		d := m.open[fact.Page]
		if d == nil {
			return notOpen(fact.Page)
		}
		d.Claimed(fact, e.Time)
	case events.DeliveryAnswered:
		if d := m.open[fact.Page]; d != nil { // otherwise superseded while the attempt was under way
			d.Answered(fact, e.Time)
		}
	case events.DeliveryClosed:
		d := m.open[fact.Page]
		if d == nil {
			return notOpen(fact.Page)
		}
		m.forget(d, fact.How, e.Time).Seq = seq
	default:
		return fmt.Errorf("%s is not a fact of DELIVERIES", e.Data.Name())
	}
	return nil
}

// inDoubt is the answer of an attempt whose owner died before it could record one.
var inDoubt = channel.Result{Outcome: channel.Unknown, Reason: "the notifier ended before the answer was recorded"}

// Start continues after the previous owner: it posts receipts again that may not have arrived, counts
// attempts without an answer as possibly sent, and makes every open page due.
func (m *machine) Start(ctx context.Context, before partition.Record, now time.Time) error {
	m.epoch = before.Epoch + 1
	for _, c := range m.order {
		if c.Seq > before.Mark {
			m.posts.add(c)
		} else {
			c.posted.Store(now.UnixNano()) // at the latest
		}
	}
	m.posts.sent = before.Mark
	for _, d := range m.inOrder() {
		m.queue.set(d, now)
		if d.Pending() != nil {
			m.answered(d, inDoubt, now)
		}
	}
	m.posts.committed(ctx, before.Seq)
	return nil
}
