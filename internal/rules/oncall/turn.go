package oncall

import "time"

// crew returns the people of turn n; nil in a layer without people.
func (l *Layer) crew(n int64) []string {
	switch {
	case len(l.Crews) > 0:
		return l.Crews[n%int64(len(l.Crews))]
	case len(l.People) > 0:
		at := n % int64(len(l.People))
		return l.People[at : at+1 : at+1]
	}
	return nil
}

// turn returns the number of the turn at t, from 0. t must not be before the first hand-off.
func (l *Layer) turn(t time.Time, loc *time.Location) int64 {
	n := max(0, l.guess(reading(t, loc)))
	// The guess is off by at most a hand-off later in the same month, and by what the zone skips or
	// repeats: a few steps either way, however long ago the layer started.
	for n > 0 && t.Before(l.handoff(n, loc)) {
		n--
	}
	for !t.Before(l.handoff(n+1, loc)) {
		n++
	}
	return n
}

// guess estimates the turn at a wall time, give or take one.
func (l *Layer) guess(wall int64) int64 {
	if l.Rotation == Monthly {
		date := time.Unix(wall, 0).UTC()
		return floor(monthNumber(date.Year(), date.Month())-l.firstMonth(), l.every())
	}
	return floor(wall-l.wall(0), l.period())
}

// handoff returns the instant at which turn n starts.
func (l *Layer) handoff(n int64, loc *time.Location) time.Time {
	at, moved := instant(l.wall(n), loc)
	if !moved || l.Rotation != Hourly {
		return at
	}
	// A gap longer than a turn would move this hand-off after those of later turns, which start where the
	// gap ends. The turns within the gap are empty.
	for m, latest := n+1, reading(at, loc); l.wall(m) < latest; m++ {
		if next, _ := instant(l.wall(m), loc); next.Before(at) {
			at = next
		}
	}
	return at
}

// wall is the wall time at which turn n starts.
func (l *Layer) wall(n int64) int64 {
	if l.Rotation == Monthly {
		month := l.firstMonth() + n*l.every()
		return l.monthDay(month)*secondsPerDay + l.time()
	}
	return l.firstDay()*secondsPerDay + l.time() + n*l.period()
}

// time is the hand-off's time of day in seconds.
func (l *Layer) time() int64 { return int64(l.Hour)*3600 + int64(l.Minute)*60 }

func (l *Layer) every() int64 { return int64(max(1, l.Every)) }

// period is the length of a turn in seconds of wall time; not for monthly rotations.
func (l *Layer) period() int64 {
	switch l.Rotation {
	case Hourly:
		return l.every() * 3600
	case Weekly:
		return l.every() * 7 * secondsPerDay
	}
	return l.every() * secondsPerDay
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

// firstMonth is the month number of the first hand-off: the first one on or after Start.
func (l *Layer) firstMonth() int64 {
	month := monthNumber(l.Start.Year, l.Start.Month)
	if l.monthDay(month) < dayNumber(l.Start) {
		month++
	}
	return month
}

// monthDay is the day number of the hand-off in a month.
func (l *Layer) monthDay(month int64) int64 {
	first := Date{int(floor(month, 12)), time.Month(month-12*floor(month, 12)) + 1, 1}
	next := first
	next.Month++
	return min(dayNumber(first)+int64(max(1, l.MonthDay))-1, dayNumber(next)-1)
}

// monthNumber counts months from the year 0.
func monthNumber(year int, month time.Month) int64 { return int64(year)*12 + int64(month) - 1 }
