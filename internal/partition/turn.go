package partition

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Turn does one round without waiting: take inputs, take deadlines, commit. progress says that
// another turn may find more to do.
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
	errFailed  = errors.New("an earlier turn failed: the partition must be taken anew")
	errStalled = errors.New("the input stands still although more is stored")
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
	o.machine.Outside(now)
	behind := false
	if len(o.waiting) == 0 {
		if behind, err = o.fire(ctx, now); err != nil {
			return false, err
		}
	}
	committed, err := o.commit(ctx, now)
	if err != nil {
		return false, err
	}
	if err := o.watch(behind, now); err != nil {
		return false, err
	}
	return committed || used, nil
}

// watch notices an input that is stored but never arrives: the reader is dead and must be opened anew.
func (o *Owner) watch(behind bool, now time.Time) error {
	switch {
	case !behind:
		o.behindSince = time.Time{}
	case o.behindSince.IsZero():
		o.behindSince = now
	case now.Sub(o.behindSince) > stalledAfter:
		return errStalled
	}
	return nil
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

// fire lets the machine take what is due, unless inputs are still on their way: what was asked
// before a deadline counts before it.
func (o *Owner) fire(ctx context.Context, now time.Time) (behind bool, err error) {
	at, ok := o.machine.Deadline()
	if !ok || at.After(now) {
		return false, nil
	}
	if o.cfg.Newest != nil {
		newest, err := o.cfg.Newest(ctx)
		if err != nil {
			return false, fmt.Errorf("ask for the newest input: %w", err)
		}
		if newest > o.at.Seq {
			return true, nil
		}
	}
	o.machine.Fire(now, RecordLimit)
	return false, nil
}

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
	if o.tail > snapshotTail {
		if err := o.saveSnapshot(ctx); err != nil {
			return false, err
		}
	}
	return len(lines) > 0, nil
}
