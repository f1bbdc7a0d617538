package housekeeping

import (
	"context"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

// Task does something if it is due at now, and nothing otherwise.
type Task func(ctx context.Context, now time.Time) error

// EveryMinute runs a task at once and then each minute until ctx ends. It logs an error unless the last run
// had the same. name says what the task updates, as in "weekly reviews".
func EveryMinute(ctx context.Context, log *zap.Logger, name string, run Task) {
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	last := ""
	for {
		err := run(ctx, time.Now())
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			last = ""
		case err.Error() != last:
			last = err.Error()
			log.Error("cannot update "+name+", trying again each minute", zap.Error(err))
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// CaughtUp skips a task while the archive is behind the ledger: its documents would be incomplete.
func CaughtUp(ledger bus.Log, a archive.Writer, run Task) Task {
	return func(ctx context.Context, now time.Time) error {
		newest, err := ledger.Newest(ctx, bus.Ledger, bus.All)
		if err != nil {
			return err
		}
		at, err := a.Position(ctx)
		if err != nil || at < newest {
			return err
		}
		return run(ctx, now)
	}
}

// eachEvent calls add with every event of an archive that this build knows.
func eachEvent(ctx context.Context, a archive.Viewer, add func(events.Event)) error {
	v, err := a.View(ctx)
	if err != nil {
		return err
	}
	defer v.Close() //nolint:errcheck // read-only
	_, err = archive.EachEvent(ctx, v, add)
	return err
}
