package ical_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Occurrences keep their wall time over the changes of the clocks; one that does not exist moves
// forward by the gap, and one that exists twice is the first.
func TestChangesOfTheClocks(t *testing.T) {
	tests := []struct{ name, zone, start, end, rule, want string }{
		{
			"New York, into summer", "America/New_York", "20260307T023000", "20260307T033000", "FREQ=DAILY;COUNT=3",
			"03-07T02:30-0500 03-07T03:30-0500, 03-08T03:30-0400 03-08T04:30-0400, 03-09T02:30-0400 03-09T03:30-0400",
		},
		{
			"New York, out of summer", "America/New_York", "20261031T013000", "20261031T090000", "FREQ=DAILY;COUNT=2",
			"10-31T01:30-0400 10-31T09:00-0400, 11-01T01:30-0400 11-01T09:00-0500",
		},
		{
			"New York, a week from 09:00 to 09:00", "America/New_York", "20260305T090000", "20260312T090000", "FREQ=WEEKLY;COUNT=2",
			"03-05T09:00-0500 03-12T09:00-0400, 03-12T09:00-0400 03-19T09:00-0400",
		},
		{
			"New York, every hour over the gap, each once", "America/New_York", "20260308T003000", "20260308T003000", "FREQ=HOURLY;COUNT=5",
			"03-08T00:30-0500 03-08T00:30-0500, 03-08T01:30-0500 03-08T01:30-0500, 03-08T03:30-0400 03-08T03:30-0400, 03-08T04:30-0400 03-08T04:30-0400",
		},
		{
			"New York, every hour of the day that has 25", "America/New_York", "20261101T003000", "20261101T004500", "FREQ=HOURLY;COUNT=3",
			"11-01T00:30-0400 11-01T00:45-0400, 11-01T01:30-0400 11-01T01:45-0400, 11-01T02:30-0500 11-01T02:45-0500",
		},
		{
			"Madrid, into summer", "Europe/Madrid", "20260328T021500", "20260328T024500", "FREQ=DAILY;COUNT=3",
			"03-28T02:15+0100 03-28T02:45+0100, 03-29T03:15+0200 03-29T03:45+0200, 03-30T02:15+0200 03-30T02:45+0200",
		},
		{
			"Madrid, the end in the gap", "Europe/Madrid", "20260329T010000", "20260329T023000", "",
			"03-29T01:00+0100 03-29T03:30+0200",
		},
		{
			"Madrid, the start moved beyond the end", "Europe/Madrid", "20260322T023000", "20260322T030000", "FREQ=WEEKLY;COUNT=2",
			"03-22T02:30+0100 03-22T03:00+0100, 03-29T03:30+0200 03-29T04:00+0200",
		},
		{
			"Madrid, out of summer", "Europe/Madrid", "20261024T200000", "20261025T080000", "FREQ=DAILY;COUNT=2",
			"10-24T20:00+0200 10-25T08:00+0100, 10-25T20:00+0100 10-26T08:00+0100",
		},
		{
			"Lord Howe, half an hour forward", "Australia/Lord_Howe", "20261003T021500", "20261003T023000", "FREQ=DAILY;COUNT=2",
			"10-03T02:15+1030 10-03T02:30+1030, 10-04T02:45+1100 10-04T03:00+1100",
		},
		{
			"Lord Howe, half an hour back", "Australia/Lord_Howe", "20260404T014500", "20260404T021500", "FREQ=DAILY;COUNT=2",
			"04-04T01:45+1100 04-04T02:15+1100, 04-05T01:45+1100 04-05T02:15+1030",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lines := []string{"DTSTART;TZID=" + tt.zone + ":" + tt.start, "DTEND;TZID=" + tt.zone + ":" + tt.end}
			if tt.rule != "" {
				lines = append(lines, "RRULE:"+tt.rule)
			}
			var got []string
			for _, s := range shifts(t, event(lines...), zone(t, tt.zone), begin, end) {
				const layout = "01-02T15:04-0700"
				got = append(got, s.Start.Format(layout)+" "+s.End.Format(layout))
			}
			require.Equal(t, tt.want, strings.Join(got, ", "))
		})
	}
}

// A day on the wall clock is not always 24 hours; a DURATION says which of the two is meant.
func TestDurations(t *testing.T) {
	tests := []struct{ duration, end string }{
		{"P1D", "2026-03-29T08:00:00+02:00"},
		{"PT24H", "2026-03-29T09:00:00+02:00"},
		{"P1DT1H30M", "2026-03-29T09:30:00+02:00"},
		{"P1W", "2026-04-04T08:00:00+02:00"},
		{"+pt15s", "2026-03-28T08:00:15+01:00"},
	}
	for _, tt := range tests {
		all := shifts(t, event("DTSTART;TZID=Europe/Madrid:20260328T080000", "DURATION:"+tt.duration), zone(t, "Europe/Madrid"), begin, end)
		require.Equal(t, tt.end, all[0].End.Format(time.RFC3339), tt.duration)
	}
}

// Dates are days of the schedule's zone, however long its days are; times without zone are its times.
func TestScheduleZone(t *testing.T) {
	for _, tt := range []struct {
		zone  string
		lines []string
		want  string
	}{
		{"Europe/Madrid", []string{"DTSTART;VALUE=DATE:20260329"}, "2026-03-29T00:00:00+01:00 2026-03-30T00:00:00+02:00"},
		{"America/New_York", []string{"DTSTART:20261101", "DTEND:20261103"}, "2026-11-01T00:00:00-04:00 2026-11-03T00:00:00-05:00"},
		{"America/Santiago", []string{"DTSTART:20260906", "DURATION:P1D"}, "2026-09-06T01:00:00-03:00 2026-09-07T00:00:00-03:00"},
		{"Europe/Madrid", []string{"DTSTART:20260329T020000", "DTEND:20260329T040000"}, "2026-03-29T03:00:00+02:00 2026-03-29T04:00:00+02:00"},
		{"Europe/Madrid", []string{"DTSTART:20260329T000000Z", "DTEND:20260329T040000Z"}, "2026-03-29T01:00:00+01:00 2026-03-29T06:00:00+02:00"},
		{"Europe/Madrid", []string{"DTSTART;TZID=America/New_York:20260308T010000", "DTEND;TZID=Europe/Madrid:20260308T080000"}, "2026-03-08T07:00:00+01:00 2026-03-08T08:00:00+01:00"},
	} {
		all := shifts(t, event(tt.lines...), zone(t, tt.zone), begin, end)
		require.Len(t, all, 1)
		require.Equal(t, tt.want, all[0].Start.Format(time.RFC3339)+" "+all[0].End.Format(time.RFC3339), "%s %v", tt.zone, tt.lines)
	}
}
