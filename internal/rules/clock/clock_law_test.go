package clock_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/rules/clock"
)

// until leaves out the pauses that begin at an instant or later, as if nothing paused from then on.
func until(c clock.Clock, now time.Time) clock.Clock {
	c.Pauses = slices.DeleteFunc(slices.Clone(c.Pauses), func(p clock.Pause) bool { return !p.From.Before(now) })
	return c
}

func paused(c clock.Clock, now time.Time) bool {
	return slices.ContainsFunc(c.Pauses, func(p clock.Pause) bool {
		return !now.Before(p.From) && (p.To.IsZero() || now.Before(p.To))
	})
}

// Elapsed is the working time since the start less that of each pause.
func TestElapsedIsWorkingTimeLessPauses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, now := drawClock(t)
		want := c.Calendar.Working(c.StartedAt, now)
		for _, p := range c.Pauses {
			if p.To.IsZero() || p.To.After(now) {
				p.To = now
			}
			if p.From.Before(c.StartedAt) {
				p.From = c.StartedAt
			}
			want -= c.Calendar.Working(p.From, p.To)
		}
		require.Equal(t, want, c.Elapsed(now))
	})
}

func TestElapsedNeverFalls(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, now := drawClock(t)
		later := now.Add(drawLength(t, "later"))
		require.GreaterOrEqual(t, c.Elapsed(now), time.Duration(0))
		require.GreaterOrEqual(t, c.Elapsed(later), c.Elapsed(now))
		require.LessOrEqual(t, c.Elapsed(later)-c.Elapsed(now), c.Calendar.Working(now, later))
	})
}

// The goal is used up at the due time and not an instant before, if nothing pauses the clock from now
// on. There is none only where the clock is paused, or ten years do not have so much working time.
func TestDueAtIsWhenTheGoalIsUsedUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, now := drawClock(t)
		due := c.DueAt(now)
		if due.IsZero() {
			require.Less(t, c.Elapsed(now), c.Goal)
			if !paused(c, now) {
				begin := now.UTC()
				if c.StartedAt.After(now) {
					begin = c.StartedAt
				}
				require.NotNil(t, c.Calendar)
				require.Less(t, c.Elapsed(now)+c.Calendar.Working(begin, begin.In(c.Calendar.Location).AddDate(clock.Horizon, 0, 0)), c.Goal)
			}
			return
		}
		undisturbed := until(c, now)
		require.Equal(t, c.Goal, undisturbed.Elapsed(due))
		if c.Goal > 0 {
			require.Equal(t, c.Goal-1, undisturbed.Elapsed(due.Add(-1)))
		}
		require.Equal(t, c.Elapsed(now) >= c.Goal && !due.After(now), !due.After(now))
	})
}

// While nothing pauses the clock, the due time stays where it is, up to it and beyond.
func TestDueAtStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, now := drawClock(t)
		due := c.DueAt(now)
		if due.IsZero() {
			return
		}
		undisturbed := until(c, now)
		require.True(t, undisturbed.DueAt(due).Equal(due))
		require.True(t, undisturbed.DueAt(now.Add(drawLength(t, "later"))).Equal(due))
	})
}

// A pause moves the due time by the working time in it, neither more nor less.
func TestAPauseMovesTheDueTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, now := drawClock(t)
		c = until(c, now)
		before := c.DueAt(now)
		if before.IsZero() || !before.After(now) || now.Before(c.StartedAt) {
			return
		}
		p := clock.Pause{From: now, To: now.Add(drawLength(t, "pause"))}
		c.Pauses = append(c.Pauses, p)
		if after := c.DueAt(p.To); !after.IsZero() {
			require.Equal(t, c.Calendar.Working(p.From, p.To), c.Calendar.Working(before, after))
			require.False(t, after.Before(before))
		}
	})
}

// A greater share of the goal is never used up earlier, and all of it when the clock is due.
func TestPercentIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, now := drawClock(t)
		less := rapid.IntRange(-10, 200).Draw(t, "percent")
		more := less + rapid.IntRange(0, 100).Draw(t, "more")
		first, second := c.At(less, now), c.At(more, now)
		if second.IsZero() {
			return
		}
		require.False(t, first.IsZero())
		require.False(t, second.Before(first))
		require.Equal(t, c.DueAt(now), c.At(100, now))
		if share := until(c, now).Elapsed(first); less > 0 {
			require.InDelta(t, float64(c.Goal)*float64(less)/100, float64(share), 1+float64(share)*1e-12)
		}
	})
}

// A clock keeps nothing of what it was asked: the answers stay the same, and so do its pauses.
func TestAskingChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, now := drawClock(t)
		before := slices.Clone(c.Pauses)
		due, elapsed, text := c.DueAt(now), c.Elapsed(now), c.Arithmetic(now)
		c.At(50, now.Add(drawLength(t, "later")))
		require.Equal(t, before, c.Pauses)
		require.Equal(t, due, c.DueAt(now))
		require.Equal(t, elapsed, c.Elapsed(now))
		require.Equal(t, text, c.Arithmetic(now))
	})
}
