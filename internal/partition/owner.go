package partition

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"tocsin.dev/internal/bus"
)

// How large a record grows, and when the position alone is worth one.
const (
	RecordLimit  = 384 << 10 // bytes of facts after which a record is closed; the rest follows in the next
	pollMax      = 256       // messages taken at once
	idleLimit    = 1000      // inputs without a fact before the position is committed alone
	snapshotTail = 4 << 20   // bytes of records after which a snapshot is written
)

// Config says what an [Owner] owns.
type Config struct {
	Log   bus.Log
	Blobs bus.Blobs
	// Stream and Partition are where records are appended.
	Stream    bus.Stream
	Partition int
	// Instance names the owner; it must differ between any two owners that ever live.
	Instance string
	// Input opens the input log behind a sequence.
	Input func(ctx context.Context, after uint64) (bus.Reader, error)
	// Newest gives the sequence of the newest input that waits, so that inputs come before
	// deadlines. Nil when deadlines need not wait.
	Newest func(ctx context.Context) (uint64, error)
	Clock  func() time.Time
}

// Owner owns one partition from [Take] until its context ends or it is fenced off.
type Owner struct {
	cfg     Config
	machine Machine
	writer  writer
	reader  bus.Reader
	waiting []bus.Message // polled and not yet used up
	at      Position
	idle    int // inputs used since the last record
	tail    int // bytes of records since the last snapshot
	newest  uint64
}

// Take takes the partition over: fence off the owner before, bring the machine up to date, open
// the input at its position.
func Take(ctx context.Context, cfg Config, machine Machine) (*Owner, error) {
	o := &Owner{cfg: cfg, machine: machine, writer: writer{log: cfg.Log, stream: cfg.Stream, partition: cfg.Partition}}
	before, err := o.writer.takeOver(ctx, cfg.Instance, o.now())
	if err != nil {
		return nil, err
	}
	if err := o.restore(ctx, before.Seq); err != nil {
		return nil, err
	}
	o.at = before.Position
	if err := machine.Start(ctx, before, o.now()); err != nil {
		return nil, err
	}
	if o.reader, err = cfg.Input(ctx, o.at.Seq); err != nil {
		return nil, fmt.Errorf("open the input: %w", err)
	}
	return o, nil
}

// now is the time of the next record: the clock's, but never before the record before.
func (o *Owner) now() time.Time {
	now := o.cfg.Clock().UTC().Round(0)
	if now.Before(o.writer.last.Now) {
		return o.writer.last.Now
	}
	return now
}

// Close gives up the input. The partition stays this owner's by fence until another takes it.
func (o *Owner) Close() {
	if o.reader != nil {
		o.reader.Close()
	}
}

// Position is how far the input is used and recorded.
func (o *Owner) Position() Position { return o.writer.last.Position }

// Run turns until ctx ends, which is no error, or until something fails. At a clean end it leaves
// a snapshot behind.
func (o *Owner) Run(ctx context.Context) error {
	defer o.Close()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		progress, err := o.Turn(ctx)
		switch {
		case ctx.Err() != nil:
			return o.leave(ctx)
		case err != nil:
			return err
		case progress:
			continue
		}
		timer.Reset(o.untilDeadline())
		select {
		case <-ctx.Done():
			return o.leave(ctx)
		case <-o.reader.Ready():
		case <-o.machine.Ready():
		case <-timer.C:
		}
	}
}

func (o *Owner) leave(ctx context.Context) error {
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return o.saveSnapshot(late)
}

// untilDeadline is how long nothing can fall due. It is bounded by a second because a sleeping
// machine's timers stand still while the wall clock goes on.
func (o *Owner) untilDeadline() time.Duration {
	at, ok := o.machine.Deadline()
	if !ok {
		return time.Second
	}
	return max(0, min(at.Sub(o.cfg.Clock()), time.Second))
}

// Turn does one round without waiting: take inputs, take deadlines, commit. progress says that
// another turn may find more to do.
func (o *Owner) Turn(ctx context.Context) (progress bool, err error) {
	now := o.now()
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
	return committed || used || behind && len(o.waiting) > 0, nil
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
		if o.newest, err = o.cfg.Newest(ctx); err != nil {
			return false, fmt.Errorf("ask for the newest input: %w", err)
		}
		if o.newest > o.at.Seq {
			return true, nil
		}
	}
	o.machine.Fire(now, RecordLimit)
	return false, nil
}

func (o *Owner) commit(ctx context.Context, now time.Time) (bool, error) {
	lines, mark := o.machine.Take()
	if len(lines) == 0 && mark == o.writer.last.Mark && o.idle < idleLimit {
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

// saved is the stored form of a snapshot.
type saved struct {
	Seq   uint64          `json:"seq"` // the log's sequence that it stands for
	State json.RawMessage `json:"state"`
}

func (o *Owner) snapshotName() string {
	return "snapshot." + o.cfg.Stream.String() + "." + strconv.Itoa(o.cfg.Partition)
}

func (o *Owner) saveSnapshot(ctx context.Context) error {
	if o.cfg.Blobs == nil || o.tail == 0 {
		return nil
	}
	state, err := o.machine.Snapshot()
	if err != nil {
		return err
	}
	b, err := json.Marshal(saved{Seq: o.writer.fence, State: state})
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	if err := o.cfg.Blobs.Put(ctx, o.snapshotName(), b); err != nil {
		return fmt.Errorf("store the snapshot: %w", err)
	}
	o.tail = 0
	return nil
}

// restore brings the machine to the state of record last: the newest snapshot and the records after it.
func (o *Owner) restore(ctx context.Context, last uint64) error {
	from, err := o.loadSnapshot(ctx, last)
	if err != nil {
		return err
	}
	if from >= last {
		return nil
	}
	reader, err := o.cfg.Log.Read(ctx, o.cfg.Stream, o.cfg.Partition, from)
	if err != nil {
		return fmt.Errorf("read the records: %w", err)
	}
	defer reader.Close()
	for from < last {
		got, err := reader.Poll(pollMax)
		if err != nil {
			return fmt.Errorf("read the records: %w", err)
		}
		for _, m := range got {
			if m.Seq > last {
				return nil
			}
			if err := o.replay(ctx, m); err != nil {
				return err
			}
			from = m.Seq
		}
		if len(got) > 0 || from >= last {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-reader.Ready():
		}
	}
	return nil
}

func (o *Owner) replay(ctx context.Context, m bus.Message) error {
	r, err := ParseRecord(m)
	if err != nil {
		return err
	}
	o.tail += len(m.Body)
	if err := o.machine.Replay(ctx, r); err != nil {
		return fmt.Errorf("replay record %d: %w", r.Seq, err)
	}
	return nil
}

func (o *Owner) loadSnapshot(ctx context.Context, last uint64) (from uint64, err error) {
	var s saved
	if o.cfg.Blobs != nil {
		b, err := o.cfg.Blobs.Get(ctx, o.snapshotName())
		if err != nil && !errors.Is(err, bus.ErrNotFound) {
			return 0, fmt.Errorf("load the snapshot: %w", err)
		}
		if err == nil {
			if err := json.Unmarshal(b, &s); err != nil {
				return 0, fmt.Errorf("load the snapshot: %w", err)
			}
		}
	}
	if s.Seq > last { // of another log; the records alone are enough
		s = saved{}
	}
	if err := o.machine.Load(ctx, s.State); err != nil {
		return 0, fmt.Errorf("load the snapshot: %w", err)
	}
	return s.Seq, nil
}
