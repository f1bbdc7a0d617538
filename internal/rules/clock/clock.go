// Package clock measures how much of a response or resolution goal an incident has used, and when the
// rest will be used.
//
// In: a [Clock] (a goal of working time, a [Calendar], the start and the pauses) and the present
// instant. Out: durations of working time, instants, and one sentence that shows the arithmetic. It reads
// no time of day, keeps no state and decides nothing: whether a goal is at risk or breached is up to the
// caller. Everything is computed from the start each time, so a changed goal or calendar applies
// retroactively.
//
// Package oncall places wall times on days when daylight saving changes.
package clock

import (
	"iter"
	"math"
	"math/bits"
	"time"
)

// Clock measures one goal of one incident. Changing Goal or Calendar applies from the start.
type Clock struct {
	// Goal is the working time allowed; zero or less is used up at the start.
	Goal time.Duration
	// Calendar says which time is working time; nil is around the clock.
	Calendar *Calendar
	// StartedAt is the instant from which time counts. Zero means that the clock has not started and
	// never uses anything up.
	StartedAt time.Time
	// Pauses are ordered by their start and do not overlap. They may touch, be empty, and lie outside
	// of working time or before the start.
	Pauses []Pause
}

// Pause is an interval in which a clock does not run, from From until just before To. A zero To means
// that it is still open; only the last pause may be.
type Pause struct {
	From, To time.Time
}

// Elapsed returns the working time from the start to now outside of pauses; zero before the start. It is
// capped as by [Calendar.Working].
func (c Clock) Elapsed(now time.Time) time.Duration {
	var sum time.Duration
	for from, to := range c.runs(now) {
		passed, _ := c.Calendar.pass(from, to, math.MaxInt64-sum)
		sum += passed
	}
	return sum
}

// DueAt is [Clock.At] for 100 percent.
func (c Clock) DueAt(now time.Time) time.Time { return c.At(100, now) }

// At returns the instant at which a percentage of the goal is used, in the calendar's zone (UTC if it is
// nil). An instant in the past is exact. One in the future assumes that nothing pauses the clock from
// now on, whatever Pauses say. Zero means never: the clock has not started, is paused now, or the
// calendar does not have enough working time within [Horizon].
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

// share is a percentage of the goal, rounded up to the nanosecond so that no deadline is early.
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

// runs yields the intervals in which the clock runs from its start to an instant, in order and none
// empty.
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

// pausedSince returns the start of the pause around an instant; false for none.
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
