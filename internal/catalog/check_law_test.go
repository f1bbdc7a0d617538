package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/catalog"
)

// find returns the faults whose message has the words.
func find(text, words string) (*catalog.Catalog, []catalog.Fault) {
	c, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(text)})
	return c, slices.DeleteFunc(faults, func(f catalog.Fault) bool { return !strings.Contains(f.Message, words) })
}

// A level is said to be empty at times exactly when a week of its schedule has a gap.
func TestEmptyLevelsAreThoseWithGaps(t *testing.T) {
	day := rapid.SampledFrom([]string{"Mon-Fri", "Sat,Sun", "Mon-Sun", "Fri-Mon", "Wed", "Sun-Thu"})
	hours := rapid.SampledFrom([]string{"", " 00:00-24:00", " 09:00-18:00", " 18:00-09:00", " 00:00-12:00", " 12:00-00:00"})
	window := rapid.Custom(func(r *rapid.T) string { return day.Draw(r, "day") + hours.Draw(r, "hours") })
	covered, gaps := 0, 0
	rapid.Check(t, func(r *rapid.T) {
		var layers []string
		for range rapid.IntRange(1, 3).Draw(r, "layers") {
			only := rapid.SliceOfN(window, 0, 3).Draw(r, "only")
			layer := "{start: 2026-01-05, people: [ana]"
			if len(only) > 0 {
				layer += `, only: ["` + strings.Join(only, `", "`) + `"]`
			}
			layers = append(layers, layer+"}")
		}
		text := with("policies: {p: {levels: [{page: [schedule:s]}]}}\nschedules: {s: {timezone: UTC, layers: [" + strings.Join(layers, ", ") + "]}}\n")
		c, told := find(text, "may page nobody")
		require.NotNil(r, c, text)
		from := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
		found := c.Rules.Schedules["s"].Gaps(from, from.AddDate(0, 0, 14))
		require.Equal(r, len(found) > 0, len(told) > 0, text)
		if len(found) > 0 {
			gaps++
		} else {
			covered++
		}
	})
	require.Positive(t, covered)
	require.Positive(t, gaps)
}

// Policies are refused exactly when some climb can hand over for ever.
func TestCyclesAreThoseThatNeverEnd(t *testing.T) {
	const n = 6
	rapid.Check(t, func(r *rapid.T) {
		var next, triggered [n]int
		var policies, owners strings.Builder
		for i := range n {
			next[i] = rapid.IntRange(-n, n-1).Draw(r, "next")
			triggered[i] = rapid.IntRange(-2*n, n-1).Draw(r, "trigger")
			fmt.Fprintf(&policies, "  p%d: {levels: [{page: [person:ana]}]", i)
			if next[i] >= 0 {
				fmt.Fprintf(&policies, ", exhausted: {to: p%d}", next[i])
			}
			if triggered[i] >= 0 {
				fmt.Fprintf(&policies, ", triggers: [{on: open, after: 1h, to: p%d}]", triggered[i])
			}
			policies.WriteString("}\n")
			fmt.Fprintf(&owners, "  p%d: {}\n", i)
		}
		text := with("policies:\n" + policies.String() + "teams:\n" + owners.String() + "services: {rest: {team: p0}}\n")
		endless := false
		for i := range n {
			at := i
			for range n + 1 {
				if at >= 0 {
					at = next[at]
				}
			}
			endless = endless || at >= 0
		}
		_, told := find(text, "policies hand over in a cycle")
		require.Equal(r, endless, len(told) > 0, text)
		if endless {
			return
		}
		_, told = find(text, "this hand-over may lead back here")
		back := 0
		for i := range n {
			if triggered[i] >= 0 && leads(next[:], triggered[:], triggered[i], i) {
				back++
			}
		}
		require.Len(r, told, back, text)
	})
}

// leads reports whether one policy can come to another by any hand-overs.
func leads(next, triggered []int, from, to int) bool {
	seen := map[int]bool{}
	for queue := []int{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if at == to {
			return true
		}
		if at >= 0 && !seen[at] {
			seen[at] = true
			queue = append(queue, next[at], triggered[at])
		}
	}
	return false
}
