package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/history"
	"tocsin.dev/internal/whatif/backtest"
	"tocsin.dev/pkg/events"
)

// load reads the history, from the file, the archive or NATS.
func (r *replayer) load(ctx context.Context) (err error) {
	r.history = &backtest.History{}
	switch {
	case r.file != "":
		err = r.loadFile(ctx)
	case r.archive != "":
		err = r.loadArchive(ctx)
	default:
		return r.loadStreams(ctx)
	}
	if err == nil {
		r.history.Close()
	}
	return err
}

// add adds a fact of a file or an archive to the history. line is its number there.
func (r *replayer) add(line int, e events.Event) error {
	if r.recheck != nil {
		r.recheck.Recorded(line, e)
	}
	return r.history.Add(e)
}

func (r *replayer) loadFile(ctx context.Context) error {
	in, err := r.open(r.file)
	if err != nil {
		return err
	}
	defer in.Close()
	bar, n := r.progress("facts read"), 0
	defer bar.end()
	err = history.ReadAhead(in, runtime.GOMAXPROCS(0), func(line int, e events.Event) error {
		if n++; n%1000 == 0 {
			bar.show(n, 0)
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if err := r.add(line, e); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
		return nil
	})
	switch {
	case errors.Is(err, backtest.ErrMixed):
		return fault{err: fmt.Errorf("%s: %w", r.file, err), hint: "use a file with one of the two"}
	case err != nil:
		return fault{err: fmt.Errorf("%s: %w", r.file, err), hint: factsHint + ", and 'tocsin replay --export'"}
	case n == 0:
		return fault{err: fmt.Errorf("%s contains no facts", r.file), hint: factsHint}
	}
	return nil
}

// loadArchive reads the archive, which has the decisions.
func (r *replayer) loadArchive(ctx context.Context) error {
	bar, n := r.progress("facts read"), 0
	defer bar.end()
	var faulty error
	err := r.fromArchive(ctx, r.archive, func(e events.Event) {
		if n++; n%1000 == 0 {
			bar.show(n, 0)
		}
		if faulty == nil {
			faulty = r.add(n, e)
		}
	})
	switch {
	case err != nil:
		return err
	case faulty != nil:
		return fmt.Errorf("the archive: %w", faulty)
	case n == 0:
		return errors.New("the archive contains no facts")
	}
	return nil
}

// until returns when a backtest of NATS ends: now, because the record goes on, or at the end of the period. A file
// and an archive have an end of their own.
func (r *replayer) until() time.Time {
	switch {
	case r.stored() != "":
		return time.Time{}
	case !r.period.To.IsZero() && r.period.To.Before(r.startedAt):
		return r.period.To
	}
	return r.startedAt
}

// play runs the history through a catalog. saved may be nil, for no checkpoints.
func (r *replayer) play(ctx context.Context, c *catalog.Catalog, saved *checkpoints, sink func(events.Event) error) (*backtest.Backtest, error) {
	bar := r.progress("inputs")
	defer bar.end()
	var b *backtest.Backtest
	options := backtest.Options{Reroute: r.reroute, AsRecorded: r.again, Sink: sink, Until: r.until()}
	options.After = func() error {
		n := b.Played()
		if n%1000 != 0 {
			return nil
		}
		bar.show(n, r.history.Len())
		if saved == nil {
			return ctx.Err()
		}
		if err := ctx.Err(); err != nil {
			return errors.Join(err, saved.save(b.Checkpoint))
		}
		return saved.saveIfDue(b.Checkpoint)
	}
	b = backtest.New(r.history, c, options)
	if saved != nil {
		if err := saved.load(b.Resume); err != nil {
			return nil, err
		}
	}
	return b, b.Run()
}
