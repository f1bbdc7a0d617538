package oncall

import "time"

const (
	minutesPerDay = 24 * 60
	secondsPerDay = minutesPerDay * 60
)

// dayNumber counts civil days from 1970-01-01; a date out of range, such as 30 February, is normalized.
func dayNumber(d Date) int64 {
	seconds := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix()
	return seconds / secondsPerDay // exact, as midnights of UTC are whole days
}

// weekday of a day number, Sunday being 0; 1970-01-01 was a Thursday.
func weekday(day int64) int64 {
	w := (day + int64(time.Thursday)) % 7
	if w < 0 {
		w += 7
	}
	return w
}

// floor divides and rounds down, for times before 1970 too.
func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// reading is the wall time at t, in seconds as if it were UTC.
func reading(t time.Time, loc *time.Location) int64 {
	_, offset := t.In(loc).Zone()
	return t.Unix() + int64(offset)
}

// dayAt is the number of the day whose midnights enclose t. By the two rules for wall times this is not
// always the date that the clock shows: when clocks go back over midnight they show yesterday's date
// again.
func dayAt(t time.Time, loc *time.Location) int64 {
	day := floor(reading(t, loc), secondsPerDay)
	for t.Before(midnight(day, loc)) {
		day--
	}
	for !t.Before(midnight(day+1, loc)) {
		day++
	}
	return day
}

func midnight(day int64, loc *time.Location) time.Time { return clock(day, 0, loc) }

// clock places minutes after midnight of a day.
func clock(day int64, minutes int, loc *time.Location) time.Time {
	at, _ := instant(day*secondsPerDay+int64(minutes)*60, loc)
	return at
}

// exists reports whether the zone has the day. Zones that cross the date line skip one.
func exists(day int64, loc *time.Location) bool {
	noon := clock(day, minutesPerDay/2, loc)
	return floor(reading(noon, loc), secondsPerDay) == day
}

// instant places a wall time, in seconds as if it were UTC, in a zone. A wall time that does not exist
// moves forward by the gap, and moved is true; of one that exists twice it returns the first. (time.Date
// guarantees neither.)
func instant(wall int64, loc *time.Location) (found time.Time, moved bool) {
	// Every zone has always been within a day of UTC, so this is before every candidate.
	at := time.Unix(wall-2*secondsPerDay, 0).In(loc)
	_, before := at.Zone()
	for {
		start, end := at.ZoneBounds()
		if !end.IsZero() && !end.After(at) {
			// For zones extended by a rule, the library ends a leap year a day early and returns an end in
			// the past on its last day. Offsets do not change on that day.
			end = at.Add(secondsPerDay * time.Second)
		}
		_, offset := at.Zone()
		candidate := time.Unix(wall-int64(offset), 0).In(loc)
		if end.IsZero() || candidate.Before(end) {
			if !start.IsZero() && candidate.Before(start) { // in the gap at start
				return time.Unix(wall-int64(before), 0).In(loc), true
			}
			return candidate, false
		}
		at, before = end, offset
	}
}
