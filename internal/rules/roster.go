package rules

import (
	"time"

	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/pkg/events"
)

// Reasons why a roster changes nothing.
const (
	RosterInvalid = "roster is not valid"
	NotImported   = "the schedule is not imported"
	OlderRoster   = "a newer roster is known"
)

// roster replaces the roster of an imported schedule by a newer reading of its calendar, for open
// incidents too: they page whoever is on call now.
func (d *decider) roster(ask events.RosterReceived) string {
	switch {
	case d.s.catalog == nil || d.s.catalog.Schedules[ask.Schedule] == nil:
		return NoSuchSchedule
	case d.s.catalog.Schedules[ask.Schedule].Imported == nil:
		return NotImported
	case ask.ID == "" || !ask.From.Before(ask.To):
		return RosterInvalid
	}
	switch known := d.s.rosters[ask.Schedule]; {
	case known == nil:
	case known.ID == ask.ID:
		return alert.Repeated
	case ask.From.Before(known.From): // several readers of calendars may overtake each other
		return OlderRoster
	}
	if _, err := NewRoster(ask.Roster); err != nil {
		return RosterInvalid
	}
	d.emitStandalone("", "", events.RosterImported(ask))
	d.recheckHolds()
	return ""
}

// NewRoster converts a roster of the bus for schedules.
func NewRoster(r events.Roster) (*oncall.Roster, error) {
	duties := make([]oncall.Duty, 0, len(r.Shifts))
	for _, s := range r.Shifts {
		duties = append(duties, oncall.Duty(s))
	}
	return oncall.NewRoster(duties)
}

// roster is the newest one of a schedule, as received and as converted.
type roster struct {
	events.Roster
	made *oncall.Roster
}

// rosterImported folds in a roster, and forgets those of other schedules that are over: their
// schedules are no longer imported, or their calendars have not been read for a long time.
func (s *State) rosterImported(fact events.Roster, at time.Time) error {
	made, err := NewRoster(fact)
	if err != nil {
		return err
	}
	for schedule, r := range s.rosters {
		if !r.To.After(at) {
			delete(s.rosters, schedule)
		}
	}
	s.rosters[fact.Schedule] = &roster{fact, made}
	return nil
}
