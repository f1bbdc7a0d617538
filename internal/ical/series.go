package ical

import (
	"cmp"
	"slices"
	"time"
)

// clockSlack is how far a wall time may be moved by a change of the clocks or by the offset from UTC: zones
// have crossed the date line.
const clockSlack = secondsPerDay + secondsPerHour

// series is one event with all its occurrences in the window.
type series struct {
	*placing
	event *event
	zone  *time.Location // of the event's wall clock
	// given are the starts that are used already. goneAt and goneOn are the starts and days without an
	// occurrence of this event, because it is excluded or replaced. Starts are Unix seconds, days are day
	// numbers.
	given, goneAt, goneOn map[int64]bool
	onwards               []onward // by instant
	slack                 int64    // seconds by which an occurrence may reach into the window from outside
	shifts                []Shift
}

// onward is an override of an occurrence and all that follow it.
type onward struct {
	at    time.Time
	shift int64 // wall seconds by which it moves each of them
	event *event
}

// overfull reports whether there are more shifts than allowed.
func (s *series) overfull() bool { return len(s.shifts) > s.left }

// alone adds the event once, whatever rules it has.
func (s *series) alone() bool {
	s.emit(s.event, s.event.start.wall)
	return true
}

// all adds the occurrences that start, dates and rules make, without those excluded or replaced. It
// reports whether the work sufficed.
func (s *series) all(overrides []*event) bool {
	e := s.event
	if !s.work.spend(len(overrides) + len(e.excluded) + len(e.added)) {
		return false
	}
	s.slack = clockSlack + e.length.wall + e.length.exact
	s.replace(overrides)
	for _, m := range e.excluded {
		s.exclude(m)
	}
	for _, r := range e.exRules {
		if !s.expand(r, func(wall int64) bool {
			s.goneAt[place(wall, s.zone).Unix()] = true
			return true
		}) {
			return false
		}
	}
	for _, p := range e.added {
		s.addPeriod(p)
	}
	if len(e.rules) == 0 {
		s.occur(e.start.wall)
	}
	for _, r := range e.rules {
		if !s.expand(r, func(wall int64) bool {
			s.occur(wall)
			return !s.overfull()
		}) {
			return false
		}
	}
	return true
}

// replace notes the occurrences that have events of their own.
func (s *series) replace(overrides []*event) {
	for _, o := range overrides {
		s.exclude(*o.replaces)
		if !o.onwards {
			continue
		}
		at := s.instant(*o.replaces)
		move := reading(o.start.in(s.loc), s.zone) - reading(at, s.zone)
		s.onwards = append(s.onwards, onward{at: at, shift: move, event: o})
		s.slack = max(s.slack, clockSlack+max(move, -move)+o.length.wall+o.length.exact)
	}
	slices.SortStableFunc(s.onwards, func(a, b onward) int {
		return cmp.Or(a.at.Compare(b.at), a.event.sequence-b.event.sequence)
	})
}

// instant reads a time without zone on the event's own clock.
func (s *series) instant(m moment) time.Time { return m.in(s.zone) }

// exclude removes the occurrence at a moment. A date removes the whole day, and so does a time where
// the event has dates.
func (s *series) exclude(m moment) {
	if m.date || s.event.start.date {
		s.goneOn[m.day()] = true
		return
	}
	s.goneAt[s.instant(m).Unix()] = true
}

// expand calls yield with the wall times of a rule around the window.
func (s *series) expand(r *rule, yield func(wall int64) bool) bool {
	e := s.event
	x := expansion{
		rule: r, start: e.start.wall, dates: e.start.date, work: &s.work,
		from: reading(s.from, s.zone) - s.slack,
		to:   min(reading(s.to, s.zone)+s.slack, lastWall+1),
	}
	if r.until != nil {
		x.to = min(x.to, r.until.wall+clockSlack)
	}
	x.yield = func(wall int64) bool {
		if r.until != nil && s.after(wall, *r.until) {
			return false
		}
		s.work.spend(4) // placing a time in a zone costs more than a step
		return yield(wall)
	}
	return x.run()
}

// after reports whether a wall time is after UNTIL. An UNTIL that is a date includes that day; for an
// event with dates its time does not count.
func (s *series) after(wall int64, until moment) bool {
	switch {
	case until.date || s.event.start.date:
		return floor(wall, secondsPerDay) > until.day()
	case until.zone == nil:
		return wall > until.wall
	}
	return place(wall, s.zone).After(until.in(nil))
}

// occur adds one occurrence, unless it is excluded, replaced or a repetition.
func (s *series) occur(wall int64) {
	at := place(wall, s.zone)
	if !s.free(wall, at) {
		return
	}
	if o := s.onwardAt(at); o != nil {
		if !o.event.cancelled {
			s.emit(o.event, wall+o.shift)
		}
		return
	}
	s.emit(s.event, wall)
}

func (s *series) free(wall int64, at time.Time) bool {
	if s.given[at.Unix()] || s.goneAt[at.Unix()] || s.goneOn[floor(wall, secondsPerDay)] {
		return false
	}
	s.given[at.Unix()] = true
	return true
}

// onwardAt returns the last override that begins at or before an instant; nil if none does.
func (s *series) onwardAt(at time.Time) *onward {
	i, _ := slices.BinarySearchFunc(s.onwards, at, func(o onward, at time.Time) int {
		if o.at.After(at) {
			return 1
		}
		return -1
	})
	if i == 0 {
		return nil
	}
	return &s.onwards[i-1]
}

// addPeriod adds an RDATE, which may have a length of its own.
func (s *series) addPeriod(p period) {
	start := s.instant(p.start)
	wall := reading(start, s.zone)
	if p.end == nil && p.span == nil {
		if p.start.zone == nil {
			wall = p.start.wall
		}
		s.occur(wall)
		return
	}
	if !s.free(wall, start) {
		return
	}
	if p.end != nil {
		s.put(s.event, start, s.instant(*p.end))
		return
	}
	s.put(s.event, start, p.span.end(wall, start, s.zone))
}

// emit adds an occurrence of an event that begins at a wall time.
func (s *series) emit(e *event, wall int64) {
	start := place(wall, s.zone)
	end := e.length.end(wall, start, s.zone)
	if e.end != nil && wall == e.start.wall && e == s.event {
		end = e.end.in(s.loc)
	}
	s.put(e, start, end)
}

// put adds an occurrence if it overlaps the window.
func (s *series) put(e *event, start, end time.Time) {
	if end.Before(start) {
		end = start
	}
	if !start.Before(s.to) || end.Before(s.from) || (end.Equal(s.from) && !start.Equal(end)) {
		return
	}
	s.shifts = append(s.shifts, Shift{
		UID: e.uid, Summary: e.summary, Organizer: e.organizer, Attendees: e.attendees,
		Start: start.In(s.loc), End: end.In(s.loc), AllDay: e.start.date, Line: e.line,
	})
}
