// Package clock measures how much of a response or resolution target an incident has used up, and
// when the rest of it will be.
//
// In: a [Clock] (a goal of working time, a [Calendar], the start and the pauses) and the present
// instant. Out: durations of working time, instants, and one sentence that says how they come about.
// It reads no time of day itself, keeps no state, and decides nothing: whether a target is at risk or
// breached is for others to say. Everything is worked out from the start each time, so a goal or a
// calendar that changes holds retroactively.
//
// Where wall times lie on days when the clocks change is oncall's to say.
package clock

import (
	"iter"
	"math"
	"math/bits"
	"time"
)

// Clock is one target of one incident. A changed Goal or Calendar beside the same StartedAt and
// Pauses gives the clock as it would be had it been so from the start.
type Clock struct {
	// Goal is the working time that may pass; zero or less is used up at the start.
	Goal time.Duration
	// Calendar says which time is working time; nil is around the clock.
	Calendar *Calendar
	// StartedAt is the instant from which on time counts. On the zero time the clock has not started:
	// nothing is ever used up.
	StartedAt time.Time
	// Pauses stand in the order in which they begin, and do not overlap. They may touch each other,
	// be empty, and lie outside of working time or before the start.
	Pauses []Pause
}

// Pause is a stretch in which a clock stands still. From is its first instant and To the one after
// its last. A zero To has not come yet; such a pause is the last one.
type Pause struct {
	From, To time.Time
}

// Elapsed gives the working time from the start to now outside of pauses; zero before the start. What
// a Duration cannot hold is cut, as [Calendar.Working] does.
func (c Clock) Elapsed(now time.Time) time.Duration {
	var sum time.Duration
	for from, to := range c.runs(now) {
		passed, _ := c.Calendar.pass(from, to, math.MaxInt64-sum)
		sum += passed
	}
	return sum
}

// DueAt gives the instant at which the goal is used up, as [Clock.At] does for 100 percent.
func (c Clock) DueAt(now time.Time) time.Time { return c.At(100, now) }

// At gives the instant at which so many percent of the goal are used up, in the calendar's zone
// (UTC around the clock). What is used up by now gives the exact instant in the past, paused or not.
// What is not gives the instant to come if nothing pauses the clock from now on, whatever Pauses say
// of later. The zero time means never: the clock has not started, is paused now, or the calendar
// does not have so much working time within [Horizon].
func (c Clock) At(percent int, now time.Time) time.Time {
	if c.StartedAt.IsZero() {
		return time.Time{}
	}
	left := c.share(percent)
	if left == 0 {
		return c.Calendar.local(c.StartedAt)
	}
	for from, to := range c.runs(now) {
		passed, at := c.Calendar.pass(from, to, left)
		if passed == left {
			return c.Calendar.local(at)
		}
		left -= passed
	}
	if _, paused := c.pausedSince(now); paused {
		return time.Time{}
	}
	return c.Calendar.Add(later(now, c.StartedAt), left)
}

// share is so many percent of the goal, rounded up to the nanosecond, so that nothing that waits for
// it comes early.
func (c Clock) share(percent int) time.Duration {
	if percent <= 0 || c.Goal <= 0 {
		return 0
	}
	high, low := bits.Mul64(uint64(c.Goal), uint64(percent))
	if high >= 100 {
		return math.MaxInt64
	}
	share, rest := bits.Div64(high, low, 100)
	if rest > 0 {
		share++
	}
	return time.Duration(min(share, math.MaxInt64))
}

// runs gives the stretches from the start to an instant in which nothing pauses the clock, in order;
// none of them is empty.
func (c Clock) runs(to time.Time) iter.Seq2[time.Time, time.Time] {
	return func(yield func(from, to time.Time) bool) {
		if c.StartedAt.IsZero() {
			return
		}
		from := c.StartedAt
		for _, p := range c.Pauses {
			end := earlier(p.From, to)
			if from.Before(end) && !yield(from, end) || p.To.IsZero() {
				return
			}
			from = later(later(from, end), p.To)
		}
		if from.Before(to) {
			yield(from, to)
		}
	}
}

// pausedSince gives the beginning of the pause that the instant lies in; false where it is in none.
func (c Clock) pausedSince(at time.Time) (time.Time, bool) {
	for _, p := range c.Pauses {
		if !at.Before(p.From) && (p.To.IsZero() || at.Before(p.To)) {
			return p.From, true
		}
	}
	return time.Time{}, false
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
