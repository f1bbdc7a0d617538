package ical

import "strings"

// Parse reads one or several calendars from one source. It leaves out what it cannot honour, each time
// with a fault that names the line and the reason: a line that is not a property, or an event with a
// property that cannot be read. A source that is not a calendar, is cut off or exceeds the limits
// returns the empty Calendar and a fault for which [Refused] is true.
//
// To-dos, journals, alarms and unknown components are skipped silently, and so is TRANSP: a shift is a
// shift whether or not the calendar marks it as busy.
func Parse(source []byte, limits Limits) (Calendar, []Fault) {
	limits = limits.withDefaults()
	if len(source) > limits.Bytes {
		return Calendar{}, refuse(0, "the calendar is larger than %d bytes", limits.Bytes)
	}
	var r reader
	if faults := r.read(source, limits.Events); faults != nil {
		return Calendar{}, faults
	}
	var calendar Calendar
	for _, c := range r.calendars {
		calendar.Name = firstOf(calendar.Name, c.first("NAME", "X-WR-CALNAME"))
		calendar.Zone = firstOf(calendar.Zone, c.first("X-WR-TIMEZONE"))
	}
	zones := newZones(r.zones)
	for _, c := range r.events {
		e, number, err := parseEvent(c, zones)
		if err != nil {
			r.leaveOut(number, "%s", err)
			continue
		}
		e.cancelled = e.cancelled || strings.EqualFold(c.parent.first("METHOD"), "CANCEL")
		calendar.events = append(calendar.events, e)
	}
	return calendar, r.sorted()
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
