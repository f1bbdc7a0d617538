package catalog

import (
	"encoding/json"
	"slices"
	"time"

	"tocsin.dev/internal/ical"
	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/pkg/events"
)

// ImportAhead is how far ahead of now a calendar is read.
const ImportAhead = 26 * 7 * 24 * time.Hour

// importBehind includes shifts that have just ended by another machine's clock.
const importBehind = 24 * time.Hour

// maxRoster bounds the JSON of the shifts of one roster, so that it always fits into a record. The
// shifts furthest ahead are left to a later roster.
const maxRoster = 96 << 10

// Roster returns who is on call by a schedule's imported calendar: shifts that were under way within
// the last day, and all up to [ImportAhead]. Calendar is the one read from the schedule's URL; that of
// a file is known. An event that names nobody of the catalog is left out, with a fault. The error says
// that more people are on call at once than are allowed. A schedule that is not imported has an empty
// roster.
func (c *Catalog) Roster(schedule string, calendar ical.Calendar, now time.Time) (events.Roster, []ical.Fault, error) {
	duties, faults := c.duties(schedule, calendar, now.Add(-importBehind), now.Add(ImportAhead))
	made, err := oncall.NewRoster(duties)
	if err != nil {
		return events.Roster{}, faults, err
	}
	r := events.Roster{Schedule: schedule, From: now.UTC(), To: now.Add(ImportAhead).UTC().Truncate(time.Minute), Shifts: []events.Shift{}}
	size := 0
	for _, d := range made.Duties(time.Time{}, r.To) {
		one := events.Shift{People: d.People, From: d.From.UTC(), To: d.To.UTC()}
		text, _ := json.Marshal(one) // names and instants can always be encoded
		if size += len(text) + 1; size > maxRoster {
			r.To = one.From
			break
		}
		r.Shifts = append(r.Shifts, one)
	}
	text, _ := json.Marshal(r.Shifts)
	r.ID = events.DeriveID("roster", schedule, r.From.Format(time.RFC3339Nano), string(text))
	return r, faults, nil
}

// duties returns the shifts of a schedule's calendar that overlap a period, whole.
func (c *Catalog) duties(schedule string, calendar ical.Calendar, from, to time.Time) ([]oncall.Duty, []ical.Fault) {
	i := c.Imports[schedule]
	if i == nil {
		return nil, nil
	}
	if i.File != "" {
		calendar = i.calendar
	}
	shifts, faults := calendar.Shifts(c.Rules.Schedules[schedule].Location, from, to, ical.Limits{})
	var duties []oncall.Duty
	reported := map[int]bool{}
	for _, s := range shifts {
		people := i.names.of(s)
		switch {
		case !s.Start.Before(s.End): // without a length: a note, not a shift
		case len(people) > 0:
			duties = append(duties, oncall.Duty{People: people, From: s.Start, To: s.End})
		case !reported[s.Line]:
			reported[s.Line] = true
			faults = append(faults, ical.Fault{Line: s.Line, Message: quote(s.Summary) + " names nobody of the catalog; the event is left out", LeftOut: true})
		}
	}
	slices.SortStableFunc(faults, func(a, b ical.Fault) int { return a.Line - b.Line })
	return duties, faults
}
