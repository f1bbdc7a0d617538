package measure

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Times summarizes durations, in seconds, exact to the millisecond. All but Count are nil when there
// are none.
type Times struct {
	Count int      `json:"count"`
	Mean  *float64 `json:"mean"`
	P50   *float64 `json:"p50"`
	P90   *float64 `json:"p90"`
	P95   *float64 `json:"p95"`
}

// TimesOf summarizes durations. It sorts its argument.
func TimesOf(all []time.Duration) Times {
	t := Times{Count: len(all)}
	if t.Count == 0 {
		return t
	}
	slices.Sort(all)
	sum := 0.0 // of seconds: a sum of durations could overflow
	for _, d := range all {
		sum += d.Seconds()
	}
	t.Mean = Rounded(sum / float64(t.Count))
	rank := func(percent int) *float64 { return Rounded(Percentile(all, percent).Seconds()) }
	t.P50, t.P90, t.P95 = rank(50), rank(90), rank(95)
	return t
}

// Percentile returns the percentile by nearest rank: the smallest value that at least that many
// percent of all do not exceed. It is always one of them. They must be sorted, and not empty.
func Percentile[T cmp.Ordered](sorted []T, percent int) T {
	rank := (len(sorted)*percent + 99) / 100 // rounded up, from 1
	return sorted[max(rank, 1)-1]
}

// Median returns the 50th percentile by nearest rank; nil when there are none. It sorts its argument.
func Median(all []float64) *float64 {
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	v := Percentile(all, 50)
	return &v
}

// Rounded returns v rounded to three digits after the point: for seconds, to the millisecond.
func Rounded(v float64) *float64 {
	v = math.Round(v*1000) / 1000
	return &v
}

// Share returns part / whole, from 0 to 1; nil when whole is 0.
func Share(part, whole int) *float64 {
	if whole == 0 {
		return nil
	}
	v := float64(part) / float64(whole)
	return &v
}
