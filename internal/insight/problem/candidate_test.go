package problem_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/insight/problem"
)

const day = 24 * time.Hour

func TestWindows(t *testing.T) {
	for name, c := range map[string]struct {
		days   []float64
		within time.Duration
		want   []string // of the window; nil for no candidate
	}{
		"too few":                    {[]float64{0, 1}, 30 * day, nil},
		"three":                      {[]float64{0, 1, 2}, 30 * day, []string{"k-0", "k-1", "k-2"}},
		"too far apart":              {[]float64{0, 20, 40}, 30 * day, nil},
		"exactly as long":            {[]float64{0, 15, 30}, 30 * day, []string{"k-0", "k-1", "k-2"}},
		"a moment longer":            {[]float64{0, 15, 30.00001}, 30 * day, nil},
		"the densest":                {[]float64{0, 1, 2, 100, 101, 102, 103}, 7 * day, []string{"k-3", "k-4", "k-5", "k-6"}},
		"of equals the latest":       {[]float64{0, 1, 2, 100, 101, 102}, 7 * day, []string{"k-3", "k-4", "k-5"}},
		"whatever order they are in": {[]float64{2, 0, 1}, 30 * day, []string{"k-1", "k-2", "k-0"}},
		"at one instant":             {[]float64{0, 0, 0}, time.Second, []string{"k-0", "k-1", "k-2"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := problem.Candidates(some("k", c.days...), problem.Recurrence{Within: c.within})
			if c.want == nil {
				require.Equal(t, []problem.Candidate{}, got)
				return
			}
			require.Len(t, got, 1)
			require.Equal(t, c.want, got[0].Incidents)
			require.Equal(t, []any{problem.ByKey, "k", len(c.want), len(c.days)}, []any{got[0].Kind, got[0].Key, got[0].Count, got[0].Total})
		})
	}
}

func TestFingerprints(t *testing.T) {
	all := []*problem.Case{
		one("a", "1", 0, "alertname", "Slow", "pod", "x"),
		one("b", "2", 1, "alertname", "Slow", "pod", "y"),
		one("c", "3", 2, "alertname", "Slow", "pod", "x"),
		one("d", "4", 3, "alertname", "Down", "pod", "x"),
		one("e", "5", 4, "pod", "x"),
	}
	kinds := func(r problem.Recurrence) (out [][]string) {
		for _, c := range problem.Candidates(all, r) {
			out = append(out, append([]string{c.Kind}, c.Incidents...))
		}
		return out
	}
	require.Equal(t, [][]string{{"alert", "a", "b", "c"}}, kinds(problem.Recurrence{}))
	require.Equal(t, [][]string{{"labels", "a", "c", "d", "e"}, {"alert", "a", "b", "c"}}, kinds(problem.Recurrence{Labels: []string{"pod"}}))
	require.Equal(t, [][]string{{"alert", "a", "b", "c"}, {"labels", "a", "c"}}, kinds(problem.Recurrence{Times: 2}), "equal sets of labels")
	all[2].Service = "search"
	require.Empty(t, kinds(problem.Recurrence{}), "another service is another fingerprint")
	narrow := problem.Candidates(some("k", 0, 1, 2), problem.Recurrence{Labels: []string{"pod"}})
	require.Len(t, narrow, 1, "who has no such label has no such fingerprint")
}

func TestEvidence(t *testing.T) {
	all := some("k", 0, 1, 2)
	all[0].Cause, all[1].Priority, all[2].ResolvedAt = "the cache", "P1", time.Time{}
	got := problem.Candidates(all, problem.Recurrence{})[0]
	require.Equal(t, problem.Candidate{
		Kind: "key", Service: "checkout", Key: "k", Title: "title of k-2", Count: 3, Total: 3, From: begin, To: begin.Add(2 * day),
		Hours: 2, Priority: "P1", Unexplained: 2, Incidents: []string{"k-0", "k-1", "k-2"},
	}, got)
}

func TestWorkaroundsAreCandidates(t *testing.T) {
	all := append(some("often", 0, 1, 2), some("once", 5)...)
	all[1].Outcome, all[3].Outcome = "workaround", "workaround"
	got := problem.Candidates(all, problem.Recurrence{})
	require.Len(t, got, 2, "one that recurs is a candidate by that")
	require.Equal(t, []any{problem.ByWorkaround, "once", 1}, []any{got[1].Kind, got[1].Key, got[1].Count})
}

func TestWhatIsLinkedIsSettled(t *testing.T) {
	all := some("k", 0, 1, 2)
	r := problem.Recurrence{Linked: map[string]string{"k-0": "PRB-1", "k-1": "PRB-1"}}
	require.Equal(t, "PRB-1", problem.Candidates(all, r)[0].Problem, "one is not linked yet")
	r.Linked["k-2"] = "PRB-1"
	require.Empty(t, problem.Candidates(all, r))
	r.All = true
	require.Len(t, problem.Candidates(all, r), 1)
}

