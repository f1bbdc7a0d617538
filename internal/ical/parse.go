package ical

import "strings"

// Parse reads a calendar, or several in one source. What it cannot honour it leaves out, each time
// with a fault that says the line and the reason: a line that is no property, or an event with a
// property that cannot be read. A source that is no calendar, is cut off, or goes over the limits
// gives the empty Calendar and a fault for which [Refused] is true.
//
// To-dos, journals, alarms and components it does not know are passed over without a word, and so is
// TRANSP: a shift is a shift whether or not the calendar calls it busy.
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
