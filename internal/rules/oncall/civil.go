package oncall

import "time"

const secondsPerDay = 24 * 60 * 60

// dayNumber counts civil days from 1970-01-01; a date out of range, such as 30 February, counts on.
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

// instant places a wall time in a zone. A wall time that does not exist moves forward by the gap;
// one that exists twice is the first. (time.Date leaves both open.)
func instant(day int64, hour, minute int, loc *time.Location) time.Time {
	wall := day*secondsPerDay + int64(hour)*3600 + int64(minute)*60
	// No zone has ever been further than a day from UTC, so this is before every candidate.
	at := time.Unix(wall-2*secondsPerDay, 0).In(loc)
	_, before := at.Zone()
	for {
		start, end := at.ZoneBounds()
		_, offset := at.Zone()
		candidate := time.Unix(wall-int64(offset), 0).In(loc)
		if end.IsZero() || candidate.Before(end) {
			if !start.IsZero() && candidate.Before(start) { // in the gap at start
				return time.Unix(wall-int64(before), 0).In(loc)
			}
			return candidate
		}
		at, before = end, offset
	}
}