// TestCandidatesByBruteForce counts every window of every fingerprint by hand.
func TestCandidatesByBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var days []float64
		for range rapid.IntRange(0, 12).Draw(t, "incidents") {
			days = append(days, float64(rapid.IntRange(0, 40).Draw(t, "day")))
		}
		r := problem.Recurrence{Times: rapid.IntRange(2, 4).Draw(t, "times"), Within: time.Duration(rapid.IntRange(1, 20).Draw(t, "within")) * day}
		most := 0
		for _, from := range days {
			n := 0
			for _, at := range days {
				if at >= from && at-from <= r.Within.Hours()/24 {
					n++
				}
			}
			most = max(most, n)
		}
		got := problem.Candidates(some("k", days...), r)
		if most < r.Times {
			require.Empty(t, got)
			return
		}
		require.Equal(t, most, got[0].Count)
		require.LessOrEqual(t, got[0].To.Sub(got[0].From), r.Within)
	})
}

func TestSimilarScores(t *testing.T) {
	to := one("to", "k", 10, "region", "eu", "pod", "a")
	to.Texts = []string{"disk of the database is full"}
	twin := one("twin", "k", 1, "region", "eu", "pod", "a")
	twin.Texts, twin.Resolution, twin.Outcome, twin.Cause, twin.ResolvedBy = to.Texts, "logs rotated", "fixed", "no rotation", "person:bo"
	cousin := one("cousin", "x", 2, "region", "eu")
	cousin.Texts = []string{"the disk is slow"}
	stranger := one("stranger", "y", 3)
	stranger.Texts, stranger.Service = []string{"certificate runs out"}, "mail"
	got := problem.Similar(to, []*problem.Case{stranger, cousin, twin, to}, problem.Options{})
	require.Equal(t, []string{"twin", "cousin"}, []string{got[0].Incident, got[1].Incident})
	require.Len(t, got, 2, "a stranger is not worth telling, and nothing resembles itself")
	m := got[0]
	require.Equal(t, []string{"logs rotated", "fixed", "no rotation", "person:bo"}, []string{m.Resolution, m.Outcome, m.Cause, m.ResolvedBy})
	require.InDelta(t, m.Parts.Text+m.Parts.Labels+m.Parts.Service+m.Parts.Key, m.Score, 1e-12)
	require.Equal(t, problem.Parts{Text: m.Parts.Text, Labels: 0.35, Service: 0.1, Key: 0.1}, m.Parts)
	require.Equal(t, []string{"pod=a", "region=eu"}, m.Labels, "the rarer first")
	require.Equal(t, []string{"database", "full", "disk"}, m.Words)
	require.Equal(t, []string{"disk"}, got[1].Words)
}

// TestScoreByHand reckons one score on paper: two texts of two words each, one of them shared.
func TestScoreByHand(t *testing.T) {
	to, other := one("to", "", 1), one("other", "", 0)
	to.Texts, other.Texts = []string{"disk full"}, []string{"disk slow"}
	got := problem.Similar(to, []*problem.Case{to, other}, problem.Options{Least: 0.001})
	idf := func(df float64) float64 { return math.Log(1 + (2-df+0.5)/(df+0.5)) }
	// Both texts are as long as the mean, so the word that occurs once counts idf, of idf times 2.2 at most.
	require.InDelta(t, 0.45*idf(2)/((idf(2)+idf(1))*2.2), got[0].Parts.Text, 1e-12)
}

func TestSimilarLaws(t *testing.T) {
	words := []string{"disk", "full", "slow", "cache", "the", "42"}
	rapid.Check(t, func(t *rapid.T) {
		var all []*problem.Case
		for n := range rapid.IntRange(1, 8).Draw(t, "cases") {
			c := one(string(rune('a'+n)), rapid.SampledFrom([]string{"", "k", "l"}).Draw(t, "key"), float64(n), "x", rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "label"))
			c.Texts = rapid.SliceOfN(rapid.SampledFrom(words), 0, 6).Draw(t, "texts")
			all = append(all, c)
		}
		got := problem.Similar(all[0], all, problem.Options{Least: 1e-9, Limit: 100})
		for n, m := range got {
			require.True(t, m.Score > 0 && m.Score <= 1, "%v", m.Score)
			require.NotEqual(t, all[0].ID, m.Incident)
			require.True(t, n == 0 || got[n-1].Score >= m.Score)
		}
		other := slices.Clone(all)
		slices.Reverse(other)
		require.Equal(t, got, problem.Similar(all[0], other, problem.Options{Least: 1e-9, Limit: 100}), "the order in which they come says nothing")
	})
}
