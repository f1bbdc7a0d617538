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

// roster takes over what was read of a schedule's calendar. It is a fact of no incident. The one
// before counts no more, open incidents included: they ask who is on call now, not who was to be.
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
	case ask.From.Before(known.From): // whoever reads calendars may be several, and overtake each other
		return OlderRoster
	}
	if _, err := NewRoster(ask.Roster); err != nil {
		return RosterInvalid
	}
	d.emitLoose("", "", events.RosterImported(ask))
	d.lookAgain()
	return ""
}

// NewRoster gives a roster of the bus as schedules know it.
func NewRoster(r events.Roster) (*oncall.Roster, error) {
	duties := make([]oncall.Duty, 0, len(r.Shifts))
	for _, s := range r.Shifts {
		duties = append(duties, oncall.Duty(s))
	}
	return oncall.NewRoster(duties)
}

// roster is the newest one of a schedule, as it came and as schedules know it.
type roster struct {
	events.Roster
	made *oncall.Roster
}

// imported folds a roster in, and forgets those of other schedules whose stretch is over: their
// schedules are not imported any more, or their calendars have not been read for a long time.
func (s *State) imported(fact events.Roster, at time.Time) error {
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
