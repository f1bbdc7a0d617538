// Package oncall computes who is on call at an instant and until when, and the shifts, gaps and conflicts
// of a period.
//
// In: a [Schedule], its overrides ([Schedule.With]), and instants. Out: people, and the instants of
// change. It resolves no zone names (schedules carry a location), reads no clock and stores no overrides.
//
// Schedules are in wall time of their zone. Two rules place a wall time: one that does not exist moves
// forward by the gap, and of one that exists twice the first counts. Hand-offs, windows, holidays and the
// end of a layer follow them.
package oncall

import (
	"slices"
	"time"
)

// Schedule is a list of layers of rotations in one zone. If several layers have somebody on call, the last
// one in the list wins. An imported schedule has duties at fixed instants instead of layers.
type Schedule struct {
	ID string
	// Location is the zone of all wall times. Defaults to UTC.
	Location *time.Location
	Layers   []Layer
	// Imported replaces Layers; nil for a schedule that is not imported. See [NewRoster].
	Imported *Roster
	// Holidays are civil dates from midnight to midnight, in order and without repeats. They affect
	// layers by their OnHolidays.
	Holidays []Date
}

// People returns everybody who takes turns or has an imported duty, each once, in the order of the
// schedule. People of overrides are not included.
func (s *Schedule) People() []string {
	if s.Imported != nil {
		return slices.Clone(s.Imported.people)
	}
	var all []string
	for i := range s.Layers {
		all = append(all, s.Layers[i].People...)
	}
	return distinct(all)
}

// Layer is a rotation of people. A layer is off before its first hand-off, after its end, outside of its
// windows and, depending on OnHolidays, on holidays; turns keep advancing meanwhile.
type Layer struct {
	// Rotation is the unit of a turn.
	Rotation Rotation
	// Every is how many units a turn lasts. Defaults to 1.
	Every int
	// Hour and Minute are the wall time of the hand-off; Weekday applies to weekly rotations only.
	// Hourly rotations hand off at this time on the first day and then by the wall clock: every 12
	// hours from 08:00 is 08:00 and 20:00 in summer and winter.
	Weekday      time.Weekday
	Hour, Minute int
	// MonthDay is the day of a monthly hand-off, 1 to 31; a shorter month hands off on its last day.
	// Defaults to 1. Other rotations ignore it.
	MonthDay int
	// Start is a civil date; the first turn starts at the first hand-off on or after it.
	Start Date
	// End is the civil date on which the layer ends, at its hand-off time. Zero means never.
	End Date
	// People take turns in this order; never empty.
	People []string
	// Crews are groups that take turns in this order, nobody twice in one. If there are any, they make
	// the turns, and People lists all their members.
	Crews [][]string
	// Only are the windows in which the layer is on; none means always.
	Only []Window
	// OnHolidays defaults to [Always].
	OnHolidays HolidayRule
}

// Rotation is the unit of a turn.
type Rotation string

// The rotations.
const (
	Hourly  Rotation = "hourly"
	Daily   Rotation = "daily"
	Weekly  Rotation = "weekly"
	Monthly Rotation = "monthly"
)

// Window is an interval of wall time on some days of the week. It is skipped on a day on which it would
// end at or before its start, as when the clocks go forward, and on a day that the zone skips.
type Window struct {
	// Days are those on which the window starts; none means every day.
	Days []time.Weekday
	// From and To are minutes after midnight, 0 to 1440. A To at or before From is on the next day.
	From, To int
}

// HolidayRule says how holidays affect a layer.
type HolidayRule string

// The rules for holidays.
const (
	Always HolidayRule = ""      // holidays do not matter
	Never  HolidayRule = "never" // off on holidays
	Only   HolidayRule = "only"  // on during holidays only
)

// Date is a civil date without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}
