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

// look is what is known of one schedule's calendar from look to look.
type look struct {
	schedule string
	revision string // of the catalog at the last look
	next     time.Time
	before   *fetched       // what its address gave last; nil for none
	told     *events.Roster // what was published last; the archive may not know it yet
	status   Status
}

// retry is when a calendar that could not be told is looked at again: the bus may have been away.
const retry = 5 * time.Second

// look reads one calendar, and tells of it what is new.
func (m *Importer) look(ctx context.Context, c *catalog.Catalog, l *look) {
	i, now := c.Imports[l.schedule], m.cfg.Clock()
	status := Status{Source: i.File, CheckedAt: now, ReadAt: l.status.ReadAt}
	wait := i.Refresh
	calendar, fault := m.calendar(ctx, i, l, &status)
	if fault == nil {
		status.LeftOut, fault = m.take(ctx, c, l, calendar, now, status.Source)
		var untold *untoldError
		if errors.As(fault, &untold) {
			wait = retry
		}
	}
	if ctx.Err() != nil {
		return // it is no fault of the calendar that we stop
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

// report tells of a fault when it comes and when it goes, and not at every look.
func (m *Importer) report(schedule string, s Status) {
	about := []zap.Field{zap.String("schedule", schedule), zap.String("calendar", s.Source)}
	if s.Fault == "" {
		m.cfg.Log.Info("the imported calendar can be used again", about...)
		return
	}
	m.cfg.Log.Warn("the imported calendar cannot be used; what is known of it stays", append(about, zap.String("fault", s.Fault))...)
}

// calendar gives the calendar of an address; the catalog knows those of files.
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

// take turns a calendar into a roster, and tells every partition of it when it is news.
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
	before, known := m.before(l)
	switch {
	case known && !made.Any(now, r.To) && before.made.Any(now, before.To):
		return leftOut, fmt.Errorf("the calendar has no shifts ahead; those that were read at %s stay", before.From.UTC().Format(time.RFC3339))
	case known && before.followed < m.cfg.Partitions && l.told == nil:
		if before.made.Same(made, now, sooner(before.To, r.To)) {
			r = before.Roster // told to some partitions only
		}
	case known && before.made.Same(made, now, sooner(before.To, r.To)) && !further(before.To, r.To, now):
		return leftOut, nil
	case !known && !made.Any(now, r.To):
		return leftOut, errors.New("the calendar has no shifts ahead")
	}
	if err := m.tell(ctx, r); err != nil {
		return leftOut, err
	}
	l.told = &r
	return leftOut, nil
}

// before gives what the partitions know, or are about to: the archive comes a little later.
func (m *Importer) before(l *look) (standing, bool) {
	known, ok := m.known.newest(l.schedule)
	if l.told == nil || ok && !l.told.From.After(known.From) {
		return known, ok
	}
	s := standing{Roster: *l.told, followed: m.cfg.Partitions}
	s.made, _ = rules.NewRoster(*l.told)
	return s, s.made != nil
}

// further says whether a roster reaches so much further ahead that this alone is worth telling.
func further(was, is, now time.Time) bool { return is.Sub(was) > is.Sub(now)/6 }

func sooner(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// untoldError says that a roster is not known to be on INTAKE of every partition.
type untoldError struct{ err error }

func (e *untoldError) Error() string { return "the bus does not take it: " + e.err.Error() }
func (e *untoldError) Unwrap() error { return e.err }

// tell puts a roster before every partition, as each of them decides who is on call.
func (m *Importer) tell(ctx context.Context, r events.Roster) error {
	e := events.New(events.RosterReceived{Roster: r})
	e.ID, e.Source, e.Time = r.ID, "tocsin/gateway", m.cfg.Clock().UTC()
	if err := intake.PutEverywhere(ctx, m.cfg.Publisher, m.cfg.Partitions, intake.Rosters, e); err != nil {
		return &untoldError{err}
	}
	return nil
}
