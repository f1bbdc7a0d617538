package clock_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/rules/clock"
)

// pause is a pause between two instants of January 2026 in Madrid, such as "05 10:00"; an empty end is
// still to come.
func pause(t require.TestingT, from, to string) clock.Pause {
	p := clock.Pause{From: january(t, from)}
	if to != "" {
		p.To = january(t, to)
	}
	return p
}

func january(t require.TestingT, text string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", "2026-01-"+text, zone(t, "Europe/Madrid"))
	require.NoError(t, err)
	return at
}

// The clocks below start on Monday, 5 January at 09:20, in an office of Madrid, open from 9 to 17.
func TestElapsedAndDueAt(t *testing.T) {
	tests := []struct {
		name    string
		goal    time.Duration
		pauses  []clock.Pause
		now     string
		elapsed time.Duration
		due     string // "" = never
	}{
		{"at the start", 8 * time.Hour, nil, "05 09:20", 0, "06 09:20"},
		{"before the start", 8 * time.Hour, nil, "04 09:20", 0, "06 09:20"},
		{"running", 8 * time.Hour, nil, "05 15:00", 5*time.Hour + 40*time.Minute, "06 09:20"},
		{"when it is due", 8 * time.Hour, nil, "06 09:20", 8 * time.Hour, "06 09:20"},
		{"long after that", 8 * time.Hour, nil, "09 17:00", 39*time.Hour + 40*time.Minute, "06 09:20"},
		{"due when the office closes", 7*time.Hour + 40*time.Minute, nil, "05 10:00", 40 * time.Minute, "05 17:00"},
		{"used up when the office closed", 7*time.Hour + 40*time.Minute, nil, "05 20:00", 7*time.Hour + 40*time.Minute, "05 17:00"},
		{"no goal", 0, nil, "05 15:00", 5*time.Hour + 40*time.Minute, "05 09:20"},
		{"a negative goal", -time.Hour, nil, "05 15:00", 5*time.Hour + 40*time.Minute, "05 09:20"},

		{"paused and resumed", 8 * time.Hour, []clock.Pause{pause(t, "05 10:00", "05 11:30")}, "05 15:00", 4*time.Hour + 10*time.Minute, "06 10:50"},
		{"the instant it pauses", 8 * time.Hour, []clock.Pause{pause(t, "05 10:00", "")}, "05 10:00", 40 * time.Minute, ""},
		{"paused", 8 * time.Hour, []clock.Pause{pause(t, "05 10:00", "")}, "07 12:00", 40 * time.Minute, ""},
		{"the last instant of a pause", 8 * time.Hour, []clock.Pause{pause(t, "05 10:00", "05 11:00")}, "05 10:59", 40 * time.Minute, ""},
		{"the instant it resumes", 8 * time.Hour, []clock.Pause{pause(t, "05 10:00", "05 11:00")}, "05 11:00", 40 * time.Minute, "06 10:20"},
		{"a pause to come", 8 * time.Hour, []clock.Pause{pause(t, "05 14:00", "05 15:00")}, "05 13:00", 3*time.Hour + 40*time.Minute, "06 09:20"},
		{"an open pause to come", 8 * time.Hour, []clock.Pause{pause(t, "05 14:00", "")}, "05 13:00", 3*time.Hour + 40*time.Minute, "06 09:20"},
		{"paused after it was used up", time.Hour, []clock.Pause{pause(t, "05 11:00", "")}, "07 12:00", time.Hour + 40*time.Minute, "05 10:20"},
		{"used up when the pause began", time.Hour, []clock.Pause{pause(t, "05 10:20", "")}, "07 12:00", time.Hour, "05 10:20"},
		{"used up between two pauses", 2 * time.Hour, []clock.Pause{pause(t, "05 10:00", "05 11:00"), pause(t, "05 13:00", "05 14:00")}, "06 12:00", 8*time.Hour + 40*time.Minute, "05 12:20"},
		{"pauses that touch", 8 * time.Hour, []clock.Pause{pause(t, "05 10:00", "05 10:30"), pause(t, "05 10:30", "05 11:30")}, "05 15:00", 4*time.Hour + 10*time.Minute, "06 10:50"},
		{"an empty pause", 8 * time.Hour, []clock.Pause{pause(t, "05 10:00", "05 10:00")}, "05 10:00", 40 * time.Minute, "06 09:20"},
		{"a pause overnight", 8 * time.Hour, []clock.Pause{pause(t, "05 17:00", "06 09:00")}, "06 09:00", 7*time.Hour + 40*time.Minute, "06 09:20"},
		{"a pause into the night", 8 * time.Hour, []clock.Pause{pause(t, "05 16:00", "05 23:00")}, "06 09:00", 6*time.Hour + 40*time.Minute, "06 10:20"},
		{"a pause before the start", 8 * time.Hour, []clock.Pause{pause(t, "02 10:00", "02 12:00")}, "05 15:00", 5*time.Hour + 40*time.Minute, "06 09:20"},
		{"a pause over the start", 8 * time.Hour, []clock.Pause{pause(t, "02 10:00", "05 10:20")}, "05 15:00", 4*time.Hour + 40*time.Minute, "06 10:20"},
		{"started in an open pause", 8 * time.Hour, []clock.Pause{pause(t, "02 10:00", "")}, "05 15:00", 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := clock.Clock{Goal: tt.goal, Calendar: office(t, "Europe/Madrid"), StartedAt: january(t, "05 09:20"), Pauses: tt.pauses}
			now := january(t, tt.now)
			require.Equal(t, tt.elapsed, c.Elapsed(now))
			if tt.due == "" {
				require.Zero(t, c.DueAt(now))
				return
			}
			require.Equal(t, january(t, tt.due).String(), c.DueAt(now).String())
		})
	}
}

