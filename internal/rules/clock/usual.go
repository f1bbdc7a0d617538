package clock

import (
	"slices"
	"time"

	"tocsin.dev/internal/rules/oncall"
)

// edges finds the edges of a calendar's windows.
type edges struct {
	calendar *Calendar
	schedule *oncall.Schedule // made when first needed
}

// at reports whether t is working time, and until when; zero means for ever. Adjacent windows have an edge
// between them.
func (e *edges) at(t time.Time) (open bool, until time.Time) {
	if open, until, ok := e.calendar.usual(t); ok {
		return open, until
	}
	if e.schedule == nil {
		e.schedule = e.calendar.schedule()
	}
	people, until := e.schedule.At(t)
	return len(people) > 0, until
}

// usual computes [edges.at] from the weekday and the time of day alone. ok is false if that is not
// possible: the week that starts at t has a zone change or a holiday, or there are no windows.
func (c *Calendar) usual(t time.Time) (open bool, until time.Time, ok bool) {
	if len(c.Hours) == 0 || c.alike(t, t.Add(week)) < 1 {
		return false, t, false
	}
	second := secondOfWeek(c.local(t))
	opens, closes := never, int64(0) // from t on
	for n := range c.Hours {
		from, length := bounds(&c.Hours[n])
		for day := time.Sunday; day <= time.Saturday; day++ {
			if !begins(&c.Hours[n], day) {
				continue
			}
			ahead := int64(day)*secondsPerDay + from - second
			if ahead <= 0 {
				ahead += secondsPerWeek // last week's window may still be open
			}
			opens, closes = min(opens, ahead), max(closes, ahead-secondsPerWeek+length)
		}
	}
	if opens == never {
		return false, t, false
	}
	if open = closes > 0; open {
		opens = closes
	}
	until = t.Add(time.Duration(opens)*time.Second - time.Duration(t.Nanosecond()))
	return open, c.local(until), true
}

const (
	secondsPerDay  = 24 * 60 * 60
	secondsPerWeek = 7 * secondsPerDay

	never int64 = secondsPerWeek + 1 // further ahead than any window of a week
)

// secondOfWeek is the wall time in seconds since Sunday midnight.
func secondOfWeek(local time.Time) int64 {
	const epoch = int64(time.Thursday) * secondsPerDay // when 1970 began
	_, offset := local.Zone()
	second := (local.Unix() + int64(offset) + epoch) % secondsPerWeek
	if second < 0 {
		second += secondsPerWeek
	}
	return second
}

// bounds returns a window's start and length in seconds.
func bounds(w *oncall.Window) (from, length int64) {
	minutes := w.To - w.From
	if minutes <= 0 { // until the next day
		minutes += secondsPerDay / 60
	}
	return int64(w.From) * 60, int64(minutes) * 60
}

func begins(w *oncall.Window, day time.Weekday) bool {
	return len(w.Days) == 0 || slices.Contains(w.Days, day)
}
