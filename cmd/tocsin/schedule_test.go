package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/client"
)

func TestScheduleFromTheCommandLine(t *testing.T) {
	s := newShell(t)
	var all []map[string]any
	s.json(&all, "schedule", "list")
	require.Len(t, all, 1)
	require.Equal(t, []any{"ana", "bo"}, all[0]["people"])
	require.Regexp(t, `payments-primary +Europe/Madrid +1 +ana, bo +ana +\S`, s.ok("schedule", "list"))

	var one client.SchedulePlan
	s.json(&one, "schedule", "show", "payments-primary", "--from", "2026-01-05T09:00:00+01:00", "--to", "2026-01-19T09:00:00+01:00")
	require.Equal(t, "payments-primary", one.Schedule)
	require.Len(t, one.Shifts, 2)

	out := s.ok("schedule", "show", "payments-primary", "--from", "2026-01-05T09:00:00+01:00", "--to", "2026-01-14T12:00:00+01:00")
	require.Equal(t, `FROM                  TO                    ON CALL  LAYER
Mon 2026-01-05 09:00  Mon 2026-01-12 09:00  ana      1
Mon 2026-01-12 09:00  Wed 2026-01-14 12:00  bo       1

2026-W02    00     06     12     18
Mon 05 Jan            AAA AAAAAA AAAAAA
Tue 06 Jan  AAAAAA AAAAAA AAAAAA AAAAAA
Wed 07 Jan  AAAAAA AAAAAA AAAAAA AAAAAA
Thu 08 Jan  AAAAAA AAAAAA AAAAAA AAAAAA
Fri 09 Jan  AAAAAA AAAAAA AAAAAA AAAAAA
Sat 10 Jan  AAAAAA AAAAAA AAAAAA AAAAAA
Sun 11 Jan  AAAAAA AAAAAA AAAAAA AAAAAA

2026-W03    00     06     12     18
Mon 12 Jan  AAAAAA AAABBB BBBBBB BBBBBB
Tue 13 Jan  BBBBBB BBBBBB BBBBBB BBBBBB
Wed 14 Jan  BBBBBB BBBBBB

A ana   B bo   . nobody
`, out)
}

func TestScheduleRefusedFromTheCommandLine(t *testing.T) {
	s := newShell(t)
	got := s.run("schedule", "show", "nobody")
	require.Equal(t, 3, got.code)
	require.Contains(t, got.err, "hint: 'tocsin schedule list' lists the schedules")
	for _, wrong := range [][]string{{"--from", "noon"}, {"--to", "+2w"}, {"--to", "2026-01-01"}} {
		require.Equal(t, 2, s.run(append([]string{"schedule", "show", "payments-primary"}, wrong...)...).code, "%s", wrong)
	}
	require.Equal(t, 2, s.run("schedule", "show").code)
}

// Hours are those of the wall clock: one is left out in March, and one is twice as long in October.
func TestCalendar(t *testing.T) {
	madrid, err := time.LoadLocation("Europe/Madrid")
	require.NoError(t, err)
	apia, err := time.LoadLocation("Pacific/Apia")
	require.NoError(t, err)
	shift := func(from, to string, people ...string) client.Shift {
		first, err := time.Parse(time.RFC3339, from)
		require.NoError(t, err)
		last, err := time.Parse(time.RFC3339, to)
		require.NoError(t, err)
		return client.Shift{From: first, To: last, People: people}
	}
	tests := []struct {
		name   string
		zone   *time.Location
		shifts []client.Shift
		want   string
	}{
		{
			"clocks go forward", madrid,
			[]client.Shift{shift("2026-03-29T00:00:00+01:00", "2026-03-29T04:00:00+02:00", "ana"), shift("2026-03-29T04:00:00+02:00", "2026-03-30T00:00:00+02:00")},
			"2026-W13    00     06     12     18\nSun 29 Mar  AA-A.. ...... ...... ......\n\nA ana   . nobody\n",
		},
		{
			"clocks go back", madrid,
			[]client.Shift{shift("2026-10-25T00:00:00+02:00", "2026-10-25T02:30:00+02:00", "ana"), shift("2026-10-25T02:30:00+02:00", "2026-10-26T00:00:00+01:00", "al")},
			"2026-W43    00     06     12     18\nSun 25 Oct  AALLLL LLLLLL LLLLLL LLLLLL\n\nA ana   L al   . nobody\n",
		},
		{
			"a day that was left out", apia,
			[]client.Shift{shift("2011-12-29T00:00:00-10:00", "2012-01-01T00:00:00+14:00", "ana", "bo"), shift("2012-01-01T00:00:00+14:00", "2012-01-01T02:20:00+14:00")},
			"2011-W52    00           06           12           18\nThu 29 Dec  ABABABABABAB ABABABABABAB ABABABABABAB ABABABABABAB\nSat 31 Dec  ABABABABABAB ABABABABABAB ABABABABABAB ABABABABABAB\nSun 01 Jan  . . .\n\nA ana   B bo   . nobody\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			draw(&out, tt.shifts, tt.zone)
			require.Equal(t, tt.want, out.String())
		})
	}
}

func TestInitials(t *testing.T) {
	var people []string
	for range 60 {
		people = append(people, "ana"+strings.Repeat("a", len(people)))
	}
	letters, order := initials([]client.Shift{{People: people}})
	require.Len(t, order, 60)
	require.Equal(t, 'A', letters["ana"])
	require.Equal(t, 'N', letters["anaa"])
	require.Equal(t, '?', letters[people[59]], "the letters are used up")
}
