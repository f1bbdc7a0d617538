package ical

import "slices"

// runClock goes from hour to hour, minute to minute or second to second, and leaps over days, hours
// and minutes that the rule does not allow.
func (x *expansion) runClock() {
	unit := x.unit
	begin := floor(x.start, unit)
	allowed := x.rule.byAll()
	for at := x.align(begin, floor(x.from, unit)); !x.ended && at*unit < x.to; {
		x.spend(1)
		next := at + x.rule.interval
		if leap, refused := x.refusedUntil(at*unit, allowed); refused {
			next = max(next, x.align(begin, leap/unit))
		} else {
			x.take(at)
		}
		at = next
	}
}

// align returns the first number at or after another that the interval leads to from begin.
func (x *expansion) align(begin, number int64) int64 {
	steps := max(0, number-begin+x.rule.interval-1) / x.rule.interval
	return begin + steps*x.rule.interval
}

// refusedUntil reports whether the rule does not allow the unit that begins at a wall time, and until
// when it allows none: the end of a day, an hour, a minute or a second, which ends a unit too.
func (x *expansion) refusedUntil(wall int64, allowed filter) (until int64, refused bool) {
	r := x.rule
	day, clock := floor(wall, secondsPerDay), int(modulo(wall, secondsPerDay))
	switch {
	case !allowed.allows(dateOf(day)):
		return (day + 1) * secondsPerDay, true
	case !within(r.hours, clock/secondsPerHour):
		return wall - int64(clock%secondsPerHour) + secondsPerHour, true
	case x.unit <= 60 && !within(r.minutes, clock/60%60):
		return wall - int64(clock%60) + 60, true
	case x.unit == 1 && !within(r.seconds, clock%60):
		return wall + 1, true
	}
	return 0, false
}

func within(list []int, value int) bool { return len(list) == 0 || slices.Contains(list, value) }
