package ical

import "strings"

// component is the lines from BEGIN to END.
type component struct {
	name  string
	line  int
	lines []line
	parts []*component // of a VTIMEZONE
	// parent is the component around it; a component without a name if there is none.
	parent *component
	// skipped is set if the component, or one around it, is not read.
	skipped bool
}

// reader collects the components that are read: calendars, their events and their zones. All others
// (to-dos, alarms, a vendor's own) are skipped with everything in them.
type reader struct {
	report
	stack     []*component
	calendars []*component
	events    []*component
	zones     []*component
}

// read reads the components of a source, or returns the faults for which it is refused.
func (r *reader) read(source []byte, maxEvents int) []Fault {
	unfold(source, func(number int, text string) bool {
		r.take(number, text)
		return len(r.events) <= maxEvents
	})
	switch {
	case len(r.events) > maxEvents:
		return refuse(r.events[maxEvents].line, "there are more than %d events", maxEvents)
	case len(r.stack) > 0:
		open := r.stack[len(r.stack)-1]
		return refuse(open.line, "BEGIN:%s has no END: the calendar is cut off", shownName(open.name))
	case len(r.calendars) == 0 && len(r.events) == 0:
		return refuse(0, "this is not a calendar: BEGIN:VCALENDAR is missing")
	}
	return nil
}

func (r *reader) take(number int, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	l, ok := splitLine(number, text)
	switch {
	case ok && l.name == "BEGIN":
		r.begin(number, strings.ToUpper(strings.TrimSpace(l.value)))
	case ok && l.name == "END":
		r.end(number, strings.ToUpper(strings.TrimSpace(l.value)))
	case len(r.stack) == 0 || r.stack[len(r.stack)-1].skipped:
	case !ok:
		r.ignore(number, "%s is not a property", quoted(text))
	default:
		top := r.stack[len(r.stack)-1]
		top.lines = append(top.lines, l)
	}
}

func (r *reader) begin(number int, name string) {
	if name == "VEVENT" {
		r.closeEvent()
	}
	parent := &component{}
	if len(r.stack) > 0 {
		parent = r.stack[len(r.stack)-1]
	}
	c := &component{name: name, line: number, parent: parent, skipped: parent.skipped}
	r.stack = append(r.stack, c)
	outermost := parent.name == "" || parent.name == "VCALENDAR"
	switch {
	case c.skipped:
	case name == "VCALENDAR" && parent.name == "":
		r.calendars = append(r.calendars, c)
	case name == "VEVENT" && outermost:
		r.events = append(r.events, c)
	case name == "VTIMEZONE" && outermost:
		r.zones = append(r.zones, c)
	case (name == "STANDARD" || name == "DAYLIGHT") && parent.name == "VTIMEZONE":
		parent.parts = append(parent.parts, c)
	default:
		c.skipped = true
	}
}

// closeEvent drops an event that is still open when the next one begins, so that the events after it are
// kept.
func (r *reader) closeEvent() {
	for i, c := range r.stack {
		if c.name == "VEVENT" && !c.skipped {
			r.unended(c)
			r.stack = r.stack[:i]
			return
		}
	}
}

// end closes the innermost component of that name. A component that is still open within it has lost
// its END, and perhaps more.
func (r *reader) end(number int, name string) {
	at := len(r.stack) - 1
	for at >= 0 && r.stack[at].name != name {
		at--
	}
	if at < 0 {
		if len(r.stack) > 0 {
			r.ignore(number, "END:%s has no BEGIN", shownName(name))
		}
		return
	}
	for _, open := range r.stack[at+1:] {
		r.unended(open)
	}
	r.stack = r.stack[:at]
}

// unended drops a component that has no END.
func (r *reader) unended(c *component) {
	const message = "BEGIN:%s has no END"
	if n := len(r.events); n > 0 && r.events[n-1] == c {
		r.events = r.events[:n-1]
		r.leaveOut(c.line, message, shownName(c.name))
		return
	}
	r.ignore(c.line, message, shownName(c.name))
	if n := len(r.zones); n > 0 && r.zones[n-1] == c {
		r.zones = r.zones[:n-1]
	}
}

func shownName(name string) string { return strings.Trim(quoted(name), `"`) }

// first returns the text of the first line with one of the names, in the order of the names.
func (c *component) first(names ...string) string {
	for _, name := range names {
		for _, l := range c.lines {
			if l.name == name && l.value != "" {
				return strings.TrimSpace(l.text())
			}
		}
	}
	return ""
}
