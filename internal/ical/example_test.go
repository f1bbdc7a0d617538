package ical_test

import (
	"fmt"
	"time"

	"tocsin.dev/internal/ical"
)

func Example() {
	source := `BEGIN:VCALENDAR
BEGIN:VEVENT
SUMMARY:Ana
DTSTART;TZID=Europe/Madrid:20260323T090000
DTEND;TZID=Europe/Madrid:20260330T090000
RRULE:FREQ=WEEKLY;INTERVAL=2
END:VEVENT
BEGIN:VEVENT
SUMMARY:Bo
DTSTART;TZID=Europe/Madrid:20260330T090000
RRULE:FREQ=FORTNIGHTLY
END:VEVENT
END:VCALENDAR
`
	calendar, faults := ical.Parse([]byte(source), ical.Limits{})
	for _, fault := range faults {
		fmt.Println(fault)
	}
	from := time.Date(2026, 3, 25, 0, 0, 0, 0, time.UTC)
	shifts, _ := calendar.Shifts(time.UTC, from, from.AddDate(0, 0, 21), ical.Limits{})
	for _, shift := range shifts {
		fmt.Println(shift.Summary, shift.Start.Format("Jan 2 15:04"), "to", shift.End.Format("Jan 2 15:04"))
	}
	// Output:
	// line 11: RRULE: FREQ=FORTNIGHTLY is not known; the event is left out
	// Ana Mar 23 08:00 to Mar 30 07:00
	// Ana Apr 6 07:00 to Apr 13 07:00
}
