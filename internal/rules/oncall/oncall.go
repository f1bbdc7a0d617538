// Package oncall answers who is on call at an instant and until when, and what a stretch of time
// looks like: shifts, gaps and conflicts.
//
// In: a [Schedule], the overrides that are in force ([Schedule.With]), and instants. Out: people, and
// the instants of change. It resolves no zone names (schedules carry a location), reads no clock,
// and keeps no overrides: which ones are in force is its caller's to know.
//
// All of a schedule is wall time in its zone. Two rules place a wall time: one that does not exist
// moves forward by the gap, and one that exists twice is the first. Hand-offs, windows, holidays and
// the end of a layer all follow them.
package oncall

import (
	"slices"
	"time"
)

// Schedule is layers of rotations in one zone. Where several layers have somebody, the last one
// in the list wins. A schedule that was imported has duties at fixed instants in their place.
type Schedule struct {
	ID string
	// Location is the zone of all wall times. Defaults to UTC.
	Location *time.Location
	Layers   []Layer
	// Imported takes the place of Layers, wholly. Nil means that the layers count; see [NewRoster].
	Imported *Roster
	// Holidays are civil dates from midnight to midnight, in order and none twice. They count for
	// layers whose OnHolidays says so.
	Holidays []Date
}

// People gives everybody who takes turns or has an imported duty, each once, in the order in which
// the schedule names them. Whoever comes in by an override is not among them.
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

// Layer is people taking turns. A layer is off before its first hand-off, after its end, outside
// of its windows and where holidays say so; turns go on being counted all the while.
type Layer struct {
	// Rotation is the unit of a turn.
	Rotation Rotation
	// Every is how many units a turn lasts; 0 counts as 1.
	Every int
	// Hour and Minute are the wall time of the hand-off. Weekday counts for weekly rotations only.
	// Hourly rotations hand off at this time on the first day, and on from there by the wall clock:
	// every 12 hours from 08:00 is 08:00 and 20:00 in summer and winter.
	Weekday      time.Weekday
	Hour, Minute int
	// MonthDay is the day of a monthly hand-off, 1 to 31; a shorter month hands off on its last day.
	// 0 counts as 1. Other rotations do not look at it.
	MonthDay int
	// Start is the civil date of the first turn; the first hand-off is the first one on or after it.
	Start Date
	// End is the civil date on which the layer is over, at its hand-off time. The zero date is never.
	End Date
	// People take turns in this order; never empty.
	People []string
	// Crews are people who take turns together, in this order, nobody twice in one. Where there are
	// any they alone make the turns, and People lists everybody of them.
	Crews [][]string
	// Only are the windows in which the layer is on; none means always.
	Only []Window
	// OnHolidays says what holidays change. Defaults to [Always].
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

// Window is a stretch of wall time on some days of the week. One whose end falls at or before its
// beginning, as on a day when the clocks go forward, is left out that day, and so is one on a day
// that the zone left out.
type Window struct {
	// Days are those on which the window begins; none means every day.
	Days []time.Weekday
	// From and To are minutes after midnight, 0 to 1440. A To at or before From is on the next day.
	From, To int
}

// HolidayRule says what holidays change for a layer.
type HolidayRule string

// The rules for holidays.
const (
	Always HolidayRule = ""      // holidays are days like others
	Never  HolidayRule = "never" // off on holidays
	Only   HolidayRule = "only"  // on during holidays alone
)

// Date is a civil date without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}
