package ical_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Rules that count in hours, minutes or seconds leap over what they do not allow. Nothing is lost by
// it: they give what trying every single second gives.
func TestAgainstEverySecond(t *testing.T) {
	units := map[string]int64{"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}
	rapid.Check(t, func(t *rapid.T) {
		frequency := rapid.SampledFrom([]string{"HOURLY", "MINUTELY", "SECONDLY"}).Draw(t, "freq")
		interval := rapid.Int64Range(1, 100).Draw(t, "interval")
		start := rapid.Int64Range(1_700_000_000, 1_800_000_000).Draw(t, "start")
		parts := []string{"FREQ=" + frequency, fmt.Sprint("INTERVAL=", interval)}
		list := func(name string, least, most int) []int {
			if !rapid.Bool().Draw(t, name) {
				return nil
			}
			// Values near the start, so that some of them match.
			all := rapid.SliceOfN(rapid.IntRange(least, most), 1, 3).Draw(t, name)
			parts = append(parts, name+"="+strings.Trim(strings.ReplaceAll(fmt.Sprint(all), " ", ","), "[]"))
			return all
		}
		at := time.Unix(start, 0).UTC()
		monthDays := list("BYMONTHDAY", max(1, at.Day()-1), at.Day())
		hours := list("BYHOUR", max(0, at.Hour()-1), min(23, at.Hour()+2))
		minutes := list("BYMINUTE", 0, 59)
		seconds := list("BYSECOND", 0, 59)

		unit := units[frequency]
		if unit > 60 && minutes == nil {
			minutes = []int{at.Minute()}
		}
		if unit > 1 && seconds == nil {
			seconds = []int{at.Second()}
		}
		in := func(all []int, value int) bool { return all == nil || slices.Contains(all, value) }
		var want []string
		until := start + 8*3600
		for second := start; second < until; second++ {
			at := time.Unix(second, 0).UTC()
			if (second/unit-start/unit)%interval == 0 && in(monthDays, at.Day()) && in(hours, at.Hour()) && in(minutes, at.Minute()) && in(seconds, at.Second()) {
				want = append(want, at.Format(time.DateTime))
			}
		}
		rule := strings.Join(parts, ";")
		if len(want) > 20_000 {
			return
		}
		source := event("DTSTART:"+at.Format("20060102T150405Z"), "RRULE:"+rule)
		require.Equal(t, want, starts(shifts(t, source, nil, begin, time.Unix(until, 0)), time.DateTime), rule)
		half := time.Unix(start+4*3600, 0)
		var late []string
		for _, text := range want {
			if text >= half.UTC().Format(time.DateTime) {
				late = append(late, text)
			}
		}
		require.Equal(t, late, starts(shifts(t, source, nil, half, time.Unix(until, 0)), time.DateTime), rule)
	})
}
