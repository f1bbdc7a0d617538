package main

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/cmd/internal/assembly"
	"tocsin.dev/internal/archive/archivetest"
	kpi "tocsin.dev/internal/insight/report"
	"tocsin.dev/pkg/events"
)

func reported(t *testing.T, args ...string) (r kpi.Report) {
	t.Helper()
	code, stdout, stderr := tocsin(t, append([]string{"report", "--json"}, args...)...)
	require.Zero(t, code, stderr)
	require.Empty(t, stderr)
	require.NoError(t, json.Unmarshal([]byte(stdout), &r))
	return r
}

// TestReportOnAnArchive: the numbers of an archive are those of its export.
func TestReportOnAnArchive(t *testing.T) {
	path, _ := archived(t, archivetest.Ledger(60, 5))
	r := reported(t, "--archive", path)
	require.Equal(t, 60, r.Incidents)
	require.Equal(t, 60, r.Open)
	require.Equal(t, 60, r.TimeToAcknowledge.Count)
	require.InDelta(t, 0.003, *r.TimeToAcknowledge.P95, 1e-9)
	require.Equal(t, 60, r.Pages.FirstTry)
	require.Equal(t, 20, r.ByTeam["discovery"].Incidents)
	require.Equal(t, 1, r.People["ana"].Pages.InterruptedHours)

	lines := filepath.Join(t.TempDir(), "all.jsonl")
	code, _, stderr := tocsin(t, "archive", "export", "--archive", path, "--out", lines)
	require.Zero(t, code, stderr)
	require.Equal(t, r, reported(t, "--from-file", lines))

	folder := filepath.Dir(path) // the archive of a data folder is found there
	require.Equal(t, r, reported(t, "--data", folder))
}

// TestReportKnowsTheCatalog: zones of people, and levels that nobody came to.
func TestReportKnowsTheCatalog(t *testing.T) {
	path, _ := archived(t, archivetest.Ledger(3, 4))
	r := reported(t, "--archive", path, "--catalog", filepath.Join("..", "..", "examples", "catalog"))
	never := 0
	for _, l := range r.Policies {
		if l.Reached == 0 {
			never++
		}
	}
	require.Positive(t, never)
	code, _, stderr := tocsin(t, "report", "--archive", path, "--catalog", t.TempDir())
	require.NotZero(t, code)
	require.Contains(t, stderr, "has no .yaml file")
}

// TestReportLastWeek: alone, --week is the last whole week of an archive, and the newest incident's
// week of a file.
func TestReportLastWeek(t *testing.T) {
	path, _ := archived(t, archivetest.Ledger(3, 4))
	lines := filepath.Join(t.TempDir(), "all.jsonl")
	code, _, stderr := tocsin(t, "archive", "export", "--archive", path, "--out", lines)
	require.Zero(t, code, stderr)
	require.Equal(t, "2026-W10", reported(t, "--from-file", lines, "--week").Period.Name)
	require.Equal(t, "2026-03", reported(t, "--from-file", lines, "--month").Period.Name)
	for now, want := range map[string]string{ // the report does not start a week early or late
		"2026-03-15T23:59:59Z": "2026-W10", "2026-03-16T00:00:00Z": "2026-W11", "2026-12-31T23:59:59Z": "2026-W52", "2027-01-04T00:00:00Z": "2026-W53",
	} {
		at, err := time.Parse(time.RFC3339, now)
		require.NoError(t, err)
		got := execAt(t, at, "report", "--json", "--archive", path, "--week")
		var last kpi.Report
		require.NoError(t, json.Unmarshal([]byte(got.out), &last), got.err)
		require.Equal(t, want, last.Period.Name, now)
	}
	r := reported(t, "--archive", path, "--week=2026-W11")
	require.Zero(t, r.Incidents)
	require.Equal(t, 3, r.Previous.Incidents)
}

// TestReportOnNewerFacts: what this version does not know is left out and told.
func TestReportOnNewerFacts(t *testing.T) {
	facts := archivetest.Ledger(1, 3)
	strange := facts[2]
	strange.Type, strange.IncidentSeq, strange.Index = "dev.tocsin.incident.levitated.v1", 4, strange.Index+1
	e := events.Event{Envelope: strange.Envelope, Data: events.IncidentAnnotated{}}
	line, err := e.Encode()
	require.NoError(t, err)
	strange.Line, strange.Hash = line, archivetest.Chain(strange.Hash, line)
	path := filepath.Join(t.TempDir(), "archive.db")
	a, err := assembly.OpenArchive(t.Context(), path)
	require.NoError(t, err)
	require.NoError(t, a.Keep(context.Background(), append(facts, strange), nil, 1))
	require.NoError(t, a.Close())
	code, stdout, stderr := tocsin(t, "report", "--archive", path, "--format", "csv")
	require.Zero(t, code, stderr)
	require.Equal(t, "skipped 1 fact of types that this version does not know\n", stderr)
	require.Contains(t, stdout, ",all,,1,1,")
}
