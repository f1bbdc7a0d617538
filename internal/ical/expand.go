package ical

import "slices"

// maxSteps bounds the work for one rule, and maxAllSteps for all rules of a calendar in one call. A
// step is a day, hour, minute or second looked at, or an occurrence found; it takes about 50 ns.
const (
	maxSteps    = 1_000_000
	maxAllSteps = 5_000_000
)

// work is how many steps are left.
type work struct{ rule, all int }

func (w *work) spend(steps int) bool {
	w.rule -= steps
	w.all -= steps
	return w.rule >= 0 && w.all >= 0
}

// expansion is a rule that begins at a wall time. It knows no zone.
type expansion struct {
	rule  *rule
	start int64 // wall seconds
	dates bool  // the start is a date, and lists of hours, minutes and seconds do not count
	// from and to bound what is asked for: occurrences before from may be left out, and those at
	// to or later are.
	from, to int64
	work     *work
	yield    func(wall int64) bool

	first date // of the start
	// unit is what offsets count within, in seconds: a day, or for rules that count in parts of a day
	// an hour, a minute or a second. Each of them has its occurrences at the same offsets.
	unit    int64
	offsets []int64
	cost    int   // of a step, which grows with the lists that a day is looked for in
	last    int64 // the occurrence found last
	found   int
	ended   bool // by yield, by COUNT, or by work that ran out
}

// run calls yield with the occurrences in order, each once. It reports whether the work sufficed.
func (x *expansion) run() bool {
	x.first = dateOf(floor(x.start, secondsPerDay))
	x.last = x.start - 1
	if x.rule.count > 0 {
		x.from = x.start // to be counted, they must be found
	}
	x.from = max(x.from, x.start)
	r := x.rule
	x.cost = 1 + (len(r.months)+len(r.monthDays)+len(r.yearDays)+len(r.days)+len(r.positions))/16
	x.unit = units[x.rule.frequency]
	x.offsets = x.offsetsInUnit()
	if x.unit == secondsPerDay {
		x.runDays()
	} else {
		x.runClock()
	}
	return x.work.spend(0)
}

func (x *expansion) spend(steps int) {
	if !x.work.spend(steps * x.cost) {
		x.ended = true
	}
}

// runDays goes from period to period for DAILY to YEARLY.
func (x *expansion) runDays() {
	begin := x.firstPeriod()
	for n := x.skipPeriods(begin); !x.ended; n++ {
		number := begin + n*x.rule.interval
		// SKIP may lead a day back out of a period, and a year of weeks begins in the year before.
		if x.periodStart(number)-7 > floor(x.to, secondsPerDay) {
			return
		}
		x.spend(1)
		x.take(x.period(number)...)
	}
}

// firstPeriod is the number of the period of the start, in years, months, weeks or days.
func (x *expansion) firstPeriod() int64 {
	day := floor(x.start, secondsPerDay)
	switch x.rule.frequency {
	case daily:
		return day
	case weekly:
		return (weekOf(day, x.rule.weekStart) - x.weekEpoch()) / 7
	case monthly:
		return int64(x.first.year)*12 + int64(x.first.month-1)
	}
	if len(x.rule.weekNos) > 0 {
		// A start whose own week has an occurrence to come counts from the year of that week; any other
		// from its year.
		year := weekYear(day, x.rule.weekStart)
		weekEnd := weekOf(day, x.rule.weekStart) + 7
		if slices.ContainsFunc(x.yearDates(year), func(d int64) bool { return day <= d && d < weekEnd }) {
			return int64(year)
		}
	}
	return int64(x.first.year)
}

// weekEpoch is a day near 1970-01-01 on which weeks begin.
func (x *expansion) weekEpoch() int64 { return weekOf(0, x.rule.weekStart) }

