package oncall

import "time"

// At returns who is on call at t, and the instant until which that cannot change: the next hand-off or end
// of a window of the layer that decides, or the instant at which a higher layer turns on. until is always
// after t, and in the schedule's zone. A hand-off may lead to the same people.
//
// If nobody is on call, people is empty and until is the next instant at which somebody is. until is zero
// if nothing will ever change, as in a schedule without layers. The caller must not change people.
func (s *Schedule) At(t time.Time) (people []string, until time.Time) {
	now := s.at(t)
	return now.People, s.local(now.To)
}

// at returns the shift around t without From. To is zero if nothing will ever change.
func (s *Schedule) at(t time.Time) Shift {
	if s.Imported != nil {
		people, until := s.Imported.at(t)
		return Shift{People: people, To: until, Layer: -1}
	}
	var until time.Time
	for i := len(s.Layers) - 1; i >= 0; i-- {
		people, change := s.layerAt(&s.Layers[i], t)
		if !change.IsZero() {
			until = earlier(until, change)
		}
		if len(people) > 0 {
			return Shift{People: people, To: until, Layer: i}
		}
	}
	return Shift{To: until, Layer: -1}
}

// layerAt returns a layer's people at t and until when, or no people and the instant at which the layer
// turns on; zero for never.
func (s *Schedule) layerAt(l *Layer, t time.Time) (people []string, until time.Time) {
	if l.crew(0) == nil {
		return nil, time.Time{}
	}
	loc := s.location()
	opens, ever := s.opens(l, later(t, l.handoff(0, loc)))
	end, ends := l.end(loc)
	switch {
	case !ever, ends && !opens.Before(end):
		return nil, time.Time{}
	case opens.After(t):
		return nil, opens
	}
	n := l.turn(t, loc)
	until = l.handoff(n+1, loc)
	if closes, ever := s.closes(l, t); ever {
		until = earlier(until, closes)
	}
	if ends {
		until = earlier(until, end)
	}
	return l.crew(n), until
}

// opens returns the first instant at or after t at which windows and holidays allow the layer to be on;
// false for never.
func (s *Schedule) opens(l *Layer, t time.Time) (time.Time, bool) {
	for {
		window, ever := l.windowOpens(t, s.location())
		if !ever {
			return time.Time{}, false
		}
		day, ever := s.holidayOpens(l.OnHolidays, window)
		if !ever || day.Equal(window) {
			return day, ever
		}
		t = day // the edge of a holiday; the loop ends because their number is finite
	}
}

// closes returns the instant at which windows or holidays turn off a layer that is on at t; false for
// never.
func (s *Schedule) closes(l *Layer, t time.Time) (time.Time, bool) {
	window, shuts := l.windowCloses(t, s.location())
	day, ends := s.holidayCloses(l.OnHolidays, t)
	switch {
	case !shuts:
		return day, ends
	case !ends:
		return window, true
	}
	return earlier(window, day), true
}

// end returns the instant at which the layer ends; false for never.
func (l *Layer) end(loc *time.Location) (time.Time, bool) {
	if l.End == (Date{}) {
		return time.Time{}, false
	}
	return clock(dayNumber(l.End), l.Hour*60+l.Minute, loc), true
}

func (s *Schedule) location() *time.Location {
	if s.Location == nil {
		return time.UTC
	}
	return s.Location
}

// local converts an instant to the schedule's zone; zero stays zero.
func (s *Schedule) local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(s.location())
}

// earlier returns the earlier of two instants; a zero a means none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
