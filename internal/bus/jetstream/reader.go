package jetstream

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"tocsin.dev/internal/bus"
)

// How much a reader buffers before it stops pulling. For a pull by bytes the client would allocate space for
// a million messages.
const (
	pullMessages = 64
	heldBytes    = 8 << 20
)

// Read opens an ordered consumer behind after. The server keeps no position for it; the caller does.
func (b *Bus) Read(ctx context.Context, s bus.Stream, partition int, after uint64) (bus.Reader, error) {
	consumer, err := b.streams[s].OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
		FilterSubjects:    []string{subject(s, partition)},
		DeliverPolicy:     jetstream.DeliverByStartSequencePolicy,
		OptStartSeq:       after + 1,
		InactiveThreshold: 30 * time.Second,
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", subject(s, partition), err)
	}
	iter, err := consumer.Messages(jetstream.PullMaxMessages(pullMessages),
		jetstream.PullExpiry(5*time.Second), jetstream.PullHeartbeat(time.Second))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", subject(s, partition), err)
	}
	r := &reader{iter: iter, ready: make(chan struct{}, 1), last: after}
	r.room = sync.NewCond(&r.mu)
	go r.pump()
	return r, nil
}

// reader takes messages off the iterator in the background, up to heldBytes.
type reader struct {
	iter  jetstream.MessagesContext
	ready chan struct{}

	mu     sync.Mutex
	room   *sync.Cond
	held   []bus.Message
	bytes  int
	last   uint64
	err    error
	closed bool
}

func (r *reader) pump() {
	for {
		m, err := r.iter.Next()
		if err != nil {
			r.fail(err)
			return
		}
		if !r.put(m) {
			return
		}
	}
}

func (r *reader) put(m jetstream.Msg) bool {
	meta, err := m.Metadata()
	if err != nil {
		r.fail(err)
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.bytes > heldBytes && !r.closed {
		r.room.Wait()
	}
	if r.closed {
		return false
	}
	if meta.Sequence.Stream <= r.last { // a recreated consumer may begin earlier
		return true
	}
	r.last = meta.Sequence.Stream
	r.held = append(r.held, bus.Message{
		Subject: m.Subject(), Header: m.Headers(), Body: m.Data(),
		Seq: meta.Sequence.Stream, Partition: partitionOf(m.Subject()), At: meta.Timestamp,
	})
	r.bytes += len(m.Data())
	r.signal()
	return true
}

func (r *reader) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if errors.Is(err, jetstream.ErrMsgIteratorClosed) && r.closed {
		return
	}
	r.err = err
	r.signal()
}

func (r *reader) signal() {
	select {
	case r.ready <- struct{}{}:
	default:
	}
}

// Poll returns what has arrived. It returns an error only when everything before it was returned.
func (r *reader) Poll(max int) ([]bus.Message, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := min(max, len(r.held))
	if n == 0 {
		return nil, r.err
	}
	out := r.held[:n:n]
	r.held = r.held[n:]
	for _, m := range out {
		r.bytes -= len(m.Body)
	}
	r.room.Signal()
	if len(r.held) > 0 || r.err != nil {
		r.signal()
	}
	return out, nil
}

// Ready is signalled when Poll may have something.
func (r *reader) Ready() <-chan struct{} { return r.ready }

// Close stops the consumer.
func (r *reader) Close() {
	r.mu.Lock()
	already := r.closed
	r.closed = true
	r.room.Broadcast()
	r.mu.Unlock()
	if !already {
		r.iter.Stop()
	}
}
