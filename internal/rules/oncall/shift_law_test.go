package oncall_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/rules/oncall"
)

// Shifts fill the time between the two instants, each beginning where the one before it ends.
func TestShiftsTile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSchedule(t)
		from := drawInstant(t, s.Location)
		to := from.Add(time.Duration(rapid.Int64Range(-1, 21*24*3600).Draw(t, "length")) * time.Second)
		at := from
		for _, one := range s.Shifts(from, to) {
			require.True(t, one.From.Equal(at), "%s begins where the one before it ends: %s", one.From, at)
			require.True(t, one.To.After(one.From))
			require.Equal(t, len(one.People) == 0, one.Layer == -1)
			at = one.To
		}
		if from.Before(to) {
			require.True(t, at.Equal(to), "the last shift ends with the stretch")
		} else {
			require.True(t, at.Equal(from), "there is no shift")
		}
	})
}

// Whoever At names at an instant is whoever the shift around it names, asked forward, backward, and
// at the first and the last instant of each shift; and both end together.
func TestAtAgreesWithShifts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSchedule(t)
		from := drawInstant(t, s.Location)
		to := from.Add(time.Duration(rapid.Int64Range(1, 21*24*3600).Draw(t, "length")) * time.Second)
		shifts := s.Shifts(from, to)
		if rapid.Bool().Draw(t, "backward") {
			slices.Reverse(shifts)
		}
		for _, one := range shifts {
			inside := one.From.Add(time.Duration(rapid.Int64Range(0, int64(one.To.Sub(one.From))-1).Draw(t, "inside")))
			for _, at := range []time.Time{one.To.Add(-1), inside, one.From} {
				people, until := s.At(at)
				require.Equal(t, one.People, people, "at %s", at)
				if one.To.Before(to) {
					require.True(t, until.Equal(one.To), "at %s: until %s, the shift ends %s", at, until, one.To)
				}
			}
		}
	})
}

// Far from a change of the clocks, a plain reading of the wall clock says the same as the schedule:
// which windows it is in, whether it is a holiday, and how many hand-offs have passed.
func TestAtAgreesWithTheWallClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSchedule(t)
		at := drawInstant(t, s.Location).In(s.Location)
		start, end := at.ZoneBounds()
		// Turns are counted in UTC below, so the layers begin and end far from a change as well: in
		// wall time that is the same count.
		const margin = 50 * time.Hour
		if !start.IsZero() && at.Sub(start) < margin || !end.IsZero() && end.Sub(at) < margin {
			t.Skip("clocks change")
		}
		var want []string
		for i := range s.Layers {
			if crew := plain(s, &s.Layers[i], at); crew != nil {
				want = crew
			}
		}
		got, _ := s.At(at)
		require.Equal(t, want, got, "at %s", at)
	})
}

// plain is who a layer has at a wall time, found by counting hand-offs one by one.
func plain(s *oncall.Schedule, l *oncall.Layer, at time.Time) []string {
	y, m, d := at.Date()
	wall := time.Date(y, m, d, at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), time.UTC)
	holiday := slices.Contains(s.Holidays, date(wall))
	if l.OnHolidays == oncall.Never && holiday || l.OnHolidays == oncall.Only && !holiday {
		return nil
	}
	if l.End != (oncall.Date{}) && !wall.Before(time.Date(l.End.Year, l.End.Month, l.End.Day, l.Hour, l.Minute, 0, 0, time.UTC)) {
		return nil
	}
	if len(l.Only) > 0 && !slices.ContainsFunc(l.Only, func(w oncall.Window) bool { return inside(w, wall) }) {
		return nil
	}
	crews := l.Crews
	if crews == nil {
		for _, p := range l.People {
			crews = append(crews, []string{p})
		}
	}
	passed := count(l, wall)
	if passed == 0 {
		return nil
	}
	return crews[(passed-1)%len(crews)]
}

// inside says whether a wall time lies in a window that began today or yesterday.
func inside(w oncall.Window, wall time.Time) bool {
	midnight := wall.Truncate(24 * time.Hour)
	for _, day := range []time.Time{midnight, midnight.AddDate(0, 0, -1)} {
		from, to := day.Add(time.Duration(w.From)*time.Minute), day.Add(time.Duration(w.To)*time.Minute)
		if w.To <= w.From {
			to = to.AddDate(0, 0, 1)
		}
		begins := len(w.Days) == 0 || slices.Contains(w.Days, day.Weekday())
		if begins && !wall.Before(from) && wall.Before(to) {
			return true
		}
	}
	return false
}

// count returns the number of hand-offs up to a wall time, walking through them.
func count(l *oncall.Layer, wall time.Time) int {
	start := time.Date(l.Start.Year, l.Start.Month, l.Start.Day, l.Hour, l.Minute, 0, 0, time.UTC)
	every := max(1, l.Every)
	monthly := func(n int) time.Time {
		first := time.Date(l.Start.Year, l.Start.Month+time.Month(n*every), 1, l.Hour, l.Minute, 0, 0, time.UTC)
		return first.AddDate(0, 0, min(max(1, l.MonthDay), first.AddDate(0, 1, -1).Day())-1)
	}
	if l.Rotation == oncall.Monthly && monthly(0).Before(start) { // the hand-off of the first month has passed
		next := *l
		next.Start = oncall.Date{Year: l.Start.Year, Month: l.Start.Month + 1, Day: 1}
		return count(&next, wall)
	}
	for l.Rotation == oncall.Weekly && start.Weekday() != l.Weekday {
		start = start.AddDate(0, 0, 1)
	}
	n := 0
	for {
		var handoff time.Time
		switch l.Rotation {
		case oncall.Hourly:
			handoff = start.Add(time.Duration(n*every) * time.Hour)
		case oncall.Daily:
			handoff = start.AddDate(0, 0, n*every)
		case oncall.Weekly:
			handoff = start.AddDate(0, 0, 7*n*every)
		case oncall.Monthly:
			handoff = monthly(n)
		}
		if handoff.After(wall) {
			return n
		}
		n++
	}
}

// Every question costs about the same, however long ago a layer began: nothing walks over the years.
func BenchmarkShiftsOfAYear(b *testing.B) {
	s := oncall.Schedule{Location: zone(b, "Europe/Madrid"), Layers: []oncall.Layer{
		weekly(time.Monday, 9, 0, oncall.Date{Year: 1990, Month: 1, Day: 1}, "ana", "bo", "cleo"),
		on("dee", only(window(9*60, 17*60, workdays...))),
	}}
	from := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for b.Loop() {
		s.Shifts(from, from.AddDate(1, 0, 0))
	}
}
