package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/history"
	"tocsin.dev/internal/replay"
	"tocsin.dev/pkg/events"
)

// load reads the history, from the file or from NATS.
func (r *replayer) load(ctx context.Context) error {
	r.history = &replay.History{}
	if r.file == "" {
		return r.fromStreams(ctx)
	}
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
		if err := r.history.Add(e); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
		return nil
	})
	switch {
	case errors.Is(err, replay.ErrMixed):
		return fault{err: fmt.Errorf("%s: %w", r.file, err), hint: "give one of the two"}
	case err != nil:
		return fault{err: fmt.Errorf("%s: %w", r.file, err), hint: "it should hold one CloudEvent on each line, as 'tocsin archive export' and 'tocsin replay --export' write them"}
	case n == 0:
		return fault{err: fmt.Errorf("%s holds no fact", r.file), hint: "it should hold one CloudEvent on each line"}
	}
	r.history.Close()
	return nil
}

// until is when a backtest of what NATS holds is over: now, as the record goes on, or at the end of
// the period. A file knows its own end.
func (r *replayer) until() time.Time {
	switch {
	case r.file != "":
		return time.Time{}
	case !r.period.To.IsZero() && r.period.To.Before(r.asked):
		return r.period.To
	}
	return r.asked
}

// play runs the history through one catalog. Saved is where it stands; nil keeps nothing.
func (r *replayer) play(ctx context.Context, c *catalog.Catalog, saved *checkpoints, sink func(events.Event) error) (*replay.Backtest, error) {
	bar := r.progress("inputs")
	defer bar.end()
	var b *replay.Backtest
	options := replay.Options{Reroute: r.reroute, Sink: sink, Until: r.until()}
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
		return saved.sometimes(b.Checkpoint)
	}
	b = replay.NewBacktest(r.history, c, options)
	if saved != nil {
		if err := saved.load(b.Resume); err != nil {
			return nil, err
		}
	}
	return b, b.Run()
}
