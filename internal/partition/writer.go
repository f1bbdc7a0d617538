package partition

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin.dev/internal/bus"
)

// writer appends the records of one owner, each behind the fence of the one before.
type writer struct {
	log       bus.Log
	stream    bus.Stream
	partition int
	pause     func(ctx context.Context, d time.Duration) error

	fence uint64 // sequence of the last record
	last  Record // without its lines
}

// takeOver appends a record with the next epoch behind the last one, which fences off every older owner. It
// returns the record that was the last before; zero for an empty log.
func (w *writer) takeOver(ctx context.Context, owner string, now time.Time) (before Record, err error) {
	m, err := w.log.Last(ctx, w.stream, w.partition)
	switch {
	case errors.Is(err, bus.ErrEmpty):
	case err != nil:
		return Record{}, fmt.Errorf("read the last record: %w", err)
	default:
		if before, err = ParseRecord(m); err != nil {
			return Record{}, err
		}
	}
	if now.Before(before.Now) {
		now = before.Now
	}
	w.fence = before.Seq
	first := Record{Epoch: before.Epoch + 1, Owner: owner, Now: now, Position: before.Position, Mark: before.Mark}
	if err := w.append(ctx, first); err != nil {
		return Record{}, fmt.Errorf("take over: %w", err)
	}
	return before, nil
}

// commit appends a record of this owner.
func (w *writer) commit(ctx context.Context, r Record) error {
	r.Epoch, r.Owner, r.Number = w.last.Epoch, w.last.Owner, w.last.Number+1
	return w.append(ctx, r)
}

// append stores r behind the fence. When the answer is lost, the same record is sent again behind
// the same fence until the answer is definite: it can be stored once only.
func (w *writer) append(ctx context.Context, r Record) error {
	m := r.message()
	for attempt := 0; ; attempt++ {
		seq, err := w.log.Append(ctx, w.stream, w.partition, w.fence, m)
		if err == nil {
			w.accept(r, seq)
			return nil
		}
		if errors.Is(err, bus.ErrFenced) {
			return w.fenced(ctx, r)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := w.rest(ctx, attempt); err != nil {
			return err
		}
	}
}

// fenced finds out who appended first: this very record in an earlier attempt, or another owner.
func (w *writer) fenced(ctx context.Context, r Record) error {
	for attempt := 0; ; attempt++ {
		m, err := w.log.Last(ctx, w.stream, w.partition)
		if err != nil && !errors.Is(err, bus.ErrEmpty) {
			if err := w.rest(ctx, attempt); err != nil {
				return err
			}
			continue
		}
		if stored, perr := ParseRecord(m); err == nil && perr == nil && stored.same(r) {
			w.accept(r, m.Seq)
			return nil
		}
		return bus.ErrFenced
	}
}

func (w *writer) accept(r Record, seq uint64) {
	r.Seq = seq
	w.fence, w.last = seq, r
	w.last.Lines = nil
}

// rest waits a little longer with each attempt, at most a second.
func (w *writer) rest(ctx context.Context, attempt int) error {
	return w.pause(ctx, min(time.Second, 5*time.Millisecond<<min(attempt, 10)))
}

// Pause waits for d, or until ctx ends; then it returns its error.
func Pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
