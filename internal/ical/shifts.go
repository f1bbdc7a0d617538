package ical

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Shifts returns the occurrences of all events that overlap the time between from and to, ordered by
// start. Of equal occurrences of two events one is returned. Dates, and times without a
// zone, are placed in loc; nil is UTC. Cancelled events and occurrences are left out.
//
// Occurrences come from the rule alone: a DTSTART that does not fit its own rule is not one of them.
// An event whose rule exceeds the limits, or takes too much work, is left out as a whole, with a
// fault.
func (c Calendar) Shifts(loc *time.Location, from, to time.Time, limits Limits) ([]Shift, []Fault) {
	if loc == nil {
		loc = time.UTC
	}
	p := placing{loc: loc, from: from, to: to, left: limits.withDefaults().Occurrences, work: work{all: maxAllSteps}}
	for _, group := range grouped(c.events) {
		p.group(group)
	}
	slices.SortStableFunc(p.shifts, func(a, b Shift) int {
		return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End), strings.Compare(a.UID, b.UID), strings.Compare(a.Summary, b.Summary))
	})
	p.shifts = slices.CompactFunc(p.shifts, same)
	return p.shifts, p.sorted()
}

// same reports whether two shifts differ at most in their line.
func same(a, b Shift) bool {
	return a.Start.Equal(b.Start) && a.End.Equal(b.End) && a.UID == b.UID && a.Summary == b.Summary &&
		a.Organizer == b.Organizer && slices.Equal(a.Attendees, b.Attendees)
}

// grouped groups the events by UID, in the order of the source. Events without a UID are groups of
// their own.
func grouped(events []event) [][]*event {
	var groups [][]*event
	places := map[string]int{}
	for i := range events {
		e := &events[i]
		at, known := places[e.uid]
		if !known || e.uid == "" {
			at = len(groups)
			places[e.uid] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], e)
	}
	return groups
}

// placing is one call of Shifts.
type placing struct {
	report
	loc      *time.Location
	from, to time.Time
	left     int // how many more shifts there may be
	work     work
	shifts   []Shift
}

// group places the events of one UID: those that stand for themselves, and those that replace single
// occurrences of them.
func (p *placing) group(events []*event) {
	var masters, overrides []*event
	newest := 0
	for _, e := range events {
		if e.replaces != nil {
			overrides = append(overrides, e)
			continue
		}
		// A higher SEQUENCE is a later edition of the same event. Some writers give one UID to all
		// their events; those have one SEQUENCE too, and all count.
		if e.sequence > newest || len(masters) == 0 {
			masters, newest = nil, e.sequence
		}
		if e.sequence == newest {
			masters = append(masters, e)
		}
	}
	alive := len(masters) == 0
	for _, e := range masters {
		if !e.cancelled {
			alive = true
			p.add(e, func(s *series) bool { return s.all(overrides) })
		}
	}
	for _, e := range latest(overrides, p.loc) {
		if alive && !e.cancelled {
			p.add(e, (*series).alone)
		}
	}
}

// latest returns for each occurrence the override with the highest SEQUENCE, and of those the last.
func latest(overrides []*event, loc *time.Location) []*event {
	places := map[int64]int{}
	var all []*event
	for _, e := range overrides {
		key := e.replaces.in(loc).Unix()
		at, known := places[key]
		switch {
		case !known:
			places[key] = len(all)
			all = append(all, e)
		case e.sequence >= all[at].sequence:
			all[at] = e
		}
	}
	return all
}

// add adds all shifts of a series, or none.
func (p *placing) add(e *event, collect func(*series) bool) {
	zone := p.loc
	if e.start.zone != nil {
		zone = e.start.zone
	}
	p.work.rule = maxSteps
	s := &series{placing: p, event: e, zone: zone, given: map[int64]bool{}, goneAt: map[int64]bool{}, goneOn: map[int64]bool{}}
	switch {
	case !collect(s):
		p.leaveOut(e.line, "its occurrences up to %s take too long to compute", p.to.UTC().Format(time.DateOnly))
	case s.overfull():
		p.leaveOut(e.line, "it has more than %d occurrences up to %s", p.left, p.to.UTC().Format(time.DateOnly))
	default:
		p.left -= len(s.shifts)
		p.shifts = append(p.shifts, s.shifts...)
	}
}
