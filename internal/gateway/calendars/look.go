package calendars

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/ical"
	"tocsin.dev/internal/intake"
	"tocsin.dev/internal/rules"
	"tocsin.dev/pkg/events"
)

// look is the state of one schedule's calendar between readings.
type look struct {
	schedule  string
	revision  string // of the catalog at the last reading
	next      time.Time
	before    *fetched       // the last download; nil for none
	published *events.Roster // the last one; the archive may not have it yet
	status    Status
}

// retry is the wait after a roster that could not be published: the bus may be unavailable.
const retry = 5 * time.Second

// look reads one calendar and publishes its roster if it has changed.
func (m *Importer) look(ctx context.Context, c *catalog.Catalog, l *look) {
	i, now := c.Imports[l.schedule], m.cfg.Clock()
	status := Status{Source: i.File, CheckedAt: now, ReadAt: l.status.ReadAt}
	wait := i.Refresh
	calendar, fault := m.calendar(ctx, i, l, &status)
	if fault == nil {
		status.LeftOut, fault = m.take(ctx, c, l, calendar, now, status.Source)
		var unpublished *publishError
		if errors.As(fault, &unpublished) {
			wait = retry
		}
	}
	if ctx.Err() != nil {
		return // shutting down is not a fault of the calendar
	}
	if fault == nil {
		status.ReadAt = now
	} else {
		status.Fault = fault.Error()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if status.Fault != l.status.Fault {
		m.report(l.schedule, status)
	}
	l.status, l.revision, l.next = status, c.Rules.Revision, now.Add(wait)
}

// report logs a fault when it appears and when it is gone, not at every reading.
func (m *Importer) report(schedule string, s Status) {
	about := []zap.Field{zap.String("schedule", schedule), zap.String("calendar", s.Source)}
	if s.Fault == "" {
		m.cfg.Log.Info("the imported calendar can be used again", about...)
		return
	}
	m.cfg.Log.Warn("the imported calendar cannot be used; its last roster still applies", append(about, zap.String("fault", s.Fault))...)
}

// calendar returns the calendar of an address; the catalog knows those of files.
func (m *Importer) calendar(ctx context.Context, i *catalog.Import, l *look, status *Status) (ical.Calendar, error) {
	if i.File != "" {
		return ical.Calendar{}, nil
	}
	address := i.URL
	if address == "" {
		var err error
		if address, err = m.cfg.Secret(i.Secret); err != nil {
			return ical.Calendar{}, err
		}
	}
	if u, err := url.Parse(address); err == nil {
		status.Source = u.Hostname()
	}
	got, err := m.fetch(ctx, address, l.before)
	if err != nil {
		return ical.Calendar{}, err
	}
	l.before = got
	return got.calendar, nil
}

// take turns a calendar into a roster, and publishes it to every partition if it has changed.
func (m *Importer) take(ctx context.Context, c *catalog.Catalog, l *look, calendar ical.Calendar, now time.Time, source string) (leftOut []string, err error) {
	r, faults, err := c.Roster(l.schedule, calendar, now)
	for _, f := range faults {
		leftOut = append(leftOut, f.Error())
	}
	if err != nil {
		return leftOut, err
	}
	made, err := rules.NewRoster(r)
	if err != nil {
		return leftOut, err
	}
	r.Source = source
	before, found := m.before(l)
	switch {
	case found && !made.Any(now, r.To) && before.merged.Any(now, before.To):
		return leftOut, fmt.Errorf("the calendar has no upcoming shifts; those read at %s still apply", before.From.UTC().Format(time.RFC3339))
	case found && before.partitions < m.cfg.Partitions && l.published == nil:
		if before.merged.Same(made, now, sooner(before.To, r.To)) {
			r = before.Roster // only some partitions have it
		}
	case found && before.merged.Same(made, now, sooner(before.To, r.To)) && !further(before.To, r.To, now):
		return leftOut, nil
	case !found && !made.Any(now, r.To):
		return leftOut, errors.New("the calendar has no upcoming shifts")
	}
	if err := m.publish(ctx, r); err != nil {
		return leftOut, err
	}
	l.published = &r
	return leftOut, nil
}

// before returns the roster that the partitions have or are about to have: the archive lags a little.
func (m *Importer) before(l *look) (importedRoster, bool) {
	newest, ok := m.imported.newest(l.schedule)
	if l.published == nil || ok && !l.published.From.After(newest.From) {
		return newest, ok
	}
	s := importedRoster{Roster: *l.published, partitions: m.cfg.Partitions}
	s.merged, _ = rules.NewRoster(*l.published)
	return s, s.merged != nil
}

// further reports whether a roster reaches far enough ahead of the last one to be published for that alone.
func further(was, is, now time.Time) bool { return is.Sub(was) > is.Sub(now)/6 }

func sooner(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// publishError means that a roster may not have reached every partition.
type publishError struct{ err error }

func (e *publishError) Error() string { return "publish the roster: " + e.err.Error() }
func (e *publishError) Unwrap() error { return e.err }

// publish sends a roster to every partition, as each of them decides who is on call.
func (m *Importer) publish(ctx context.Context, r events.Roster) error {
	e := events.New(events.RosterReceived{Roster: r})
	e.ID, e.Source, e.Time = r.ID, "tocsin/gateway", m.cfg.Clock().UTC()
	if err := intake.PutEverywhere(ctx, m.cfg.Publisher, m.cfg.Partitions, intake.Rosters, e); err != nil {
		return &publishError{err}
	}
	return nil
}
