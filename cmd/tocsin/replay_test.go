package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/whatif/backtest"
	"tocsin.dev/test/corpus"
)

// counted reads the history by itself: how many incidents there are, and on how many somebody worked.
func counted(t *testing.T, path string) (incidents, worked int) {
	t.Helper()
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	number, state := -1, -1
	for n, name := range rows[0] {
		switch strings.TrimPrefix(name, "\ufeff") {
		case "number":
			number = n
		case "incident_state":
			state = n
		}
	}
	all, at := map[string]bool{}, map[string]bool{}
	for _, row := range rows[1:] {
		all[row[number]] = true
		switch row[state] {
		case "New", "Resolved", "Closed", "-100", "?":
		default:
			at[row[number]] = true
		}
	}
	return len(all), len(at)
}

// TestReplayServiceNow plays a real history of another system through a catalog of ours.
func TestReplayServiceNow(t *testing.T) {
	source := corpus.Path(t, corpus.ServiceNow)
	facts := filepath.Join(t.TempDir(), "history.jsonl")
	require.Zero(t, exec(t, "archive", "import", "--format", "servicenow", source, "--to", facts).code)
	incidents, worked := counted(t, source)
	require.Greater(t, incidents, 100)

	words := []string{"replay", "--from-file", facts, "--catalog", "testdata/replay/desk.yaml", "--json"}
	var alone, beside backtest.Result
	got := exec(t, words...)
	require.Zero(t, got.code, got.err)
	require.NoError(t, json.Unmarshal([]byte(got.out), &alone))
	require.Equal(t, "backtest", alone.Mode)
	require.Equal(t, incidents, alone.Incidents)
	require.Equal(t, worked, alone.Answered)
	require.Equal(t, incidents-worked, alone.Unanswered)
	require.Equal(t, worked, alone.TimeToAnswer.Count)
	require.GreaterOrEqual(t, alone.Pages, incidents, "each opens with a page")
	require.Nil(t, alone.Diff)
	pages, levels := 0, 0
	for _, p := range alone.ByPerson {
		pages += p.Pages
	}
	for _, l := range alone.ByLevel {
		levels += l.Incidents
	}
	require.Equal(t, alone.Pages, pages)
	require.Equal(t, incidents, levels)
	require.False(t, alone.Period.From.IsZero())

	got = exec(t, append(words, "--diff")...)
	require.Zero(t, got.code, got.err)
	require.NoError(t, json.Unmarshal([]byte(got.out), &beside))
	require.NotNil(t, beside.Diff)
	d := beside.Diff.Incidents
	require.Equal(t, incidents, d.Both)
	require.Equal(t, incidents, d.Same, "a history without pages answers when it did")
	require.True(t, beside.Diff.Pageless)
	require.Equal(t, backtest.Change{Before: 0, After: alone.Pages}, beside.Diff.Pages)
	require.Equal(t, backtest.Change{Before: incidents - worked, After: incidents - worked}, beside.Diff.Unanswered)
	var object map[string]any
	require.NoError(t, json.Unmarshal([]byte(got.out), &object))
	for _, name := range []string{"mode", "period", "inputs", "incidents", "pages", "exhausted", "unanswered", "by_person", "by_level", "by_service", "diff", "inputs_per_s"} {
		require.Contains(t, object, name)
	}
}
