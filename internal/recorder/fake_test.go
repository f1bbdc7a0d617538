package recorder

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

// ledger is a bus.Log of one stream in memory.
type ledger struct {
	mu      sync.Mutex
	records []bus.Message
	readers []*reader
	opened  int
	refuse  error // answer of the next Read, once
}

func (l *ledger) append(bodies ...[]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, body := range bodies {
		n := len(l.records) + 1
		l.records = append(l.records, bus.Message{Subject: events.LedgerSubject(n % 3), Body: body, Seq: uint64(n), At: time.Unix(int64(n), 0)})
	}
	for _, r := range l.readers {
		r.wake()
	}
}

func (l *ledger) Read(_ context.Context, s bus.Stream, partition int, after uint64) (bus.Reader, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s != bus.Ledger || partition != bus.All {
		return nil, errors.New("the recorder reads the whole ledger")
	}
	if err := l.refuse; err != nil {
		l.refuse = nil
		return nil, err
	}
	r := &reader{log: l, after: after, ready: make(chan struct{}, 1)}
	l.readers = append(l.readers, r)
	l.opened++
	r.wake()
	return r, nil
}

func (*ledger) Last(context.Context, bus.Stream, int) (bus.Message, error) {
	return bus.Message{}, bus.ErrEmpty
}

func (l *ledger) Newest(context.Context, bus.Stream, int) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return uint64(len(l.records)), nil
}

func (*ledger) Append(context.Context, bus.Stream, int, uint64, bus.Message) (uint64, error) {
	return 0, errors.New("the recorder never writes")
}

// breakReaders lets every open reader fail at its next poll.
func (l *ledger) breakReaders(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.readers {
		r.broken = err
		r.wake()
	}
}

type reader struct {
	log    *ledger
	after  uint64
	broken error
	ready  chan struct{}
}

func (r *reader) wake() {
	select {
	case r.ready <- struct{}{}:
	default:
	}
}

func (r *reader) Poll(limit int) ([]bus.Message, error) {
	r.log.mu.Lock()
	defer r.log.mu.Unlock()
	if r.broken != nil {
		return nil, r.broken
	}
	from := min(int(r.after), len(r.log.records))
	to := min(from+limit, len(r.log.records))
	r.after = uint64(to)
	return r.log.records[from:to:to], nil
}

func (r *reader) Ready() <-chan struct{} { return r.ready }
func (r *reader) Close()                 {}

// flaky fails a Keep before or after it counted.
type flaky struct {
	archive.Archive
	before, after error
}

func (f *flaky) Keep(ctx context.Context, facts []archive.Fact, incidents []archive.Incident, position uint64) error {
	if err := f.before; err != nil {
		f.before = nil
		return err
	}
	if err := f.Archive.Keep(ctx, facts, incidents, position); err != nil {
		return err
	}
	err := f.after
	f.after = nil
	return err
}

// bodies packs a ledger of facts into records again.
func bodies(facts []archive.Fact) [][]byte {
	var out [][]byte
	for len(facts) > 0 {
		n := 1
		for n < len(facts) && facts[n].Position == facts[0].Position {
			n++
		}
		lines := make([][]byte, n)
		for i := range lines {
			lines[i] = facts[i].Line
		}
		out = append(out, events.JoinLines(lines))
		facts = facts[n:]
	}
	return out
}

// record makes a record of facts of one incident with these numbers.
func record(t *testing.T, incident string, numbers ...uint64) []byte {
	all := make([]events.Event, len(numbers))
	for i, n := range numbers {
		e := events.New(events.IncidentAnnotated{By: "person:ana", Note: "n"})
		if n == 1 {
			e = events.New(events.IncidentTriggered{Title: "t", Priority: "P1", Alert: events.Alert{Key: "a", Summary: "s"}})
		}
		e.ID, e.Subject, e.IncidentSeq = events.DeriveID(incident, string(rune(n))), incident, n
		e.Time = time.Unix(int64(n), 0).UTC()
		all[i] = e
	}
	return packed(t, all...)
}

func packed(t *testing.T, all ...events.Event) []byte {
	body, err := events.EncodeBatch(all)
	require.NoError(t, err)
	return body
}
