package suggest

import (
	"encoding/csv"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/insight/history"
	"tocsin.dev/test/corpus"
)

// openCorpus opens a real history.
func openCorpus(t *testing.T) *os.File {
	f, err := os.Open(corpus.Path(t, corpus.ServiceNow))
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// TestServiceNow: how good suggestions are on a real log, against the base rate, which is counted from
// the raw rows. All of its incidents opened within three days and most ended later, so little was known: few
// suggestions are made, and none without a sign.
func TestServiceNow(t *testing.T) {
	all, err := history.ServiceNow(openCorpus(t), history.Options{})
	require.NoError(t, err)
	e := NewEvaluator(Options{})
	for _, fact := range done(all...) {
		e.Add(fact)
	}
	incidents, reassigned := raw(t)
	scores := map[string]Score{}
	for _, s := range e.Scores(time.Time{}, time.Time{}, "") {
		scores[s.Kind] = s
		t.Logf("%-8s n %d, happened %d, suggested %d, right %d", s.Kind, s.N, s.Happened, s.Suggested, s.Right)
	}
	escalate := scores[Escalate]
	require.Equal(t, incidents, escalate.N)
	require.Equal(t, reassigned, escalate.Happened)
	require.InDelta(t, float64(reassigned)/float64(incidents), *escalate.BaseRate, 1e-12)
	require.Positive(t, escalate.Suggested)
	require.Greater(t, *escalate.Precision, *escalate.BaseRate)
	require.Less(t, *scores[Priority].BaseRate, 0.05)
	require.Zero(t, scores[Priority].Suggested, "people hardly change a priority")
	require.Zero(t, scores[Spike].N, "no hour of the week was seen eight times")
}

// raw counts incidents, and those that were reassigned, from the rows as they stand.
func raw(t *testing.T) (incidents, reassigned int) {
	rows, err := csv.NewReader(openCorpus(t)).ReadAll()
	require.NoError(t, err)
	column := map[string]int{}
	for n, name := range rows[0] {
		column[name] = n
	}
	most := map[string]int{}
	for _, row := range rows[1:] {
		n, err := strconv.Atoi(row[column["reassignment_count"]])
		require.NoError(t, err)
		most[row[column["number"]]] = max(most[row[column["number"]]], n)
	}
	for _, n := range most {
		if n > 0 {
			reassigned++
		}
	}
	return len(most), reassigned
}
