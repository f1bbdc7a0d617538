// Package ical reads calendars that others wrote, and writes feeds for others to read, in the format
// of RFC 5545 (iCalendar).
//
// In: the unchecked bytes of a calendar ([Parse]), a zone and a period ([Calendar.Shifts]); and the
// events of a feed ([Write]). Out: shifts at instants, faults that name the line, and the bytes of a
// feed. It reads no clock, no file and no network, only the zone database. No input makes it panic or
// work without end.
//
// # Why it uses no library
//
// Splitting lines is the easy part. The hard parts of foreign calendars are to name the line at fault,
// to notice a file that is cut off, to find the zone that a made-up name means, and to bound the work
// of a rule. github.com/arran4/golang-ical keeps no line numbers, accepts a cut-off file, fails on
// DURATION without DTEND and reads all-day dates as UTC, so all of this would be needed next to it.
// github.com/teambition/rrule-go counts steps of a [time.Location], loses or doubles what falls on a
// change of the clocks, and bounds no work. Both are used in the tests: one reads what this package
// writes, the other expands what it expands.
//
// # How time is read
//
// Recurrence is counted on the wall clock of the event's zone, and each occurrence is placed in the
// zone afterwards: a wall time that does not exist moves forward by the gap, and of one that exists
// twice the first counts. Dates without a time, and times without a zone, belong to the zone that the
// caller passes. An end given by DTEND keeps its wall time in summer and winter, as in the calendars
// that people use, so that a shift which ends at 09:00 always does. An end given by DURATION is days on
// the wall clock and then exact hours.
package ical

import "time"

// Limits bound the cost of one calendar. A field that is zero or negative has its default.
type Limits struct {
	// Bytes bounds the source. Defaults to 5 MiB.
	Bytes int
	// Events bounds the VEVENTs of a source. Defaults to 20,000.
	Events int
	// Occurrences bounds the shifts that one call of [Calendar.Shifts] returns. Defaults to 20,000.
	Occurrences int
}

func (l Limits) withDefaults() Limits {
	or := func(v *int, standard int) {
		if *v <= 0 {
			*v = standard
		}
	}
	or(&l.Bytes, 5<<20)
	or(&l.Events, 20_000)
	or(&l.Occurrences, 20_000)
	return l
}

// Calendar is what was read of a source. The zero Calendar has no events.
type Calendar struct {
	// Name is the calendar's own name (NAME or X-WR-CALNAME); often empty.
	Name string
	// Zone is the calendar's own zone (X-WR-TIMEZONE) as it is written; often empty. It is not used:
	// the caller of [Calendar.Shifts] passes the zone.
	Zone   string
	events []event
}

// Len returns the number of VEVENTs that were understood, overrides and cancelled ones included.
func (c Calendar) Len() int { return len(c.events) }

// Shift is one occurrence of one event.
type Shift struct {
	// UID names the event; all occurrences of one event share it. Empty if the source has none.
	UID string
	// Summary is the event's title, without white space around it.
	Summary string
	// Start and End are in the zone that was asked for. They are equal for an event without a length.
	Start, End time.Time
	// AllDay is set where the event has dates and no times.
	AllDay bool
	// Organizer and Attendees are addresses, without "mailto:". Rooms, resources and who declined are
	// not among the attendees. All occurrences of an event share one list: it must not be changed.
	Organizer string
	Attendees []string
	// Line is where the event begins in the source.
	Line int
}
