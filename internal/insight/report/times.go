package report

import (
	"math"
	"slices"
	"time"
)

// Times sums up durations, in seconds, exact to the millisecond. All but Count are nil for none.
type Times struct {
	Count int      `json:"count"`
	Mean  *float64 `json:"mean"`
	P50   *float64 `json:"p50"`
	P90   *float64 `json:"p90"`
	P95   *float64 `json:"p95"`
}

// timesOf sums up; it orders what it is given.
func timesOf(all []time.Duration) Times {
	t := Times{Count: len(all)}
	if t.Count == 0 {
		return t
	}
	slices.Sort(all)
	sum := 0.0
	for _, d := range all {
		sum += d.Seconds()
	}
	t.Mean = rounded(sum / float64(t.Count))
	t.P50, t.P90, t.P95 = percentile(all, 50), percentile(all, 90), percentile(all, 95)
	return t
}

// percentile is the nearest rank: the smallest duration that at least so many percent do not
// exceed. It is always one that occurred.
func percentile(sorted []time.Duration, percent int) *float64 {
	rank := (len(sorted)*percent + 99) / 100 // rounded up, from 1
	return rounded(sorted[max(rank, 1)-1].Seconds())
}

func rounded(seconds float64) *float64 {
	v := math.Round(seconds*1000) / 1000
	return &v
}

// share is part of a whole, from 0 to 1; nil where there is no whole.
func share(part, whole int) *float64 {
	if whole == 0 {
		return nil
	}
	v := float64(part) / float64(whole)
	return &v
}

// median is the nearest rank of 50 percent; nil for none.
func median(all []float64) *float64 {
	if len(all) == 0 {
		return nil
	}
	slices.Sort(all)
	v := all[(len(all)+1)/2-1]
	return &v
}
