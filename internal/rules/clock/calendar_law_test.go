package clock_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/rules/clock"
	"tocsin.dev/internal/rules/oncall"
)

// walked is working time found by going through all shifts of a schedule in which somebody takes
// daily turns in working hours.
func walked(c *clock.Calendar, from, to time.Time) time.Duration {
	s := oncall.Schedule{Location: c.Location, Holidays: c.Holidays, Layers: []oncall.Layer{{
		Rotation: oncall.Daily, Start: oncall.Date{Year: 1990, Month: 1, Day: 1}, People: []string{"ana", "bo"},
		Only: c.Hours, OnHolidays: oncall.Never,
	}}}
	var sum time.Duration
	for _, one := range s.Shifts(from, to) {
		if len(one.People) > 0 {
			sum += one.To.Sub(one.From)
		}
	}
	return sum
}

// Counting weeks gives what walking through every window gives.
func TestWorkingAgreesWithShifts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		from := drawInstant(t, c.Location)
		to := from.Add(drawLength(t, "length"))
		require.Equal(t, walked(c, from, to), c.Working(from, to), "from %s to %s", from.In(c.Location), to.In(c.Location))
	})
}

// So it does far ahead too, where a zone goes on by a rule: over the last days of leap years, at which
// the library's bounds of a zone are off.
func TestWorkingAgreesWithShiftsFarAhead(t *testing.T) {
	for _, name := range zones {
		c := office(t, name, oncall.Date{Year: 2040, Month: time.December, Day: 25})
		c.Hours = append(c.Hours, hours(2300, 300, time.Saturday))
		for _, year := range []int{2040, 2044} {
			for from := time.Date(year, 10, 1, 12, 30, 0, 0, time.UTC); from.Year() == year; from = from.AddDate(0, 0, 17) {
				to := from.AddDate(0, 0, 100)
				require.Equal(t, walked(c, from, to), c.Working(from, to), "%s from %s", name, from)
			}
		}
	}
}

// Working time is additive, never negative, and no longer than the time.
func TestWorkingIsAdditive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		from := drawInstant(t, c.Location)
		between := from.Add(drawLength(t, "first"))
		to := between.Add(drawLength(t, "second"))
		first, second, both := c.Working(from, between), c.Working(between, to), c.Working(from, to)
		require.Equal(t, both, first+second)
		require.GreaterOrEqual(t, first, time.Duration(0))
		require.LessOrEqual(t, both, to.Sub(from))
		require.Zero(t, c.Working(to, from))
	})
}

// Add gives the first instant at which so much working time has passed: that much lies before it, and
// less before the instant before it. It gives none only where ten years do not have so much.
func TestAddIsTheInverseOfWorking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		from, d := drawInstant(t, c.Location), 1+drawLength(t, "working time")
		at := c.Add(from, d)
		if at.IsZero() {
			require.Less(t, c.Working(from, from.In(c.Location).AddDate(clock.Horizon, 0, 0)), d)
			return
		}
		require.Equal(t, d, c.Working(from, at))
		require.Equal(t, d-1, c.Working(from, at.Add(-1)))
	})
}

// And the other way round: from any instant back to it, but for the closed time before it.
func TestWorkingIsTheInverseOfAdd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		from := drawInstant(t, c.Location)
		to := from.Add(drawLength(t, "length"))
		back := c.Add(from, c.Working(from, to))
		require.False(t, back.After(to))
		require.Zero(t, c.Working(back, to))
		if c.Open(to.Add(-1)) && to.After(from) {
			require.True(t, back.Equal(to), "%s, not %s", back, to)
		}
	})
}

// More working time never ends earlier, nor does a later beginning.
func TestAddIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		from, d := drawInstant(t, c.Location), drawLength(t, "working time")/8
		at := c.Add(from, d)
		if at.IsZero() {
			return
		}
		if more := c.Add(from, d+drawLength(t, "more")/8); !more.IsZero() {
			require.False(t, more.Before(at))
		}
		if later := c.Add(from.Add(drawLength(t, "later")), d); !later.IsZero() {
			require.False(t, later.Before(at))
		}
	})
}

// NextOpen is the end of a closed stretch: nothing is working time before it, and it is.
func TestNextOpenIsTheFirstOpenInstant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		at := drawInstant(t, c.Location)
		next, ever := c.NextOpen(at)
		require.True(t, ever)
		require.True(t, c.Open(next))
		require.Equal(t, c.Open(at), next.Equal(at))
		require.Zero(t, c.Working(at, next))
		require.True(t, c.Add(at, 1).Equal(next.Add(1)))
	})
}
