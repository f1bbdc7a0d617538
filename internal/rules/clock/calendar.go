package clock

import (
	"math"
	"time"

	"tocsin.dev/internal/rules/oncall"
)

// Calendar defines working time. A nil Calendar is around the clock, without holidays. A Calendar must not
// be changed while it is in use.
type Calendar struct {
	// ID names the calendar in sentences; it may be empty.
	ID string
	// Location is the zone of Hours and Holidays, and of the instants that methods return. Defaults to
	// UTC.
	Location *time.Location
	// Hours are the working hours; overlapping windows count once. None means every hour of days that
	// are not holidays.
	Hours []oncall.Window
	// Holidays are civil dates without working time, in order and without repeats. Hours that extend
	// past midnight are cut off there.
	Holidays []oncall.Date
}

// Horizon is how many years ahead [Calendar.Add] looks.
const Horizon = 10

// Open reports whether t is working time. The end of a window is not.
func (c *Calendar) Open(t time.Time) bool {
	if c == nil {
		return true
	}
	open, _ := (&edges{calendar: c}).at(t)
	return open
}

// NextOpen returns the first instant of working time at or after t, in the calendar's zone; false if
// there is none.
func (c *Calendar) NextOpen(t time.Time) (time.Time, bool) {
	if c == nil {
		return c.local(t), true
	}
	open, until := (&edges{calendar: c}).at(t)
	if open {
		return c.local(t), true
	}
	return until, !until.IsZero()
}

// Working returns the working time between two instants; zero if to is not after from. It is capped at
// the greatest Duration, 292 years.
func (c *Calendar) Working(from, to time.Time) time.Duration {
	passed, _ := c.pass(from, to, math.MaxInt64)
	return passed
}

// Add returns the first instant at which d of working time has passed since from, in the calendar's zone.
// It may be the end of a window. If d is zero or less it returns from, even outside of working time. Zero
// means never: the calendar does not have that much within [Horizon] of from. A nil Calendar has no
// horizon.
func (c *Calendar) Add(from time.Time, d time.Duration) time.Time {
	if d <= 0 || c == nil {
		return c.local(from.Add(max(0, d)))
	}
	from = c.local(from)
	passed, at := c.pass(from, from.AddDate(Horizon, 0, 0), d)
	if passed < d {
		return time.Time{}
	}
	return c.local(at)
}

// schedule converts the calendar for oncall: one layer with one person, who is on call in working time.
func (c *Calendar) schedule() *oncall.Schedule {
	return &oncall.Schedule{
		ID:       c.ID,
		Location: c.Location,
		Holidays: c.Holidays,
		Layers: []oncall.Layer{{
			// One turn from before the first year that a time can show in text to after the last one.
			Rotation:   oncall.Weekly,
			Every:      1_000_000,
			Start:      oncall.Date{Year: -1, Month: time.January, Day: 1},
			People:     anybody,
			Only:       c.Hours,
			OnHolidays: oncall.Never,
		}},
	}
}

var anybody = []string{"anybody"}

func (c *Calendar) location() *time.Location {
	if c == nil || c.Location == nil {
		return time.UTC
	}
	return c.Location
}

func (c *Calendar) local(t time.Time) time.Time { return t.In(c.location()) }
