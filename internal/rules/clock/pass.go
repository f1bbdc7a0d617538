package clock

import (
	"slices"
	"time"

	"tocsin.dev/internal/rules/oncall"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
	// margin exceeds how far a zone change, or a holiday's date read in another zone, affects the time
	// around it: a window of yesterday may last until tomorrow, and every zone is within a day of UTC.
	margin = 3 * day
)

// pass lets working time pass from an instant until d, which must not be negative, or until the limit. It
// returns how much passed and where it stopped: at the limit if less than d passed.
//
// It walks from one edge of a window to the next, a week at a time. It multiplies instead of walking
// through weeks that are like the one before, except the last of them, which contains the first instant
// at which d has passed.
func (c *Calendar) pass(from, limit time.Time, d time.Duration) (passed time.Duration, at time.Time) {
	if !from.Before(limit) || d == 0 {
		return 0, from
	}
	if c == nil {
		passed = min(d, limit.Sub(from))
		return passed, from.Add(passed)
	}
	e := edges{calendar: c}
	for at = from; passed < d && at.Before(limit); {
		begin := at
		var seen time.Duration
		seen, at = e.walk(begin, earlier(limit, begin.Add(week)), d-passed)
		passed += seen
		if skip := c.alike(begin, limit) - 1; skip > 0 && passed < d {
			if seen > 0 {
				skip = min(skip, int64((d-passed-1)/seen))
			}
			passed += time.Duration(skip) * seen
			at = at.Add(time.Duration(skip) * week)
		}
	}
	return passed, at
}

// walk is pass without the multiplication.
func (e *edges) walk(from, limit time.Time, d time.Duration) (passed time.Duration, stop time.Time) {
	for from.Before(limit) {
		open, until := e.at(from)
		if until.IsZero() || until.After(limit) {
			until = limit
		}
		if open {
			length := until.Sub(from)
			if length >= d-passed {
				return d, from.Add(d - passed)
			}
			passed += length
		}
		from = until
	}
	return passed, from
}

// alike returns how many whole weeks from an instant to the limit have the same working hours: those
// without a zone change or holiday in or around them.
func (c *Calendar) alike(from, limit time.Time) int64 {
	start, end := from.In(c.location()).ZoneBounds()
	if !start.IsZero() && from.Before(start.Add(margin)) {
		return 0
	}
	if !end.IsZero() {
		limit = earlier(limit, end.Add(-margin))
	}
	next, _ := slices.BinarySearchFunc(c.Holidays, from.Add(-margin), func(d oncall.Date, t time.Time) int {
		return midnight(d).Compare(t)
	})
	if next < len(c.Holidays) {
		limit = earlier(limit, midnight(c.Holidays[next]).Add(-margin))
	}
	return int64(limit.Sub(from) / week)
}

// midnight is the start of a date in UTC, which is close enough for a margin of days.
func midnight(d oncall.Date) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}
