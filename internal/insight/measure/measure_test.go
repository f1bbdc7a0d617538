package measure

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func number(v float64) *float64 { return &v }

func TestTimes(t *testing.T) {
	seconds := func(all ...int) []time.Duration {
		out := make([]time.Duration, len(all))
		for i, s := range all {
			out[i] = time.Duration(s) * time.Second
		}
		return out
	}
	require.Equal(t, Times{}, TimesOf(nil))
	require.Equal(t, Times{1, number(7), number(7), number(7), number(7)}, TimesOf(seconds(7)))
	require.Equal(t, Times{2, number(1.5), number(1), number(2), number(2)}, TimesOf(seconds(2, 1)))
	require.Equal(t, Times{10, number(5.5), number(5), number(9), number(10)}, TimesOf(seconds(10, 9, 8, 7, 6, 5, 4, 3, 2, 1)))
	long := slices.Repeat([]time.Duration{200 * 365 * 24 * time.Hour}, 100)
	require.InDelta(t, 200*365*24*3600, *TimesOf(long).Mean, 1, "sums do not overflow")
}

// TestPercentile: at least so many percent are at or below it, fewer below any smaller one that occurred.
func TestPercentile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Int64Range(0, 1000), 1, 200).Draw(t, "seconds")
		percent := rapid.IntRange(1, 100).Draw(t, "percent")
		sorted := make([]time.Duration, len(all))
		for i, s := range all {
			sorted[i] = time.Duration(s) * time.Second
		}
		slices.Sort(sorted)
		got := Percentile(sorted, percent).Seconds()
		atOrBelow, below := 0, 0
		for _, s := range all {
			if float64(s) <= got {
				atOrBelow++
			}
			if float64(s) < got {
				below++
			}
		}
		need := float64(percent) / 100 * float64(len(all))
		require.GreaterOrEqual(t, float64(atOrBelow), need-1e-9)
		require.Less(t, float64(below), need+1e-9)
		require.Contains(t, all, int64(math.Round(got)))
	})
}

func TestPeriods(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	week := WeekOf(time.Date(2026, 3, 29, 23, 59, 0, 0, berlin)) // the Sunday on which summer time begins
	require.Equal(t, "2026-W13", week.Name)
	require.Equal(t, 167*time.Hour, week.To.Sub(week.From))
	before, ok := week.Previous()
	require.True(t, ok)
	require.Equal(t, "2026-W12", before.Name)
	require.Equal(t, week.From, before.To)

	first, err := ParseWeek("2026-W01", time.UTC)
	require.NoError(t, err)
	require.Equal(t, "2025-12-29", first.From.Format(time.DateOnly))
	before, _ = first.Previous()
	require.Equal(t, "2025-W52", before.Name)
	_, err = ParseWeek("2026-W53", time.UTC)
	require.NoError(t, err, "2026 has 53 weeks")
	for _, word := range []string{"2025-W53", "2026-W00", "2026-W1", "2026W01", "2026-W01 ", "last"} {
		_, err = ParseWeek(word, time.UTC)
		require.ErrorContains(t, err, "is not a week", word)
	}

	march, err := ParseMonth("2026-03", berlin)
	require.NoError(t, err)
	before, _ = march.Previous()
	require.Equal(t, "2026-02", before.Name)
	require.Equal(t, 28*24*time.Hour, before.To.Sub(before.From))
	_, err = ParseMonth("2026-13", berlin)
	require.ErrorContains(t, err, "is not a month")

	start := time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)
	free := Period{From: start, To: start.Add(36 * time.Hour)}
	before, _ = free.Previous()
	require.Equal(t, Period{From: start.Add(-36 * time.Hour), To: start}, before)
	require.True(t, free.Holds(start))
	require.False(t, free.Holds(free.To))
	_, ok = Period{From: start}.Previous()
	require.False(t, ok)
}

func TestNight(t *testing.T) {
	at := func(h, m int) time.Time { return time.Date(2026, 3, 4, h, m, 59, 0, time.UTC) }
	for _, c := range []struct {
		h, m int
		want bool
	}{{21, 59, false}, {22, 0, true}, {23, 59, true}, {0, 0, true}, {6, 59, true}, {7, 0, false}, {12, 0, false}} {
		require.Equal(t, c.want, Night.Holds(at(c.h, c.m)), "%d:%d", c.h, c.m)
	}
}
