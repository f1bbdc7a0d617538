package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/internal/intake"
	"tocsin.dev/internal/partition"
	"tocsin.dev/internal/rules"
	"tocsin.dev/pkg/events"
)

// machine runs the rules over one partition.
type machine struct {
	engine    *Engine
	partition int
	state     *rules.State

	lines    [][]byte // decided and not yet taken
	size     int
	outgoing []events.Event // of the facts not yet durable: those that concern another partition
	// failures is how many failed conditions the metric has counted.
	failures uint64
	// current is the intake message being used, decoded once even if it fills several records.
	current struct {
		seq    uint64
		events []events.Event
	}
}

var _ partition.Machine = (*machine)(nil)

// Load restores a snapshot, or starts empty without one.
func (m *machine) Load(ctx context.Context, snapshot []byte) error {
	m.state = rules.NewState(m.partition)
	m.state.Installation = m.engine.cfg.Bus.Installation()
	if snapshot == nil {
		return nil
	}
	state, err := rules.RestoreState(snapshot, func(rev string) (*rules.Catalog, error) {
		c, err := m.engine.cfg.Catalogs.Load(ctx, rev)
		if err != nil {
			return nil, err
		}
		return c.Rules, nil
	})
	if err != nil {
		return err
	}
	m.state = state
	m.state.Installation = m.engine.cfg.Bus.Installation()
	return nil
}

// Replay folds one record into the state.
func (m *machine) Replay(ctx context.Context, r partition.Record) error {
	for _, line := range r.Lines {
		e, err := events.Decode(line)
		if err != nil {
			return err
		}
		if err := m.learn(ctx, rules.Needs(e)); err != nil {
			return err
		}
		if err := m.state.Evolve(e); err != nil {
			return err
		}
	}
	return nil
}

// learn makes a catalog revision known to the rules; the empty revision is ignored.
func (m *machine) learn(ctx context.Context, rev string) error {
	if rev == "" || m.state.Knows(rev) {
		return nil
	}
	c, err := m.engine.cfg.Catalogs.Load(ctx, rev)
	if err != nil {
		return err
	}
	m.state.Learn(c.Rules)
	return nil
}

// Start adopts the current catalog when the partition has none yet, and waits for the first one.
func (m *machine) Start(ctx context.Context, _ partition.Record, now time.Time) error {
	if m.state.Catalog() != nil {
		return nil
	}
	rev, err := m.firstRevision(ctx)
	if err != nil {
		return err
	}
	if err := m.learn(ctx, rev); err != nil {
		return err
	}
	m.decide(rules.Input{Event: events.New(events.CatalogRevised{Revision: rev})}, now)
	return nil
}

func (m *machine) firstRevision(ctx context.Context) (string, error) {
	for {
		rev, err := m.engine.cfg.Catalogs.CurrentRevision(ctx)
		if !errors.Is(err, revisions.ErrNone) {
			return rev, err
		}
		if err := m.engine.cfg.Pause(ctx, 50*time.Millisecond); err != nil {
			return "", err
		}
	}
}

// Input decides the events of one intake message.
func (m *machine) Input(ctx context.Context, msg bus.Message, part int, now time.Time, limit int) (int, bool, error) {
	all := m.decode(msg)
	for i := part; i < len(all); i++ {
		if m.size >= limit {
			return i, false, nil
		}
		if revised, ok := all[i].Data.(events.CatalogRevised); ok {
			if err := m.learn(ctx, revised.Revision); err != nil {
				return i, false, err
			}
		}
		m.decide(rules.Input{Position: msg.Seq, Index: i, Event: all[i]}, now)
	}
	m.current.events = nil
	return 0, true, nil
}

// decode reads a message once. What cannot be read is logged and skipped; it stays on INTAKE.
func (m *machine) decode(msg bus.Message) []events.Event {
	if m.current.seq == msg.Seq && m.current.events != nil {
		return m.current.events
	}
	all, faults := intake.Read(msg, m.engine.cfg.Foreign)
	for _, f := range faults {
		m.engine.metrics.refused.Inc()
		m.engine.cfg.Log.Warn("intake refused", zap.Int("partition", m.partition),
			zap.Uint64("seq", msg.Seq), zap.String("subject", msg.Subject), zap.Error(f))
	}
	m.current.seq, m.current.events = msg.Seq, all
	return all
}

func (m *machine) decide(in rules.Input, now time.Time) {
	d := m.state.Decide(in, now)
	m.engine.metrics.inputs.WithLabelValues(in.Event.Data.Name()).Inc()
	if d.Ignored != "" {
		m.engine.metrics.ignored.WithLabelValues(d.Ignored).Inc()
	}
	m.gather(d.Facts)
}

// gather encodes facts for the next record.
func (m *machine) gather(facts []events.Event) {
	for _, f := range facts {
		line, err := f.Encode()
		if err != nil {
			panic(fmt.Sprintf("engine: a fact of ours cannot be encoded: %v", err))
		}
		m.lines = append(m.lines, line)
		m.size += len(line) + 2
		if receiver(f.Data) != "" {
			m.outgoing = append(m.outgoing, f)
		}
		m.engine.metrics.facts.WithLabelValues(f.Data.Name()).Inc()
	}
}

// Outside does nothing: everything reaches the engine through INTAKE.
func (m *machine) Outside(time.Time) {}

// Ready is never signalled.
func (m *machine) Ready() <-chan struct{} { return nil }

// Deadline returns the state's next deadline.
func (m *machine) Deadline() (time.Time, bool) { return m.state.NextDeadline() }

// Fire fires what is due, one deadline after the other.
func (m *machine) Fire(now time.Time, limit int) {
	for m.size < limit {
		at, ok := m.state.NextDeadline()
		if !ok || at.After(now) {
			return
		}
		m.engine.metrics.lateness.Observe(now.Sub(at).Seconds())
		m.gather(m.state.Fire(now, 1))
	}
}

// Take hands the gathered facts over.
func (m *machine) Take() ([][]byte, uint64) {
	lines := m.lines
	m.lines, m.size = nil, 0
	return lines, 0
}

// Committed forwards what concerns another partition. Notifier, teller and recorder read the ledger.
func (m *machine) Committed(ctx context.Context, _ partition.Record) {
	m.engine.metrics.records.Inc()
	m.countFailures()
	facts := m.outgoing
	m.outgoing = nil
	m.engine.forward(ctx, facts)
}

// countFailures adds to the metric the conditions that failed since the last call.
func (m *machine) countFailures() {
	failures := m.state.ConditionFailures()
	m.engine.metrics.conditions.Add(float64(failures - m.failures))
	m.failures = failures
}

// Leave does nothing: nothing is ever under way.
func (m *machine) Leave() bool { return false }

// Snapshot returns the state's snapshot.
func (m *machine) Snapshot() ([]byte, error) { return m.state.Snapshot() }
