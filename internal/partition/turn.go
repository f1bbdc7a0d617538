package partition

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Turn does one round without waiting: use inputs, fire deadlines, commit. progress says that another turn
// may find more to do.
func (o *Owner) Turn(ctx context.Context) (progress bool, err error) {
	if o.failed {
		return false, errFailed
	}
	o.failed = true // until the end of a turn without error
	progress, err = o.turn(ctx, o.now())
	o.failed = err != nil
	return progress, err
}

var (
	errFailed  = errors.New("an earlier turn failed: the partition must be taken over again")
	errStalled = errors.New("the input makes no progress although more is stored")
)

// stalledAfter is how long a stored input may take to arrive.
const stalledAfter = 5 * time.Second

func (o *Owner) turn(ctx context.Context, now time.Time) (progress bool, err error) {
	if err := o.poll(); err != nil {
		return false, err
	}
	used, err := o.use(ctx, now)
	if err != nil {
		return false, err
	}
	if used {
		o.barrier.since = time.Time{} // reading a backlog is progress
	}
	o.machine.Outside(now)
	if err := o.fire(ctx, now); err != nil {
		return false, err
	}
	committed, err := o.commit(ctx, now)
	if err != nil {
		return false, err
	}
	return committed || used, nil
}

func (o *Owner) poll() error {
	if len(o.waiting) > 0 {
		return nil
	}
	got, err := o.reader.Poll(pollMax)
	if err != nil {
		return fmt.Errorf("read the input: %w", err)
	}
	o.waiting = got
	return nil
}

// use hands the waiting messages to the machine until they or the record's space are used up.
func (o *Owner) use(ctx context.Context, now time.Time) (used bool, err error) {
	room := RecordLimit
	for len(o.waiting) > 0 && room > 0 {
		m := o.waiting[0]
		if m.Seq <= o.at.Seq {
			o.waiting = o.waiting[1:]
			continue
		}
		next, done, err := o.machine.Input(ctx, m, o.at.Part, now, RecordLimit)
		if err != nil {
			return used, fmt.Errorf("input %d: %w", m.Seq, err)
		}
		used = true
		if !done {
			o.at.Part = next
			return used, nil
		}
		o.at = Position{Seq: m.Seq}
		o.idle++
		o.waiting = o.waiting[1:]
		room -= len(m.Body)
	}
	return used, nil
}

// fire lets the machine fire what is due, once every input is used that was stored when the deadline was
// found due: an input from before a deadline counts before it.
func (o *Owner) fire(ctx context.Context, now time.Time) error {
	at, ok := o.machine.Deadline()
	if !ok || at.After(now) {
		o.barrier = barrier{}
		return nil
	}
	if o.barrier.since.IsZero() {
		o.barrier.since = now
	}
	if now.Sub(o.barrier.asked) > barrierHolds {
		newest, err := o.cfg.Newest(ctx)
		if err != nil {
			return fmt.Errorf("read the newest sequence of the input: %w", err)
		}
		o.barrier.newest, o.barrier.asked = newest, now
	}
	if !o.cfg.Reached(o.barrier.newest, o.at) {
		if len(o.waiting) == 0 && now.Sub(o.barrier.since) > stalledAfter {
			return errStalled
		}
		return nil
	}
	o.barrier = barrier{}
	o.machine.Fire(now, RecordLimit)
	return nil
}

// barrier is the input that must be used before the present deadlines may fire.
type barrier struct {
	newest uint64
	asked  time.Time // when newest was read
	since  time.Time // since when deadlines are due and wait
}

// barrierHolds is how old the answer may be. Asking in each turn would let a steady stream of inputs
// postpone deadlines for ever; never asking again would miss what arrived while the process was suspended.
const barrierHolds = time.Second

func (o *Owner) commit(ctx context.Context, now time.Time) (bool, error) {
	lines, mark := o.machine.Take()
	if len(lines) == 0 && o.idle < o.cfg.IdleLimit {
		return false, nil
	}
	r := Record{Now: now, Position: o.at, Mark: mark, Lines: lines}
	if err := o.writer.commit(ctx, r); err != nil {
		return false, err
	}
	o.idle = 0
	for _, l := range lines {
		o.tail += len(l)
	}
	r.Seq = o.writer.fence
	o.machine.Committed(ctx, r)
	if o.tail >= o.snapshotAt {
		o.snapshotAt = o.tail + o.cfg.SnapshotTail // if it fails, not again at once: it is never needed
		if err := o.saveSnapshot(ctx); err != nil {
			o.cfg.Warn(err)
		}
	}
	return len(lines) > 0, nil
}
