package oncall

import "time"

// At tells who is on call at t, and the instant until which that cannot change: the next hand-off
// of the layer that decides, or the first hand-off of a layer that would win over it. Until is
// always after t, and in the schedule's zone. A hand-off may lead to the same people.
//
// People is empty where nobody is on call; until is then the next start of a layer. Until is the
// zero time where nothing will ever change, as in a schedule without layers.
func (s *Schedule) At(t time.Time) (people []string, until time.Time) {
	loc := s.location()
	for i := len(s.Layers) - 1; i >= 0; i-- {
		l := &s.Layers[i]
		if len(l.People) == 0 {
			continue
		}
		if start := l.handoff(0, loc); t.Before(start) {
			until = earlier(until, start)
			continue
		}
		n := l.turn(t, loc)
		person := l.People[n%int64(len(l.People))]
		return []string{person}, earlier(until, l.handoff(n+1, loc)).In(loc)
	}
	if until.IsZero() {
		return nil, until
	}
	return nil, until.In(loc)
}

func (s *Schedule) location() *time.Location {
	if s.Location == nil {
		return time.UTC
	}
	return s.Location
}

// earlier gives the first of two instants; a zero a stands for none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// turn gives the number of the turn at t, from 0. T must not lie before the first hand-off.
func (l *Layer) turn(t time.Time, loc *time.Location) int64 {
	year, month, day := t.In(loc).Date()
	n := max(0, (dayNumber(Date{year, month, day})-l.firstDay())/l.period())
	// The day says the turn up to its own hand-off, which may still lie ahead, and up to what a
	// zone that leaves out or repeats hours around midnight adds: a step or two either way.
	for n > 0 && t.Before(l.handoff(n, loc)) {
		n--
	}
	for !t.Before(l.handoff(n+1, loc)) {
		n++
	}
	return n
}

// handoff gives the instant at which turn n begins.
func (l *Layer) handoff(n int64, loc *time.Location) time.Time {
	return instant(l.firstDay()+n*l.period(), l.Hour, l.Minute, loc)
}

// firstDay is the day number of the first hand-off: the first one on or after Start.
func (l *Layer) firstDay() int64 {
	day := dayNumber(l.Start)
	if l.Rotation != Weekly {
		return day
	}
	ahead := int64(l.Weekday) - weekday(day)
	if ahead < 0 {
		ahead += 7
	}
	return day + ahead
}

// period is the length of a turn in civil days.
func (l *Layer) period() int64 {
	if l.Rotation == Weekly {
		return 7
	}
	return 1
}
