package clock_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/rules/clock"
)

func TestArithmetic(t *testing.T) {
	madrid := office(t, "Europe/Madrid")
	unnamed := &clock.Calendar{Location: madrid.Location, Hours: madrid.Hours}
	lunch, night := pause(t, "05 12:00", "05 13:00"), pause(t, "05 20:00", "05 21:00")
	tests := []struct {
		name     string
		calendar *clock.Calendar
		pauses   []clock.Pause
		now      string
		want     string
	}{
		{"at the start", madrid, nil, "05 09:20", "0s of 8h used: 0s of working time (office) since Mon 09:20 CET"},
		{"before the start", madrid, nil, "05 09:19", "0s of 8h used: the clock starts Mon 09:20 CET"},
		{"running", madrid, nil, "05 13:30", "4h10m of 8h used: 4h10m of working time (office) since Mon 09:20 CET"},
		{"one pause", madrid, []clock.Pause{lunch}, "05 13:30", "3h10m of 8h used: 4h10m of working time (office) since Mon 09:20 CET, less 1h paused in 1 pause"},
		{"two pauses", madrid, []clock.Pause{pause(t, "05 10:00", "05 10:30"), lunch}, "05 15:00", "4h10m of 8h used: 5h40m of working time (office) since Mon 09:20 CET, less 1h30m paused in 2 pauses"},
		{"a pause outside of working time", madrid, []clock.Pause{night}, "05 23:00", "7h40m of 8h used: 7h40m of working time (office) since Mon 09:20 CET, less 0s paused in 1 pause"},
		{"a pause partly in working time", madrid, []clock.Pause{pause(t, "05 16:30", "05 21:00")}, "06 09:30", "7h40m of 8h used: 8h10m of working time (office) since Mon 09:20 CET, less 30m paused in 1 pause"},
		{"still paused", madrid, []clock.Pause{lunch, pause(t, "05 14:00", "")}, "06 10:00", "3h40m of 8h used: 8h40m of working time (office) since Mon 09:20 CET, less 5h paused in 2 pauses; paused since Mon 14:00 CET"},
		{"paused at this instant", madrid, []clock.Pause{pause(t, "05 14:00", "")}, "05 14:00", "4h40m of 8h used: 4h40m of working time (office) since Mon 09:20 CET; paused since Mon 14:00 CET"},
		{"a pause to come, one before the start and an empty one", madrid, []clock.Pause{pause(t, "01 14:00", "01 15:00"), pause(t, "05 10:00", "05 10:00"), night}, "05 13:30", "4h10m of 8h used: 4h10m of working time (office) since Mon 09:20 CET"},
		{"over the goal", madrid, nil, "08 09:20", "24h of 8h used: 24h of working time (office) since Mon 09:20 CET"},
		{"a week later, by date", madrid, nil, "12 09:20", "40h of 8h used: 40h of working time (office) since Mon 2026-01-05 09:20 CET"},
		{"a calendar without a name", unnamed, nil, "05 13:30", "4h10m of 8h used: 4h10m of working time since Mon 09:20 CET"},
		{"around the clock", nil, []clock.Pause{lunch, night}, "06 09:20", "22h of 8h used: 24h around the clock since Mon 08:20 UTC, less 2h paused in 2 pauses"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := clock.Clock{Goal: 8 * time.Hour, Calendar: tt.calendar, StartedAt: january(t, "05 09:20"), Pauses: tt.pauses}
			require.Equal(t, tt.want, c.Arithmetic(january(t, tt.now)))
		})
	}
	require.Equal(t, "0s of 1h30m used: the clock has not started", clock.Clock{Goal: 90 * time.Minute}.Arithmetic(january(t, "05 09:20")))
}

// Parts of a second are cut so that the sentence adds up, and no goal looks used up before it is.
func TestArithmeticOfPartsOfASecond(t *testing.T) {
	start := time.Date(2026, 1, 5, 9, 20, 30, 900e6, time.UTC)
	c := clock.Clock{Goal: time.Hour, StartedAt: start, Pauses: []clock.Pause{{From: start.Add(1500 * time.Millisecond), To: start.Add(3 * time.Second)}}}
	due := c.DueAt(start)
	require.Equal(t, "1h of 1h used: 1h0m1s around the clock since Mon 09:20:30 UTC, less 1s paused in 1 pause", c.Arithmetic(c.DueAt(due)))
	require.Equal(t, "59m59s of 1h used: 1h around the clock since Mon 09:20:30 UTC, less 1s paused in 1 pause", c.Arithmetic(c.DueAt(due).Add(-1)))
}

var sentence = regexp.MustCompile(`^(\S+) of (\S+) used: (\S+) .*? since [^,;]+?(?:, less (\S+) paused in [1-9][0-9]* pauses?)?(?:; paused since .+)?$`)

// The sentence adds up, says what Elapsed says, and names the goal as used up only when it is.
func TestArithmeticAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, now := drawClock(t)
		if now.Before(c.StartedAt) {
			now = c.StartedAt
		}
		text := c.Arithmetic(now)
		parts := sentence.FindStringSubmatch(text)
		require.NotNil(t, parts, text)
		if parts[4] == "" {
			parts[4] = "0s"
		}
		var d [5]time.Duration
		for i := 1; i < 5; i++ {
			var err error
			d[i], err = time.ParseDuration(parts[i])
			require.NoError(t, err, text)
		}
		used, goal, since, paused := d[1], d[2], d[3], d[4]
		require.Equal(t, used, since-paused, text)
		require.Equal(t, c.Elapsed(now).Truncate(time.Second), used)
		require.Equal(t, c.Goal, goal)
		require.LessOrEqual(t, c.Calendar.Working(c.StartedAt, now)-since, 2*time.Second)
		if used >= goal {
			require.GreaterOrEqual(t, c.Elapsed(now), c.Goal)
		}
	})
}
