package ical

import "slices"

// What a rule makes of one month, week or year: the civil days that take part, in order, each once.

// monthDates returns the days of a month for FREQ=MONTHLY.
func (x *expansion) monthDates(year, month int) []int64 {
	r := x.rule
	if len(r.months) > 0 && !slices.Contains(r.months, month) {
		return nil
	}
	switch {
	case len(r.monthDays) > 0:
		return r.byDay().of(x.numbered(nil, year, month, r.monthDays))
	case len(r.days) > 0:
		return r.byDay().of(x.every(dayNumber(year, month, 1), daysInMonth(year, month)))
	}
	return x.numbered(nil, year, month, []int{x.first.day})
}

// weekDates returns the days of the week that begins on a day.
func (x *expansion) weekDates(begin int64) []int64 {
	r := x.rule
	days := []int64{begin + modulo(int64(x.first.weekday-r.weekStart), 7)}
	if len(r.days) > 0 {
		days = x.every(begin, 7)
	}
	return filter{months: r.months, days: r.days}.of(days)
}

// yearDates returns the days of a year for FREQ=YEARLY. With BYWEEKNO it is the year that weeks
// belong to, which may begin in December and end in January.
func (x *expansion) yearDates(year int) []int64 {
	r := x.rule
	switch {
	case len(r.weekNos) > 0:
		return r.byAll().of(x.weeks(year))
	case len(r.yearDays) > 0:
		still := r.byAll()
		still.yearDays = nil
		return still.of(x.numberedInYear(year))
	case len(r.monthDays) > 0 || len(r.days) == 0:
		// What the rule does not say, the start does: the month and the day of the month.
		months, days := r.months, r.monthDays
		if len(months) == 0 {
			months = []int{x.first.month}
		}
		if len(days) == 0 {
			days = []int{x.first.day}
		}
		var all []int64
		for _, month := range months {
			all = x.numbered(all, year, month, days)
		}
		return r.byDay().of(ordered(all))
	}
	return r.byAll().of(x.every(dayNumber(year, 1, 1), daysInYear(year)))
}

// weeks returns all days of the weeks of BYWEEKNO, or of those weeks the weekday of the start where
// the rule has no other way to choose.
func (x *expansion) weeks(year int) []int64 {
	r := x.rule
	begin, last := firstWeek(year, r.weekStart), weeksInYear(year, r.weekStart)
	chooses := len(r.days) > 0 || len(r.monthDays) > 0 || len(r.yearDays) > 0
	var all []int64
	for _, number := range r.weekNos {
		if number < 0 {
			number += last + 1
		}
		if number < 1 || number > last {
			continue
		}
		week := begin + int64(number-1)*7
		if chooses {
			all = append(all, x.every(week, 7)...)
		} else {
			all = append(all, week+modulo(int64(x.first.weekday-r.weekStart), 7))
		}
	}
	return ordered(all)
}

// numbered appends days of a month by number, counted from its end where negative. A day that the
// month does not have goes where SKIP says.
func (x *expansion) numbered(all []int64, year, month int, days []int) []int64 {
	last := daysInMonth(year, month)
	for _, day := range days {
		if day, ok := existing(day, last, x.rule.skip); ok {
			all = append(all, dayNumber(year, month, day))
		}
	}
	x.spend(len(days))
	return ordered(all)
}

func (x *expansion) numberedInYear(year int) []int64 {
	var all []int64
	for _, day := range x.rule.yearDays {
		if day, ok := existing(day, daysInYear(year), x.rule.skip); ok {
			all = append(all, dayNumber(year, 1, day))
		}
	}
	x.spend(len(x.rule.yearDays))
	return ordered(all)
}

// existing returns the day of a month or year of so many days, counted from 1. Day 0 is the last of the
// one before, and last+1 the first of the next: where SKIP may lead.
func existing(day, last int, skip skipping) (int, bool) {
	backwards := day < 0
	if backwards {
		day += last + 1
	}
	switch {
	case 1 <= day && day <= last:
		return day, true
	case skip == omit:
		return 0, false
	case skip == forward && backwards:
		return 1, true
	case skip == forward:
		return last + 1, true
	case backwards:
		return 0, true
	}
	return last, true
}

// every returns days one after the other.
func (x *expansion) every(begin int64, number int) []int64 {
	x.spend(number)
	all := make([]int64, number)
	for i := range all {
		all[i] = begin + int64(i)
	}
	return all
}

func ordered(days []int64) []int64 {
	slices.Sort(days)
	return slices.Compact(days)
}
