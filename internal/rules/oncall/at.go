package oncall

import "time"

// At tells who is on call at t, and the instant until which that cannot change: the next hand-off
// or the end of a window of the layer that decides, or the instant at which a layer that would win
// over it comes on. Until is always after t, and in the schedule's zone. A hand-off may lead to the
// same people.
//
// People is empty where nobody is on call; until is then the next instant at which somebody is.
// Until is the zero time where nothing will ever change, as in a schedule without layers. The
// people belong to the schedule: a caller must not change them.
func (s *Schedule) At(t time.Time) (people []string, until time.Time) {
	now := s.at(t)
	return now.People, s.local(now.To)
}

// at gives the shift around t. From is not set, and To is zero where nothing will ever change.
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

// layerAt gives a layer's people at t and the end of that, or no people and the instant at which
// the layer comes on; zero for never.
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

// opens gives the first instant at or after t at which windows and holidays let the layer be on;
// false for never again.
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
		t = day // a holiday's edge, of which there are as many as there are holidays ahead
	}
}

// closes gives the instant at which windows or holidays turn a layer off that is on at t; false
// for never.
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

// end gives the instant at which the layer is over; false for never.
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

// local puts an instant into the schedule's zone; zero stays zero.
func (s *Schedule) local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(s.location())
}

// earlier gives the first of two instants; a zero a stands for none.
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
