package engine

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/partition"
	"tocsin.dev/pkg/events"
)

// Teller publishes the facts of one partition's ledger on EVENTS: each once and in order, because
// its place in the ledger is stored with them behind a fence. Pages do not wait for it.
type Teller struct {
	engine    *Engine
	partition int

	reader  bus.Reader
	fence   uint64
	at      place
	waiting []bus.Message // records not yet published
	// travelling are facts of the batch that every other partition has to know.
	travelling []events.Event
}

// place is a position in the ledger, down to one fact: record times stride, plus the published facts of
// the record after it. A record has far fewer facts than stride.
type place uint64

const stride = 1 << 13

func (p place) record() uint64 { return uint64(p) / stride }
func (p place) facts() int     { return int(uint64(p) % stride) }

// NewTeller returns the teller of partition p.
func (e *Engine) NewTeller(p int) *Teller { return &Teller{engine: e, partition: p} }

// Run publishes until ctx ends. After a failure it starts again from the position on EVENTS.
func (t *Teller) Run(ctx context.Context) error {
	defer t.close()
	for wait := time.Millisecond; ; {
		began := time.Now()
		progress, err := t.Turn(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			t.engine.cfg.Log.Debug("publishing again", zap.Int("partition", t.partition), zap.Error(err))
			t.close()
			wait = min(2*wait, time.Second)
			_ = partition.Pause(ctx, wait)
		case !progress:
			select {
			case <-ctx.Done():
				return nil
			case <-t.reader.Ready():
				_ = partition.Pause(ctx, tellPace)
			}
		default:
			wait = time.Millisecond
			if t.lag() < tellerPatience {
				_ = partition.Pause(ctx, 3*time.Since(began)) // at the beginning of a storm pages come first
			}
		}
	}
}

// tellPace is how long a fact waits for others, to be published on EVENTS in one batch: a batch costs the
// server the same whatever its size.
const tellPace = 25 * time.Millisecond

// tellerPatience is how far a teller may fall behind the ledger so that pages come first.
const tellerPatience = 5 * time.Second

// lag is the age of the oldest record that waits to be published.
func (t *Teller) lag() time.Duration {
	if len(t.waiting) == 0 {
		return 0
	}
	return time.Since(t.waiting[0].At)
}

func (t *Teller) close() {
	if t.reader != nil {
		t.reader.Close()
	}
	t.reader, t.waiting = nil, nil
}

// Turn publishes one batch of what has arrived, without waiting. After an error the next turn starts again
// from the position on EVENTS.
func (t *Teller) Turn(ctx context.Context) (progress bool, err error) {
	if t.reader == nil {
		if err := t.open(ctx); err != nil {
			return false, err
		}
	}
	if len(t.waiting) == 0 {
		if t.waiting, err = t.reader.Poll(64); err != nil {
			t.close()
			return false, fmt.Errorf("read the ledger: %w", err)
		}
	}
	batch, next, used, err := t.batch()
	if err != nil {
		return false, err
	}
	if err := t.spread(ctx); err != nil {
		return false, err
	}
	if next == t.at {
		return false, nil
	}
	if len(batch) > 0 || next.record() > t.at.record()+idleRecords {
		if t.fence, err = t.engine.cfg.Bus.Announce(ctx, t.partition, t.fence, uint64(next), batch); err != nil {
			t.close()
			return false, err
		}
		t.engine.metrics.told.Add(float64(len(batch)))
	}
	t.at, t.waiting = next, t.waiting[used:]
	return true, nil
}

// idleRecords is after how many records without a public fact the place alone is stored.
const idleRecords = 1000

func (t *Teller) open(ctx context.Context) error {
	told, fence, err := t.engine.cfg.Bus.Told(ctx, t.partition)
	if err != nil {
		return err
	}
	t.at, t.fence = place(told), fence
	t.reader, err = t.engine.cfg.Bus.Read(ctx, bus.Ledger, t.partition, t.at.record())
	return err
}

// batch gathers public facts of the waiting records, as many as one announcement may carry. used is the
// number of records that it uses up.
func (t *Teller) batch() (batch []bus.Message, next place, used int, err error) {
	next, t.travelling = t.at, nil
	for _, m := range t.waiting {
		lines := events.Lines(m.Body)
		for i := next.facts(); i < len(lines); i++ { // a record may be published in part
			if len(batch) == bus.MaxAnnounce {
				return batch, place((m.Seq-1)*stride + uint64(i)), used, nil
			}
			if batch, err = tell(batch, lines[i]); err != nil {
				return nil, t.at, 0, fmt.Errorf("record %d: %w", m.Seq, err)
			}
			if travels(events.TypeAt(lines[i])) {
				e, err := events.Decode(lines[i])
				if err != nil {
					return nil, t.at, 0, fmt.Errorf("record %d: %w", m.Seq, err)
				}
				t.travelling = append(t.travelling, e)
			}
		}
		next = place(m.Seq * stride)
		used++
	}
	return batch, next, used, nil
}

// tell adds the public form of a fact, if it has one, in binary mode: the body is the data alone.
func tell(batch []bus.Message, line []byte) ([]bus.Message, error) {
	if _, public := events.PublicSubject(events.Envelope{Type: events.TypeAt(line)}); !public {
		return batch, nil
	}
	env, data, err := events.Split(line)
	if err != nil {
		return batch, err
	}
	subject, _ := events.PublicSubject(env)
	return append(batch, bus.Message{Subject: subject, Header: events.BinaryHeader(env), Body: data}), nil
}
