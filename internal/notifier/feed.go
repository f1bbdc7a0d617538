package notifier

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

// feed reads LEDGER once for all target partitions of this process and passes the page facts of its
// targets to each. When a partition joins at an earlier position the feed starts again from there; the
// others skip what they have had.
type feed struct {
	log     bus.Log
	targets int
	wake    chan struct{} // signalled when a partition joins

	mu      sync.Mutex
	joined  map[*tap]struct{}
	reader  bus.Reader
	passed  uint64 // everything up to here was passed on
	restart bool
}

// tap is one partition's end of the feed.
type tap struct {
	feed  *feed
	q     int
	ready chan struct{}

	// guarded by feed.mu
	held []bus.Message
	last uint64 // the newest message in held, or before it
}

// idleEvery is after how many records without a page a partition gets an empty one, to move its position.
const idleEvery = 1000

func newFeed(log bus.Log, targets int) *feed {
	return &feed{log: log, targets: targets, wake: make(chan struct{}, 1), joined: map[*tap]struct{}{}}
}

func (f *feed) join(q int, after uint64) *tap {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := &tap{feed: f, q: q, last: after, ready: make(chan struct{}, 1)}
	if len(f.joined) == 0 || after < f.passed {
		f.passed, f.restart = after, true
	}
	f.joined[t] = struct{}{}
	signal(f.wake)
	return t
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// run passes on until ctx ends.
func (f *feed) run(ctx context.Context, log *zap.Logger) {
	for {
		if err := f.turn(ctx); err != nil && ctx.Err() == nil {
			log.Debug("reading the ledger again", zap.Error(err))
			select {
			case <-ctx.Done():
			case <-time.After(100 * time.Millisecond):
			}
		}
		f.mu.Lock()
		var arrived <-chan struct{}
		if f.reader != nil {
			arrived = f.reader.Ready()
		}
		f.mu.Unlock()
		select {
		case <-ctx.Done():
			f.stop()
			return
		case <-f.wake:
		case <-arrived:
		}
	}
}

func (f *feed) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.reader != nil {
		f.reader.Close()
		f.reader = nil
	}
}

// turn passes on everything that has arrived.
func (f *feed) turn(ctx context.Context) error {
	for {
		n, err := f.step(ctx)
		if err != nil || n == 0 {
			return err
		}
	}
}

func (f *feed) step(ctx context.Context) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.joined) == 0 {
		return 0, nil
	}
	if f.reader == nil || f.restart {
		if err := f.open(ctx); err != nil {
			return 0, err
		}
	}
	got, err := f.reader.Poll(64)
	if err != nil {
		f.restart = true
		signal(f.wake)
		return 0, fmt.Errorf("read the ledger: %w", err)
	}
	for _, m := range got {
		if err := f.pass(m); err != nil {
			f.restart = true
			return 0, err
		}
		f.passed = m.Seq
	}
	return len(got), nil
}

func (f *feed) open(ctx context.Context) error {
	if f.reader != nil {
		f.reader.Close()
		f.reader = nil
	}
	r, err := f.log.Read(ctx, bus.Ledger, bus.All, f.passed)
	if err != nil {
		signal(f.wake)
		return err
	}
	f.reader, f.restart = r, false
	return nil
}

// pass hands each tap the lines of m that concern its targets.
func (f *feed) pass(m bus.Message) error {
	byTarget := map[int][][]byte{}
	for _, line := range events.Lines(m.Body) {
		target, err := pageTarget(line)
		if err != nil {
			return fmt.Errorf("record %d: %w", m.Seq, err)
		}
		if target != "" {
			q := events.Partition(target, f.targets)
			byTarget[q] = append(byTarget[q], line)
		}
	}
	for t := range f.joined {
		lines := byTarget[t.q]
		if m.Seq <= t.last || len(lines) == 0 && m.Seq-t.last < idleEvery {
			continue
		}
		t.held = append(t.held, bus.Message{Body: events.JoinLines(lines), Seq: m.Seq, Partition: m.Partition, At: m.At})
		t.last = m.Seq
		signal(t.ready)
	}
	return nil
}

// pageTarget returns whom a page request or its end is for; empty for any other fact.
func pageTarget(line []byte) (string, error) {
	switch events.TypeAt(line) {
	case typeRequested, typeSuperseded:
	default:
		return "", nil
	}
	e, err := events.Decode(line)
	if err != nil {
		return "", err
	}
	switch p := e.Data.(type) {
	case events.PageRequested:
		return p.Target, nil
	case events.PageSuperseded:
		return p.Target, nil
	}
	return "", nil
}

var (
	typeRequested  = events.TypeOf(events.PageRequested{})
	typeSuperseded = events.TypeOf(events.PageSuperseded{})
)

// reached reports whether the tap's owner, which has used everything up to at, has used all that concerns
// it up to newest: a page must not overtake a committed acknowledgement.
func (t *tap) reached(newest, at uint64) bool {
	t.feed.mu.Lock()
	defer t.feed.mu.Unlock()
	return t.feed.passed >= newest && (len(t.held) == 0 || t.held[0].Seq > newest) && (at >= t.last || at >= newest)
}

// Poll returns the messages that wait.
func (t *tap) Poll(max int) ([]bus.Message, error) {
	t.feed.mu.Lock()
	defer t.feed.mu.Unlock()
	n := min(max, len(t.held))
	out := t.held[:n:n]
	t.held = t.held[n:]
	if len(t.held) > 0 {
		signal(t.ready)
	}
	return out, nil
}

// Ready is signalled when Poll may have something.
func (t *tap) Ready() <-chan struct{} { return t.ready }

// Close leaves the feed.
func (t *tap) Close() {
	t.feed.mu.Lock()
	defer t.feed.mu.Unlock()
	delete(t.feed.joined, t)
}