// periodStart is the first day of a period.
func (x *expansion) periodStart(number int64) int64 {
	switch x.rule.frequency {
	case daily:
		return number
	case weekly:
		return x.weekEpoch() + number*7
	case monthly:
		return dayNumber(int(floor(number, 12)), int(modulo(number, 12))+1, 1)
	}
	return dayNumber(int(number), 1, 1)
}

// skipPeriods is how many periods end before the occurrences that are asked for.
func (x *expansion) skipPeriods(begin int64) int64 {
	day := floor(x.from, secondsPerDay)
	at := dateOf(day)
	var number int64
	switch x.rule.frequency {
	case daily:
		number = day
	case weekly:
		number = floor(day-x.weekEpoch(), 7)
	case monthly:
		number = int64(at.year)*12 + int64(at.month-1)
	default:
		number = int64(at.year)
	}
	return max(0, (number-begin)/x.rule.interval-1)
}

// period returns the days of one period.
func (x *expansion) period(number int64) []int64 {
	switch x.rule.frequency {
	case daily:
		return x.rule.byAll().of([]int64{number})
	case weekly:
		return x.weekDates(x.periodStart(number))
	case monthly:
		return x.monthDates(int(floor(number, 12)), int(modulo(number, 12))+1)
	}
	return x.yearDates(int(number))
}

// units are the seconds that a frequency looks at in one go.
var units = map[frequency]int64{
	secondly: 1, minutely: 60, hourly: secondsPerHour,
	daily: secondsPerDay, weekly: secondsPerDay, monthly: secondsPerDay, yearly: secondsPerDay,
}

// offsetsInUnit returns the seconds into a unit of each occurrence, in order, at most 86,400. What the
// rule does not say, the start does.
func (x *expansion) offsetsInUnit() []int64 {
	clock := int(modulo(x.start, secondsPerDay))
	hours, minutes, seconds := []int{0}, []int{0}, []int{0}
	if x.dates {
		return []int64{0}
	}
	if x.unit > secondsPerHour {
		hours = orElse(x.rule.hours, clock/secondsPerHour)
	}
	if x.unit > 60 {
		minutes = orElse(x.rule.minutes, clock/60%60)
	}
	if x.unit > 1 {
		seconds = orElse(x.rule.seconds, clock%60)
	}
	all := make([]int64, 0, len(hours)*len(minutes)*len(seconds))
	for _, hour := range hours {
		for _, minute := range minutes {
			for _, second := range seconds {
				all = append(all, int64(hour*secondsPerHour+minute*60+second))
			}
		}
	}
	return all
}

func orElse(list []int, value int) []int {
	if len(list) > 0 {
		return list
	}
	return []int{value}
}

// take passes on the occurrences of a period, whose units have these numbers: all offsets of each, or
// those that BYSETPOS picks.
func (x *expansion) take(numbers ...int64) {
	if len(x.rule.positions) > 0 {
		for _, at := range chosen(x.rule.positions, len(numbers)*len(x.offsets)) {
			x.give(numbers[at/len(x.offsets)]*x.unit + x.offsets[at%len(x.offsets)])
		}
		return
	}
	for _, number := range numbers {
		if (number+1)*x.unit <= x.from {
			continue
		}
		for _, offset := range x.offsets {
			if x.ended {
				return
			}
			x.give(number*x.unit + offset)
		}
	}
}

// chosen turns positions, counted from 1 or from the end, into indexes.
func chosen(positions []int, length int) []int {
	var all []int
	for _, at := range positions {
		if at < 0 {
			at += length + 1
		}
		if 1 <= at && at <= length {
			all = append(all, at-1)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// give passes on an occurrence, unless it is before the start, or SKIP moved two days to it.
func (x *expansion) give(wall int64) {
	x.spend(1)
	if x.ended || wall <= x.last {
		return
	}
	if wall >= x.to {
		x.ended = true
		return
	}
	x.last = wall
	x.found++
	if (wall >= x.from && !x.yield(wall)) || x.found == x.rule.count {
		x.ended = true
	}
}
