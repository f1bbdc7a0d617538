package housekeeping

import (
	"context"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/bus"
)

// Task is something to do when it is due at now, and to leave alone otherwise.
type Task func(ctx context.Context, now time.Time) error

// EveryMinute runs a task at once and then each minute until ctx ends. An error is logged when it is
// not the one of the minute before. name says what the task makes, as in "weekly reviews".
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
			log.Error("cannot make "+name+", trying again each minute", zap.Error(err))
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