func TestAt(t *testing.T) {
	tests := []struct {
		name    string
		goal    time.Duration
		percent int
		now     string
		want    string
	}{
		{"half, to come", 8 * time.Hour, 50, "05 10:00", "05 13:20"},
		{"half, past", 8 * time.Hour, 50, "05 16:00", "05 13:20"},
		{"all", 8 * time.Hour, 100, "05 16:00", "06 09:20"},
		{"one and a half", 8 * time.Hour, 150, "05 16:00", "06 13:20"},
		{"nothing", 8 * time.Hour, 0, "05 16:00", "05 09:20"},
		{"less than nothing", 8 * time.Hour, -1, "05 16:00", "05 09:20"},
		{"no goal", 0, 80, "05 16:00", "05 09:20"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := clock.Clock{Goal: tt.goal, Calendar: office(t, "Europe/Madrid"), StartedAt: january(t, "05 09:20")}
			require.Equal(t, january(t, tt.want).String(), c.At(tt.percent, january(t, tt.now)).String())
		})
	}
}

// A share that is no whole nanosecond is rounded up, and one that no Duration holds is the longest.
func TestAtIsNeverEarly(t *testing.T) {
	start := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	at := func(goal time.Duration, percent int) time.Duration {
		return clock.Clock{Goal: goal, StartedAt: start}.At(percent, start).Sub(start)
	}
	require.Equal(t, time.Duration(3), at(3, 75))
	require.Equal(t, time.Duration(3), at(3, 100))
	require.Equal(t, time.Duration(1), at(3, 1))
	require.Equal(t, 4*365*24*time.Hour, at(5*365*24*time.Hour, 80))
	require.Equal(t, time.Duration(math.MaxInt64), at(math.MaxInt64, 100))
	require.Equal(t, time.Duration(math.MaxInt64), at(math.MaxInt64, 200))
	require.Equal(t, time.Duration(math.MaxInt64), at(math.MaxInt64, math.MaxInt))
}

// A raised priority brings a shorter goal, another team another calendar: the clock goes on from where it
// began, and what is used up already lies in the past.
func TestChangesAreRetroactive(t *testing.T) {
	c := clock.Clock{
		Goal: 8 * time.Hour, Calendar: office(t, "Europe/Madrid"), StartedAt: january(t, "05 09:20"),
		Pauses: []clock.Pause{pause(t, "05 10:00", "05 11:00"), pause(t, "05 20:00", "05 21:00")},
	}
	now := january(t, "05 16:00")
	require.Equal(t, january(t, "06 10:20").String(), c.DueAt(now).String())

	c.Goal = time.Hour
	require.Equal(t, january(t, "05 11:20").String(), c.DueAt(now).String())
	require.Equal(t, january(t, "05 11:05").String(), c.At(75, now).String())

	c.Goal, c.Calendar = 8*time.Hour, nil
	require.Equal(t, january(t, "05 18:20").UTC(), c.DueAt(now))
	require.Equal(t, 5*time.Hour+40*time.Minute, c.Elapsed(now))
}

func TestAClockThatNeverEnds(t *testing.T) {
	now := january(t, "05 16:00")
	unstarted := clock.Clock{Goal: time.Hour}
	require.Zero(t, unstarted.Elapsed(now))
	require.Zero(t, unstarted.DueAt(now))
	require.Zero(t, unstarted.At(0, now))

	closed := clock.Clock{Goal: time.Hour, Calendar: never(), StartedAt: now}
	require.Zero(t, closed.Elapsed(now.AddDate(3, 0, 0)))
	require.Zero(t, closed.DueAt(now))
	require.Equal(t, now.UTC(), closed.At(0, now))
}

// What was used up long ago is found however long ago that was; only what is to come has a horizon.
func TestThePastHasNoHorizon(t *testing.T) {
	c := clock.Clock{Goal: 12 * 260 * 8 * time.Hour, Calendar: office(t, "Europe/Madrid"), StartedAt: january(t, "05 09:00")}
	require.Zero(t, c.DueAt(c.StartedAt))
	now := c.StartedAt.AddDate(20, 0, 0)
	due := c.DueAt(now)
	require.Equal(t, 2037, due.Year())
	require.Equal(t, c.Goal, c.Elapsed(due))
}

// Two runs that a Duration cannot hold together are cut to the longest one.
func TestElapsedIsCutToTheLongestDuration(t *testing.T) {
	year := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }
	c := clock.Clock{Goal: time.Hour, StartedAt: year(2000), Pauses: []clock.Pause{{From: year(2200), To: year(2201)}}}
	require.Equal(t, time.Duration(math.MaxInt64), c.Elapsed(year(2400)))
	require.Equal(t, year(2000).Add(time.Hour), c.DueAt(year(2400)))
}
