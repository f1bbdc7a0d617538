package oncall

import (
	"cmp"
	"slices"
	"time"
)

// holidayOpens returns the first instant at or after t at which holidays allow a layer to be on; false for
// never.
func (s *Schedule) holidayOpens(rule HolidayRule, t time.Time) (time.Time, bool) {
	if rule == Always {
		return t, true
	}
	from, to, ever := s.holiday(t)
	during := ever && !from.After(t)
	switch {
	case rule == Never && during:
		return to, true
	case rule == Never, during:
		return t, true
	}
	return from, ever
}

// holidayCloses returns the instant at which holidays turn off a layer that is on at t; false for never.
func (s *Schedule) holidayCloses(rule HolidayRule, t time.Time) (time.Time, bool) {
	if rule == Always {
		return time.Time{}, false
	}
	from, to, ever := s.holiday(t)
	if rule == Only {
		return to, ever
	}
	return from, ever
}

// holiday returns the holidays around t or the next ones, with consecutive days joined: from the first
// midnight to the last.
func (s *Schedule) holiday(t time.Time) (from, to time.Time, ok bool) {
	loc := s.location()
	day := dayAt(t, loc)
	i, _ := slices.BinarySearchFunc(s.Holidays, day, func(d Date, day int64) int { return cmp.Compare(dayNumber(d), day) })
	for i < len(s.Holidays) {
		first := dayNumber(s.Holidays[i])
		next := first + 1
		for i++; i < len(s.Holidays) && dayNumber(s.Holidays[i]) == next; i++ {
			next++
		}
		if from, to = midnight(first, loc), midnight(next, loc); from.Before(to) { // not a day that the zone skips
			return from, to, true
		}
	}
	return time.Time{}, time.Time{}, false
}
