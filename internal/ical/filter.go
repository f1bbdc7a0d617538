package ical

import "slices"

// filter is the lists of a rule that days must be in; an empty list allows every day.
type filter struct {
	months, monthDays, yearDays []int
	days                        []nthDay
	// inYear says that the numbers of days count within the year, and not within the month.
	inYear bool
}

// byAll is every list that speaks of days.
func (r *rule) byAll() filter {
	f := r.byDay()
	f.months, f.monthDays, f.yearDays = r.months, r.monthDays, r.yearDays
	return f
}

// byDay is BYDAY alone: for days that the other lists have made. SKIP may have moved those out of
// what the lists say, and must not be undone.
func (r *rule) byDay() filter {
	return filter{days: r.days, inYear: r.frequency == yearly && len(r.months) == 0}
}

func (f filter) of(days []int64) []int64 {
	return slices.DeleteFunc(days, func(day int64) bool { return !f.allows(dateOf(day)) })
}

func (f filter) allows(d date) bool {
	return (len(f.months) == 0 || slices.Contains(f.months, d.month)) &&
		(len(f.monthDays) == 0 || hasNumber(f.monthDays, d.day, daysInMonth(d.year, d.month))) &&
		(len(f.yearDays) == 0 || hasNumber(f.yearDays, d.yearDay, daysInYear(d.year))) &&
		(len(f.days) == 0 || f.hasWeekday(d))
}

// hasNumber reports whether a list has a day, counted from either end.
func hasNumber(list []int, day, last int) bool {
	return slices.Contains(list, day) || slices.Contains(list, day-last-1)
}

func (f filter) hasWeekday(d date) bool {
	return slices.ContainsFunc(f.days, func(want nthDay) bool {
		if want.weekday != d.weekday || want.nth == 0 {
			return want.weekday == d.weekday
		}
		day, last := d.day, 0
		if f.inYear {
			day, last = d.yearDay, daysInYear(d.year)
		} else {
			last = daysInMonth(d.year, d.month)
		}
		return want.nth == (day-1)/7+1 || -want.nth == (last-day)/7+1
	})
}
