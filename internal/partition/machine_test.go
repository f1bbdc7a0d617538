package partition_test

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/inmem"
	"tocsin.dev/internal/partition"
	"tocsin.dev/pkg/events"
)

// scribe is the simplest machine: each part of an input, cut at commas, becomes one fact. The word
// "alarm" also sets a deadline a minute later, which becomes the fact "rang".
type scribe struct {
	state     scribeState
	lines     [][]byte
	size      int
	committed []partition.Record
	starts    []string // facts decided at each start
	outside   []string
	ready     chan struct{}
	busy      bool
}

type scribeState struct {
	Facts  []string
	RingAt time.Time
}

const wait = time.Minute

func (s *scribe) Load(_ context.Context, b []byte) error {
	s.state = scribeState{}
	if b == nil {
		return nil
	}
	return json.Unmarshal(b, &s.state)
}

func (s *scribe) Replay(_ context.Context, r partition.Record) error {
	for _, l := range r.Lines {
		s.fold(string(l), r.Now)
	}
	return nil
}

func (s *scribe) fold(fact string, now time.Time) {
	s.state.Facts = append(s.state.Facts, fact)
	switch fact {
	case "alarm":
		s.state.RingAt = now.Add(wait)
	case "rang":
		s.state.RingAt = time.Time{}
	}
}

func (s *scribe) gather(fact string, now time.Time) {
	s.fold(fact, now)
	s.lines = append(s.lines, []byte(fact))
	s.size += len(fact)
}

func (s *scribe) Start(_ context.Context, _ partition.Record, now time.Time) error {
	for _, f := range s.starts {
		s.gather(f, now)
	}
	return nil
}

var errPoison = errors.New("poison")

func (s *scribe) Input(_ context.Context, m bus.Message, part int, now time.Time, limit int) (int, bool, error) {
	if string(m.Body) == "poison" {
		return part, false, errPoison
	}
	if len(m.Body) == 0 {
		return 0, true, nil
	}
	parts := strings.Split(string(m.Body), ",")
	for i := part; i < len(parts); i++ {
		if s.size >= limit {
			return i, false, nil
		}
		s.gather(parts[i], now)
	}
	return 0, true, nil
}

func (s *scribe) Outside(now time.Time) {
	for _, o := range s.outside {
		s.gather(o, now)
	}
	s.outside = nil
}

func (s *scribe) Ready() <-chan struct{}      { return s.ready }
func (s *scribe) Deadline() (time.Time, bool) { return s.state.RingAt, !s.state.RingAt.IsZero() }
func (s *scribe) Fire(now time.Time, _ int)   { s.gather("rang", now) }

func (s *scribe) Take() ([][]byte, uint64) {
	lines := s.lines
	s.lines, s.size = nil, 0
	return lines, uint64(len(s.state.Facts))
}

func (s *scribe) Committed(_ context.Context, r partition.Record) {
	s.committed = append(s.committed, r)
}
func (s *scribe) Leave() bool               { return s.busy || len(s.outside) > 0 }
func (s *scribe) Snapshot() ([]byte, error) { return json.Marshal(s.state) }

// house is a bus, a clock and the ways of the tests with them.
type house struct {
	t      *testing.T
	now    time.Time
	faults inmem.Faults
	bus    *inmem.Bus
	pauses int
	warned []error
	// onPause is called while a writer waits.
	onPause func() error
	blobs   bus.Blobs
}

func newHouse(t *testing.T) *house {
	h := &house{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	ask := func(f *func(string) bool) func(string) bool {
		return func(call string) bool { return *f != nil && (*f)(call) }
	}
	h.bus = inmem.New(inmem.Config{Partitions: 1, Clock: func() time.Time { return h.now }, Faults: inmem.Faults{
		LoseRequest: ask(&h.faults.LoseRequest), LoseAnswer: ask(&h.faults.LoseAnswer),
		Delay: func() bool { return h.faults.Delay != nil && h.faults.Delay() },
	}})
	h.blobs = h.bus
	return h
}

func (h *house) config(instance string) partition.Config {
	return partition.Config{
		Log: h.bus, Blobs: h.blobs, SnapshotTail: 1 << 20, Stream: bus.Ledger, Instance: instance, Clock: func() time.Time { return h.now },
		Input: func(ctx context.Context, after uint64) (bus.Reader, error) {
			return h.bus.Read(ctx, bus.Intake, 0, after)
		},
		Newest: func(ctx context.Context) (uint64, error) { return h.bus.Newest(ctx, bus.Intake, 0) },
		Pause: func(ctx context.Context, d time.Duration) error {
			h.pauses++
			h.now = h.now.Add(d)
			if h.onPause != nil {
				return h.onPause()
			}
			return ctx.Err()
		},
		Warn: func(err error) { h.warned = append(h.warned, err) },
	}
}

func (h *house) take(instance string, s *scribe) *partition.Owner {
	h.t.Helper()
	o, err := partition.Take(h.t.Context(), h.config(instance), s)
	require.NoError(h.t, err)
	h.t.Cleanup(o.Close)
	return o
}

func (h *house) publish(bodies ...string) {
	h.t.Helper()
	for _, b := range bodies {
		require.NoError(h.t, h.bus.Publish(h.t.Context(), bus.Message{Subject: events.IntakeSubject(0, "x"), Body: []byte(b)}))
	}
}

// settle turns until nothing is left to do.
func (h *house) settle(o *partition.Owner) {
	h.t.Helper()
	for progress := true; progress; {
		var err error
		progress, err = o.Turn(h.t.Context())
		require.NoError(h.t, err)
	}
}

// records gives what is stored, and all facts in order.
func (h *house) records() (all []partition.Record, facts []string) {
	h.t.Helper()
	for _, m := range h.bus.Messages(bus.Ledger) {
		r, err := partition.ParseRecord(m)
		require.NoError(h.t, err)
		all = append(all, r)
		for _, l := range r.Lines {
			facts = append(facts, string(l))
		}
	}
	return all, facts
}

// parts gives n words, and them joined as one input, each of size bytes.
func parts(n, size int) (all []string, joined string) {
	for i := range n {
		w := strconv.Itoa(i)
		all = append(all, w+strings.Repeat("x", size-len(w)))
	}
	return all, strings.Join(all, ",")
}
