package inmem

import (
	"context"

	"tocsin.dev/internal/bus"
)

type reader struct {
	b         *Bus
	stream    bus.Stream
	partition int
	next      uint64 // index into the stream of the next message to look at
	ready     chan struct{}
}

// Read opens a reader after a sequence.
func (b *Bus) Read(_ context.Context, s bus.Stream, partition int, after uint64) (bus.Reader, error) {
	if err := b.before("read"); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	r := &reader{b: b, stream: s, partition: partition, next: after, ready: make(chan struct{}, 1)}
	b.readers[r] = struct{}{}
	r.signal()
	return r, nil
}

func (r *reader) signal() {
	select {
	case r.ready <- struct{}{}:
	default:
	}
}

// Poll returns what was stored, unless a fault delays it.
func (r *reader) Poll(max int) ([]bus.Message, error) {
	if f := r.b.cfg.Faults.Delay; f != nil && f() {
		r.signal()
		return nil, nil
	}
	r.b.mu.Lock()
	defer r.b.mu.Unlock()
	all := r.b.streams[r.stream].all
	var out []bus.Message
	for ; r.next < uint64(len(all)) && len(out) < max; r.next++ {
		if m := all[r.next]; r.partition == bus.All || m.Partition == r.partition {
			out = append(out, m)
		}
	}
	if r.next < uint64(len(all)) {
		r.signal()
	}
	return out, nil
}

// Ready is signalled when Poll may have something.
func (r *reader) Ready() <-chan struct{} { return r.ready }

// Close closes the reader.
func (r *reader) Close() {
	r.b.mu.Lock()
	defer r.b.mu.Unlock()
	delete(r.b.readers, r)
}
