package ical_test

import (
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/ical"
)

// the years in which all vectors and examples lie
var (
	begin = time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	end   = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// event wraps lines into a calendar with one event.
func event(lines ...string) []byte {
	text := "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\n"
	for _, line := range lines {
		text += line + "\r\n"
	}
	return []byte(text + "END:VEVENT\r\nEND:VCALENDAR\r\n")
}

// shifts reads a calendar that has no fault, and gives all its shifts.
func shifts(t require.TestingT, source []byte, loc *time.Location, from, to time.Time) []ical.Shift {
	calendar, faults := ical.Parse(source, ical.Limits{})
	require.Empty(t, faults, "%s", source)
	all, faults := calendar.Shifts(loc, from, to, ical.Limits{})
	require.Empty(t, faults, "%s", source)
	return all
}

func zone(t require.TestingT, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

// starts writes the starts of shifts in the form of the vectors.
func starts(all []ical.Shift, layout string) []string {
	var out []string
	for _, s := range all {
		out = append(out, s.Start.Format(layout))
	}
	return out
}
