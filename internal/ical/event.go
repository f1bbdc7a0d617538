package ical

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// event is a VEVENT that was understood.
type event struct {
	line      int
	uid       string
	summary   string
	organizer string
	attendees []string
	sequence  int
	cancelled bool

	start  moment
	end    *moment // DTEND; nil where there is none
	length length  // from start to end, for every occurrence

	rules, exRules []*rule
	added          []period
	excluded       []moment

	replaces *moment // RECURRENCE-ID; nil for an event that replaces nothing
	onwards  bool    // it replaces all later occurrences too
}

// period is one value of an RDATE.
type period struct {
	start moment
	end   *moment // nil where the period is as long as the event, or length says it
	span  *length // nil where it is not given
}

// parseEvent reads a VEVENT. The first faulty line makes the whole event unusable, since half of an event
// is a different event. Number is that line.
func parseEvent(c *component, zones *zones) (e event, number int, err error) {
	e = event{
		line: c.line, uid: c.first("UID"), summary: c.first("SUMMARY"),
		cancelled: strings.EqualFold(c.first("STATUS"), "CANCELLED"),
	}
	e.sequence, _ = strconv.Atoi(c.first("SEQUENCE"))
	var span *length
	seen := map[string]bool{}
	for _, l := range c.lines {
		if single[l.name] && seen[l.name] {
			return e, l.number, fmt.Errorf("a second %s", l.name)
		}
		seen[l.name] = true
		if err := e.set(l, zones, &span); err != nil {
			return e, l.number, fmt.Errorf("%s: %w", l.name, err)
		}
	}
	if !seen["DTSTART"] {
		return e, c.line, fmt.Errorf("DTSTART is missing")
	}
	if err := e.check(span); err != nil {
		return e, c.line, err
	}
	return e, 0, nil
}

// single are the properties that must not be repeated.
var single = map[string]bool{"DTSTART": true, "DTEND": true, "DURATION": true, "RECURRENCE-ID": true}

func (e *event) set(l line, zones *zones, span **length) (err error) {
	switch l.name {
	case "DTSTART":
		e.start, err = parseTime(l, zones)
	case "DTEND":
		e.end = new(moment)
		*e.end, err = parseTime(l, zones)
	case "DURATION":
		*span = new(length)
		**span, err = parseDuration(l.value)
	case "RRULE", "EXRULE":
		var r *rule
		r, err = parseRule(l.value)
		if l.name == "RRULE" {
			e.rules = append(e.rules, r)
		} else {
			e.exRules = append(e.exRules, r)
		}
	case "RDATE":
		e.added, err = appendEach(e.added, l, zones, parsePeriod)
	case "EXDATE":
		e.excluded, err = appendEach(e.excluded, l, zones, parseMoment)
	case "RECURRENCE-ID":
		e.replaces = new(moment)
		*e.replaces, err = parseTime(l, zones)
		e.onwards = strings.EqualFold(l.param("RANGE"), "THISANDFUTURE")
	case "ORGANIZER":
		e.organizer = address(l)
	case "ATTENDEE":
		if who := address(l); who != "" && attends(l) {
			e.attendees = append(e.attendees, who)
		}
	}
	return err
}

// check determines the length of the event, and refuses what does not fit together.
func (e *event) check(span *length) error {
	for _, r := range append(e.rules, e.exRules...) {
		if e.start.date && r.frequency < daily {
			return fmt.Errorf("the rule repeats within a day, but DTSTART is a date")
		}
	}
	switch {
	case span != nil: // with DTEND as well, which is not allowed, both say the same
		e.length, e.end = *span, nil
	case e.end != nil:
		return e.checkEnd()
	case e.start.date:
		e.length.wall = secondsPerDay
	}
	return nil
}

func (e *event) checkEnd() error {
	if e.start.date != e.end.date {
		return fmt.Errorf("one of DTSTART and DTEND is a date, and the other has a time")
	}
	// A zone that only one of them has counts for both.
	switch {
	case e.start.zone == nil && e.end.zone != nil && !e.start.date:
		e.start.zone = e.end.zone
	case e.end.zone == nil:
		e.end.zone = e.start.zone
	}
	e.length.wall = e.end.wall - e.start.wall
	if e.start.zone != nil {
		e.length.wall = reading(e.end.in(nil), e.start.zone) - e.start.wall
	}
	if e.start.date && e.length.wall == 0 { // many calendars end a single day on itself
		e.length.wall, e.end = secondsPerDay, nil
	}
	if e.length.wall < 0 || e.length.wall > maxLength {
		return fmt.Errorf("DTEND is before DTSTART, or more than a hundred years after it")
	}
	return nil
}

func parseTime(l line, zones *zones) (moment, error) {
	zone, err := zones.of(l)
	if err != nil {
		return moment{}, err
	}
	return parseMoment(l.value, zone)
}

// appendEach reads a list of values. Empty ones, which some writers leave behind, are skipped.
func appendEach[T any](all []T, l line, zones *zones, parse func(string, *time.Location) (T, error)) ([]T, error) {
	zone, err := zones.of(l)
	if err != nil {
		return all, err
	}
	for text := range strings.SplitSeq(l.value, ",") {
		if strings.TrimSpace(text) == "" {
			continue
		}
		one, err := parse(text, zone)
		if err != nil {
			return all, err
		}
		all = append(all, one)
	}
	return all, nil
}

// parsePeriod reads a date, a time, or a start and an end or duration divided by a slash.
func parsePeriod(text string, zone *time.Location) (p period, err error) {
	start, end, both := strings.Cut(text, "/")
	if p.start, err = parseMoment(start, zone); err != nil || !both {
		return p, err
	}
	if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(end)), "P") {
		p.span = new(length)
		*p.span, err = parseDuration(end)
		return p, err
	}
	p.end = new(moment)
	if *p.end, err = parseMoment(end, zone); err == nil && p.end.in(time.UTC).Before(p.start.in(time.UTC)) {
		err = fmt.Errorf("the period %s ends before it begins", quoted(text))
	}
	return p, err
}

// address returns the e-mail address of an ORGANIZER or ATTENDEE; empty where it has none.
func address(l line) string {
	value := strings.TrimSpace(l.value)
	if len(value) > 7 && strings.EqualFold(value[:7], "mailto:") {
		return value[7:]
	}
	if mail := l.param("EMAIL"); mail != "" {
		return mail
	}
	if strings.Contains(value, "@") && !strings.Contains(value, ":") {
		return value
	}
	return ""
}

// attends is false for those who declined, and for rooms and resources.
func attends(l line) bool {
	switch strings.ToUpper(l.param("CUTYPE")) {
	case "ROOM", "RESOURCE":
		return false
	}
	return !strings.EqualFold(l.param("PARTSTAT"), "DECLINED")
}
