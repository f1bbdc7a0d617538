package ical

import "slices"

// runClock goes from hour to hour, minute to minute or second to second, and leaps over days, hours
// and minutes that the rule does not allow.
func (x *expansion) runClock() {
	unit := map[frequency]int64{secondly: 1, minutely: 60, hourly: secondsPerHour}[x.rule.frequency]
	begin := floor(x.start, unit)
	allowed := x.rule.byAll()
	for at := x.align(begin, floor(x.from, unit)); !x.ended && at*unit < x.to; {
		x.spend(1)
		next := at + x.rule.interval
		if leap := x.refusedUntil(at*unit, unit, allowed); leap > 0 {
			next = max(next, x.align(begin, (leap+unit-1)/unit))
		} else {
			wall := at * unit
			x.take([]int64{floor(wall, secondsPerDay)}, x.timesWithin(modulo(wall, secondsPerDay)))
		}
		at = next
	}
}

// align gives the first number at or after another that the interval leads to from begin.
func (x *expansion) align(begin, number int64) int64 {
	steps := max(0, number-begin+x.rule.interval-1) / x.rule.interval
	return begin + steps*x.rule.interval
}

// refusedUntil says until when no wall time can be an occurrence, or 0 when one may begin here.
func (x *expansion) refusedUntil(wall, unit int64, allowed filter) int64 {
	r := x.rule
	day, clock := floor(wall, secondsPerDay), int(modulo(wall, secondsPerDay))
	switch {
	case !allowed.allows(dateOf(day)):
		return (day + 1) * secondsPerDay
	case !within(r.hours, clock/secondsPerHour):
		return wall - int64(clock%secondsPerHour) + secondsPerHour
	case unit <= 60 && !within(r.minutes, clock/60%60):
		return wall - int64(clock%60) + 60
	case unit == 1 && !within(r.seconds, clock%60):
		return wall + 1
	}
	return 0
}

func within(list []int, value int) bool { return len(list) == 0 || slices.Contains(list, value) }

// timesWithin gives the times of day within one hour, minute or second, which begins at clock.
func (x *expansion) timesWithin(clock int64) []int64 {
	hour, minute, second := int(clock/secondsPerHour), int(clock/60%60), int(clock%60)
	start := int(modulo(x.start, secondsPerDay))
	switch x.rule.frequency {
	case hourly:
		return times([]int{hour}, orElse(x.rule.minutes, start/60%60), orElse(x.rule.seconds, start%60))
	case minutely:
		return times([]int{hour}, []int{minute}, orElse(x.rule.seconds, start%60))
	}
	return times([]int{hour}, []int{minute}, []int{second})
}
