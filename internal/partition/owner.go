package partition

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin.dev/internal/bus"
)

// How large a record grows, and when the position alone is worth one.
const (
	RecordLimit     = 384 << 10 // bytes of facts after which a record is closed; the rest follows in the next
	pollMax         = 256       // messages taken at once
	tailPerSnapshot = 4         // times its size before the next one, so that snapshots stay a small part of the work
)

// pace is the least time between the beginnings of two commits, unless inputs are waiting already. What
// arrives in that time becomes one record, since a record costs the same whatever its size. The first commit
// after a pause never waits.
const pace = 2 * time.Millisecond

// Config says what an [Owner] owns.
type Config struct {
	Log   bus.Log
	Blobs bus.Blobs
	// Stream and Partition are where records are appended.
	Stream    bus.Stream
	Partition int
	// Instance names the owner; no two owners may ever have the same name.
	Instance string
	// Input opens the input log after a sequence.
	Input func(ctx context.Context, after uint64) (bus.Reader, error)
	// Newest returns the sequence of the newest input that is stored now. A deadline that is due waits
	// until everything up to there is used: inputs come before deadlines. Required.
	Newest func(ctx context.Context) (uint64, error)
	// End returns the newest sequence of the whole input log. A log that ends before the recorded
	// position is not the one that was read. Nil leaves that unchecked.
	End func(ctx context.Context) (uint64, error)
	// Reached says whether everything up to newest is used when the input has been used up to at.
	// Defaults to at.Seq >= newest.
	Reached func(newest uint64, at Position) bool
	// SnapshotTail is how many bytes of records are appended at least before a snapshot is written, or tried
	// again after a failure. Defaults to 16 MiB.
	SnapshotTail int
	// IdleLimit is after how many inputs without a fact the position is recorded alone. Defaults to 1000.
	IdleLimit int
	Clock     func() time.Time
	// Pause waits before a retry to reach the log. Defaults to [Pause]; a simulation has its own.
	Pause func(ctx context.Context, d time.Duration) error
	// Warn reports snapshots that cannot be stored or used; the owner continues without. Defaults to nothing.
	Warn func(error)
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
	// snapshotAt is the tail at which the next snapshot is tried.
	snapshotAt int
	// failed says that the machine may be ahead of the log: its state must not be stored.
	failed  bool
	barrier barrier
}

// Take takes the partition over: it fences off the previous owner, brings the machine up to date and opens
// the input at its position.
func Take(ctx context.Context, cfg Config, machine Machine) (*Owner, error) {
	cfg.IdleLimit = cmp.Or(cfg.IdleLimit, 1000)
	cfg.SnapshotTail = cmp.Or(cfg.SnapshotTail, 16<<20)
	if cfg.Pause == nil {
		cfg.Pause = Pause
	}
	if cfg.Reached == nil {
		cfg.Reached = func(newest uint64, at Position) bool { return at.Seq >= newest }
	}
	if cfg.Warn == nil {
		cfg.Warn = func(error) {}
	}
	o := &Owner{cfg: cfg, machine: machine, snapshotAt: cfg.SnapshotTail, writer: writer{log: cfg.Log, stream: cfg.Stream, partition: cfg.Partition, pause: cfg.Pause}}
	before, err := o.writer.takeOver(ctx, cfg.Instance, o.now())
	if err != nil {
		return nil, err
	}
	if err := o.restore(ctx, before.Seq); err != nil {
		return nil, err
	}
	o.at = before.Position
	if err := o.checkInput(ctx); err != nil {
		return nil, err
	}
	now := o.now()
	if err := machine.Start(ctx, before, now); err != nil {
		return nil, err
	}
	if _, err := o.commit(ctx, now); err != nil { // otherwise a stop before the first turn would store a state ahead of the log
		return nil, err
	}
	if o.reader, err = cfg.Input(ctx, o.at.Seq); err != nil {
		return nil, fmt.Errorf("open the input: %w", err)
	}
	return o, nil
}

// ErrShort says that the input log ends before the position up to which it was used: it was restored from an
// older copy, or created again. Continuing would skip new inputs as if they had been used.
var ErrShort = errors.New("the input log is shorter than what was read of it")

func (o *Owner) checkInput(ctx context.Context) error {
	if o.cfg.End == nil {
		return nil
	}
	end, err := o.cfg.End(ctx)
	if err != nil {
		return fmt.Errorf("read the end of the input: %w", err)
	}
	if end < o.at.Seq {
		return fmt.Errorf("%w: it ends at %d, used up to %d", ErrShort, end, o.at.Seq)
	}
	return nil
}

// now is the time of the next record: the clock's, but never before the previous record's.
func (o *Owner) now() time.Time {
	now := o.cfg.Clock().UTC().Round(0)
	if now.Before(o.writer.last.Now) {
		return o.writer.last.Now
	}
	return now
}

// Close closes the input. The partition stays this owner's, by the fence, until another takes it over.
func (o *Owner) Close() {
	if o.reader != nil {
		o.reader.Close()
	}
}

// Position is how far the input is used and recorded.
func (o *Owner) Position() Position { return o.writer.last.Position }

// leaveWithin is how long a stop waits for the commit under way and for the snapshot.
const leaveWithin = 5 * time.Second

// Run calls Turn until ctx ends, which is not an error, or something fails. At a clean end it stores a snapshot.
func (o *Owner) Run(ctx context.Context) error {
	defer o.Close()
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(leaveWithin, cancel) })
	defer stop()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil || o.machine.Leave() && work.Err() == nil {
		began := time.Now()
		progress, err := o.Turn(work)
		if err != nil {
			return err
		}
		if progress {
			if rest := pace - time.Since(began); rest > 0 && len(o.waiting) == 0 {
				_ = Pause(work, rest) // more inputs may arrive; a stop ends the loop
			}
			continue
		}
		timer.Reset(max(o.untilDeadline(), time.Millisecond))
		select {
		case <-stopSignal(ctx, work):
		case <-o.reader.Ready():
		case <-o.machine.Ready():
		case <-timer.C:
		}
	}
	if o.failed {
		return nil
	}
	return o.saveSnapshot(work)
}

// stopSignal is closed when a stop is requested; after that it is the signal that the time to stop is over.
func stopSignal(ctx, work context.Context) <-chan struct{} {
	if ctx.Err() != nil {
		return work.Done()
	}
	return ctx.Done()
}

// untilDeadline is how long nothing can fall due. It is at most a second, because the timers of a suspended
// machine stop while the wall clock continues.
func (o *Owner) untilDeadline() time.Duration {
	at, ok := o.machine.Deadline()
	if !ok {
		return time.Second
	}
	return max(0, min(at.Sub(o.cfg.Clock()), time.Second))
}
