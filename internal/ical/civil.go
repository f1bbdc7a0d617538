package ical

import "time"

const (
	secondsPerDay  = 24 * 60 * 60
	secondsPerHour = 60 * 60
	// lastWall is the end of the year 9999, the last that iCalendar can write.
	lastWall = 253_402_300_799
)

// dayNumber counts civil days from 1970-01-01. Months and days out of range count on: month 13 is
// January of the next year, day 0 the last of the month before.
func dayNumber(year, month, day int) int64 {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay
}

// date is a civil date taken apart, with what rules ask of it.
type date struct {
	year, month, day int
	yearDay          int // from 1
	weekday          int // Sunday is 0
}

func dateOf(day int64) date {
	t := time.Unix(day*secondsPerDay, 0).UTC()
	year, month, monthDay := t.Date()
	return date{year: year, month: int(month), day: monthDay, yearDay: t.YearDay(), weekday: int(t.Weekday())}
}

func daysInMonth(year, month int) int {
	return int(dayNumber(year, month+1, 1) - dayNumber(year, month, 1))
}

func daysInYear(year int) int { return int(dayNumber(year+1, 1, 1) - dayNumber(year, 1, 1)) }

// weekday of a day number, Sunday being 0; 1970-01-01 was a Thursday.
func weekday(day int64) int { return int(modulo(day+int64(time.Thursday), 7)) }

// weekOf is the first day of the week of a day.
func weekOf(day int64, weekStart int) int64 {
	return day - modulo(int64(weekday(day)-weekStart), 7)
}

// firstWeek is the first day of a year's week 1: the first week with four days in the year, which
// is the one with 4 January.
func firstWeek(year, weekStart int) int64 { return weekOf(dayNumber(year, 1, 4), weekStart) }

// weekYear is the year that a day's week belongs to: the year of the week's fourth day.
func weekYear(day int64, weekStart int) int { return dateOf(weekOf(day, weekStart) + 3).year }

// weeksInYear is 52 or 53.
func weeksInYear(year, weekStart int) int {
	return int(firstWeek(year+1, weekStart)-firstWeek(year, weekStart)) / 7
}

// floor divides and rounds down, for times before 1970 too.
func floor(a, b int64) int64 { return (a - modulo(a, b)) / b }

// modulo is never negative; b is positive.
func modulo(a, b int64) int64 { return (a%b + b) % b }

// reading is what the wall clock of a zone shows at t, in seconds as if it were UTC.
func reading(t time.Time, zone *time.Location) int64 {
	_, offset := t.In(zone).Zone()
	return t.Unix() + int64(offset)
}

// place finds the instant at which the wall clock of a zone shows wall (seconds as if it were UTC).
// A wall time that does not exist moves forward by the gap; one that exists twice is the first.
// [time.Date] promises neither.
func place(wall int64, zone *time.Location) time.Time {
	if zone == time.UTC {
		return time.Unix(wall, 0).UTC()
	}
	// No zone has ever been a whole day from UTC, so the search begins before the first candidate.
	at := time.Unix(wall-2*secondsPerDay, 0).In(zone)
	_, before := at.Zone()
	for {
		start, end := at.ZoneBounds()
		if !end.IsZero() && !end.After(at) {
			// For a zone that goes on by a rule, the library ends a leap year a day early, and on its
			// last day returns an end that has passed. No offset changes on that day.
			end = at.Add(24 * time.Hour)
		}
		_, offset := at.Zone()
		found := time.Unix(wall-int64(offset), 0).In(zone)
		switch {
		case !end.IsZero() && !found.Before(end):
			at, before = end, offset
		case !start.IsZero() && found.Before(start): // within the gap at start
			return time.Unix(wall-int64(before), 0).In(zone)
		default:
			return found
		}
	}
}
