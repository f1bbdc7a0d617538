package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/insight/report"
	"tocsin.dev/pkg/events"
)

// DefaultMost is how many incidents a history holds: about 1 KiB each, and as much again for each ten
// pages.
const DefaultMost = 200_000

// batch is how many facts are read at once.
const batch = 2000

// Bounds of what a history holds.
type Bounds struct {
	// Most is the number of incidents above which the oldest are forgotten, a tenth of them at once.
	// Defaults to [DefaultMost].
	Most int
	// For is how long incidents that are over are held after their end, and after the last page about
	// them. Zero: as long as Most allows.
	For time.Duration
}

// History follows an archive with a collector. It is safe for use by many goroutines; whoever asks
// first after a start waits until all is read, or until the context is done, and the next goes on
// from there.
type History struct {
	archive archive.Follower
	catalog func() *catalog.Catalog
	bounds  Bounds
	turn    chan struct{} // holds one token: whoever has it reads
	facts   *report.Collector
	key     int64
	newest  time.Time // of a fact
	since   time.Time // what opened before it may be forgotten; zero: nothing is
}

// NewHistory makes one that has read nothing yet; inForce gives the catalog in force, or nil.
func NewHistory(a archive.Follower, inForce func() *catalog.Catalog, b Bounds) *History {
	if b.Most == 0 {
		b.Most = DefaultMost
	}
	h := &History{archive: a, catalog: inForce, bounds: b, turn: make(chan struct{}, 1), facts: &report.Collector{}}
	h.turn <- struct{}{}
	return h
}

// Report makes one of all that the archive holds now, with the catalog in force; what is set by that is
// overwritten in the options, see [Options]. It fails with
// [report.ErrNoTeam], and with [report.Forgotten] where the period, or the one before it, begins too early.
func (h *History) Report(ctx context.Context, o report.Options) (report.Report, error) {
	whole := o.Period
	if before, ok := o.Period.Previous(); ok {
		whole.From = before.From
	}
	return h.report(ctx, o, whole)
}

// report makes one where all that belongs into a period is held.
func (h *History) report(ctx context.Context, o report.Options, whole measure.Period) (made report.Report, err error) {
	err = h.with(ctx, func() error {
		if !h.since.IsZero() && whole.From.Before(h.since) {
			return report.Forgotten{Since: h.since}
		}
		made, err = h.make(o)
		return err
	})
	return made, err
}

func (h *History) make(o report.Options) (report.Report, error) {
	incidents, err := h.facts.Incidents()
	if err != nil {
		return report.Report{}, err
	}
	known := Options(h.catalog())
	o.Zones, o.Levels, o.Foresight = known.Zones, known.Levels, h.facts.Foresight()
	return report.Make(incidents, o)
}

// with reads what has come and then does something while nobody else reads.
func (h *History) with(ctx context.Context, do func() error) error {
	select {
	case <-ctx.Done():
		return fmt.Errorf("read history: %w", ctx.Err())
	case <-h.turn:
	}
	defer func() { h.turn <- struct{}{} }()
	if err := h.read(ctx); err != nil {
		return fmt.Errorf("read history: %w", err)
	}
	return do()
}

// read takes in all facts that are there.
func (h *History) read(ctx context.Context) error {
	for {
		n, err := h.archive.After(ctx, h.key, batch, h.take)
		if err != nil {
			return err
		}
		h.forget()
		if n < batch {
			return nil
		}
	}
}

// take takes in one fact. One that a newer version wrote and this one does not know is left out, as by
// `tocsin report`.
func (h *History) take(f archive.Fact) error {
	e, err := events.Decode(f.Line)
	switch {
	case errors.Is(err, events.ErrUnknownType):
	case err != nil:
		return fmt.Errorf("fact %d of record %d: %w", f.Index, f.Position, err)
	default:
		h.facts.Add(e)
	}
	if f.Time.After(h.newest) {
		h.newest = f.Time
	}
	h.key = f.Key()
	return nil
}

// forget keeps the bounds.
func (h *History) forget() {
	if at := h.newest.Add(-h.bounds.For); h.bounds.For > 0 && at.Sub(h.since) > h.bounds.For/10 {
		h.forgetBefore(at, false)
	}
	if at := h.facts.Oldest(h.bounds.Most); !at.IsZero() {
		h.forgetBefore(at, true)
	}
}

func (h *History) forgetBefore(at time.Time, all bool) {
	h.facts.Forget(at, all)
	if at.After(h.since) {
		h.since = at
	}
}

// Options are those of a report that a catalog gives: people's zones, and how many levels policies have.
// None of nil.
func Options(c *catalog.Catalog) (o report.Options) {
	if c == nil {
		return o
	}
	o.Zones, o.Levels = map[string]*time.Location{}, map[string]int{}
	for id, p := range c.People {
		if zone, err := time.LoadLocation(p.Timezone); err == nil { // the catalog checked it
			o.Zones[id] = zone
		}
	}
	for id, p := range c.Rules.Policies {
		o.Levels[id] = len(p.Levels)
	}
	return o
}
