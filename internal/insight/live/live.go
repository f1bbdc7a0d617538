package live

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/insight/report"
	"tocsin.dev/internal/insight/suggest"
	"tocsin.dev/pkg/events"
)

// DefaultMost is how many incidents a history holds: about 1 KiB each, and as much again for every ten
// pages.
const DefaultMost = 200_000

// batch is how many facts are read at once.
const batch = 2000

// Bounds limit what a history holds for reports. Suggestions have bounds of their own.
type Bounds struct {
	// Most is the number of incidents above which the oldest tenth is forgotten. Defaults to
	// [DefaultMost].
	Most int
	// For is how long resolved incidents are held after their end and after the last page about them.
	// Zero means as long as Most allows.
	For time.Duration
}

// History follows an archive and keeps the collector of reports and the learner of suggestions. A process
// needs only one. It is safe for concurrent use: the first caller after a start waits until the whole
// archive is read, or until its context is done; the next one continues from there.
type History struct {
	archive archive.Follower
	catalog func() *catalog.Catalog
	turn    chan struct{} // holds one token; whoever has it may use the fields below
	bounds  Bounds
	facts   *report.Collector
	key     int64
	newest  time.Time // of a fact
	since   time.Time // incidents that opened earlier may be forgotten; zero if none are
	fault   error     // the first fact that cannot be decoded: without it no report is right
	opened  func(incident string, at time.Time)
}

// NewHistory returns a history that has read nothing yet; inForce returns the catalog in force, or nil.
func NewHistory(a archive.Follower, inForce func() *catalog.Catalog, b Bounds) *History {
	if b.Most == 0 {
		b.Most = DefaultMost
	}
	h := &History{archive: a, catalog: inForce, bounds: b, turn: make(chan struct{}, 1), facts: &report.Collector{}}
	h.turn <- struct{}{}
	return h
}

// KeepAll lifts the bound of [Bounds].For. Call it before the history is used.
func (h *History) KeepAll() { h.bounds.For = 0 }

// OnOpen sets a function that is called with every incident that opens, in order, and never twice at
// once. It must not use the history. Call OnOpen before the history is used.
func (h *History) OnOpen(opened func(incident string, at time.Time)) { h.opened = opened }

// Update reads the new facts of the archive.
func (h *History) Update(ctx context.Context) error {
	return h.with(ctx, func() error { return nil })
}

// Suggestions returns those that were made when the incident with this full id opened, and whether they
// are remembered.
func (h *History) Suggestions(ctx context.Context, incident string) (made []suggest.Suggestion, known bool, err error) {
	err = h.with(ctx, func() error {
		made, known = h.facts.Suggestions().Learner().Suggestions(incident)
		return nil
	})
	return made, known, err
}

// Report makes a report of everything in the archive with the catalog in force, which overwrites what
// [Options] sets. It fails with [report.ErrNoTeam], and with [report.Forgotten] if the period or the one
// before it begins too early.
func (h *History) Report(ctx context.Context, o report.Options) (report.Report, error) {
	whole := o.Period
	if before, ok := o.Period.Previous(); ok {
		whole.From = before.From
	}
	return h.report(ctx, o, whole)
}

// report makes a report if everything in the whole period is still held.
func (h *History) report(ctx context.Context, o report.Options, whole measure.Period) (made report.Report, err error) {
	err = h.with(ctx, func() error {
		if h.fault != nil {
			return h.fault
		}
		if !h.since.IsZero() && whole.From.Before(h.since) {
			return report.Forgotten{Since: h.since}
		}
		made, err = h.make(o)
		return err
	})
	return made, err
}

func (h *History) make(o report.Options) (report.Report, error) {
	known := Options(h.catalog())
	o.Zones, o.Levels, o.Suggestions = known.Zones, known.Levels, h.facts.Suggestions()
	return report.Make(h.facts.Incidents(), o)
}

// with reads the new facts and then calls do, while nobody else reads.
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

// read adds all facts that are new.
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

// take adds one fact. Facts of types that this version does not know are skipped, as by `tocsin report`.
func (h *History) take(f archive.Fact) error {
	e, err := events.Decode(f.Line)
	switch {
	case errors.Is(err, events.ErrUnknownType):
	case err != nil:
		h.fault = cmp.Or(h.fault, fmt.Errorf("fact %d of record %d: %w", f.Index, f.Position, err))
	default:
		h.facts.Add(e)
		if _, opens := e.Data.(events.IncidentTriggered); opens && h.opened != nil {
			h.opened(e.Subject, e.Time)
		}
	}
	if f.Time.After(h.newest) {
		h.newest = f.Time
	}
	h.key = f.Key()
	return nil
}

// forget drops the incidents beyond the bounds.
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

// Options returns the options of a report that come from a catalog: people's time zones, and how many
// levels each policy has. A nil catalog sets none.
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
