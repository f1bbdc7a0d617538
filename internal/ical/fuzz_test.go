package ical_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/ical"
	"tocsin.dev/test/corpus"
)

// Whatever the bytes are, there is an answer within the limits, and a refused source has no events.
func FuzzParse(f *testing.F) {
	if folder, ok := corpus.Find(f, "icalendar"); ok {
		files, err := filepath.Glob(filepath.Join(folder, "*", "*.ics"))
		require.NoError(f, err)
		require.NotEmpty(f, files)
		for _, file := range files {
			source, err := os.ReadFile(file)
			require.NoError(f, err)
			f.Add(source)
		}
	}
	f.Add([]byte("BEGIN:VCALENDAR\n" + master + "EXDATE:20260324\nRDATE:20260324/P1D\nEND:VEVENT\nEND:VCALENDAR"))
	f.Add([]byte(ownZone))
	f.Add(event("DTSTART:20240229", "RRULE:RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD;BYDAY=-1MO;BYSETPOS=1"))
	f.Add(event("DTSTART:20100102", "RRULE:FREQ=YEARLY;BYWEEKNO=-53;INTERVAL=6;WKST=WE"))
	madrid := zone(f, "Europe/Madrid")
	from, to := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, source []byte) {
		limits := ical.Limits{Bytes: 100_000, Events: 100, Occurrences: 1000}
		calendar, faults := ical.Parse(source, limits)
		require.LessOrEqual(t, calendar.Len(), limits.Events)
		if ical.Refused(faults) {
			require.Equal(t, ical.Calendar{}, calendar)
		}
		all, more := calendar.Shifts(madrid, from, to, limits)
		require.LessOrEqual(t, len(all), limits.Occurrences)
		for _, fault := range append(faults, more...) {
			require.NotEmpty(t, fault.Message)
			require.NotContains(t, fault.Error(), "\n")
		}
		for i, s := range all {
			require.False(t, s.End.Before(s.Start))
			require.True(t, s.Start.Before(to) && !s.End.Before(from))
			require.True(t, i == 0 || !s.Start.Before(all[i-1].Start))
		}
	})
}
