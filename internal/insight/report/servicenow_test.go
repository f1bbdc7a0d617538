package report_test

import (
	"database/sql"
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // registers the driver "sqlite"

	"tocsin.dev/internal/insight/history"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/insight/report"
	"tocsin.dev/pkg/events"
	"tocsin.dev/test/corpus"
)

// raw loads the rows into SQLite as they stand, every cell a text.
func raw(t *testing.T, path string) *sql.DB {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	db, err := sql.Open("sqlite", ":memory:")
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	_, err = db.Exec("CREATE TABLE raw (" + strings.Join(rows[0], " TEXT, ") + " TEXT)")
	require.NoError(t, err)
	tx, err := db.Begin()
	require.NoError(t, err)
	insert, err := tx.Prepare("INSERT INTO raw VALUES (?" + strings.Repeat(", ?", len(rows[0])-1) + ")")
	require.NoError(t, err)
	for _, row := range rows[1:] {
		cells := make([]any, len(row))
		for i := range row {
			cells[i] = row[i]
		}
		_, err := insert.Exec(cells...)
		require.NoError(t, err)
	}
	require.NoError(t, tx.Commit())
	_, err = db.Exec(lives)
	require.NoError(t, err)
	return db
}

// lives computes the incidents from the rows by plain SQL, without any of the code under test. Times
// are seconds.
const lives = `
CREATE TABLE steps AS SELECT number, incident_state, assignment_group, category, priority, made_sla, reopen_count, reassignment_count,
  unixepoch(substr(sys_updated_at, 7, 4) || '-' || substr(sys_updated_at, 4, 2) || '-' || substr(sys_updated_at, 1, 2) || substr(sys_updated_at, 11)) AS at,
  unixepoch(substr(opened_at, 7, 4) || '-' || substr(opened_at, 4, 2) || '-' || substr(opened_at, 1, 2) || substr(opened_at, 11)) AS opened,
  CASE resolved_at WHEN '?' THEN NULL ELSE
    unixepoch(substr(resolved_at, 7, 4) || '-' || substr(resolved_at, 4, 2) || '-' || substr(resolved_at, 1, 2) || substr(resolved_at, 11)) END AS said,
  CAST(sys_mod_count AS INT) AS n, CAST(reopen_count AS INT) AS reopened,
  incident_state IN ('Resolved', 'Closed') AS over, incident_state NOT IN ('Resolved', 'Closed', '-100', '?') AS live
FROM raw;
CREATE INDEX step ON steps (number, at, n);
CREATE TABLE life AS
WITH whole AS (
  SELECT number, min(opened) AS opened,
    min(CASE WHEN incident_state NOT IN ('New', 'Resolved', 'Closed', '-100', '?') THEN at END) AS worked,
    max(said) AS said,
    max(CASE WHEN live THEN at END) AS alive,
    max(CAST(reopen_count AS INT)) AS reopenings, max(CAST(reassignment_count AS INT)) > 0 AS escalated
  FROM steps GROUP BY number)
SELECT number,
  max(0, worked - opened) AS acknowledge,
  max(0, coalesce(said, (SELECT min(at) FROM steps s WHERE s.number = w.number AND over AND at >= coalesce(alive, 0) AND s.reopened = w.reopenings)) - opened) AS resolve,
  reopenings, escalated,
  (SELECT made_sla FROM steps s WHERE s.number = w.number ORDER BY at DESC, reopened DESC, over DESC, n DESC LIMIT 1) AS made,
  'P' || (SELECT substr(priority, 1, 1) FROM steps s WHERE s.number = w.number ORDER BY at DESC, reopened DESC, over DESC, n DESC LIMIT 1) AS priority,
  coalesce((SELECT replace(lower(assignment_group), ' ', '-') FROM steps s WHERE s.number = w.number AND assignment_group <> '?' ORDER BY at DESC, reopened DESC, over DESC, n DESC LIMIT 1), 'none') AS team,
  coalesce((SELECT replace(lower(category), ' ', '-') FROM steps s WHERE s.number = w.number AND category <> '?' ORDER BY at, reopened, over, n LIMIT 1), 'unclassified') AS service,
  strftime('%G-W%V', opened, 'unixepoch') AS week
FROM whole w;`

// sqlTimes is the summary of one column, percentiles by nearest rank.
func sqlTimes(t *testing.T, db *sql.DB, column, where string, args ...any) measure.Times {
	query := fmt.Sprintf(`
WITH ranked AS (SELECT %[1]s AS v, row_number() OVER (ORDER BY %[1]s) AS rank, count(*) OVER () AS n FROM life WHERE %[1]s IS NOT NULL AND %[2]s)
SELECT count(*), round(avg(v), 3),
  max(CASE WHEN rank = (n * 50 + 99) / 100 THEN v END), max(CASE WHEN rank = (n * 90 + 99) / 100 THEN v END), max(CASE WHEN rank = (n * 95 + 99) / 100 THEN v END)
FROM ranked`, column, where)
	var got measure.Times
	require.NoError(t, db.QueryRow(query, args...).Scan(&got.Count, &got.Mean, &got.P50, &got.P90, &got.P95))
	return got
}

func sqlCount(t *testing.T, db *sql.DB, what, where string, args ...any) (n int) {
	require.NoError(t, db.QueryRow("SELECT coalesce("+what+", 0) FROM life WHERE "+where, args...).Scan(&n))
	return n
}

func compareNumbers(t *testing.T, db *sql.DB, n report.Numbers, where string, args ...any) {
	t.Helper()
	require.Equal(t, sqlCount(t, db, "count(*)", where, args...), n.Incidents)
	require.Equal(t, sqlTimes(t, db, "acknowledge", where, args...), n.TimeToAcknowledge)
	require.Equal(t, sqlTimes(t, db, "resolve", where, args...), n.TimeToResolve)
	escalated := sqlCount(t, db, "sum(escalated)", where, args...)
	require.Equal(t, escalated, n.Escalated)
	require.InDelta(t, float64(escalated)/float64(n.Incidents), *n.EscalationRate, 1e-12)
	require.Equal(t, sqlCount(t, db, "sum(reopenings > 0)", where, args...), n.Reopened)
	require.Equal(t, sqlCount(t, db, "sum(reopenings)", where, args...), n.Reopenings)
	require.Equal(t, sqlCount(t, db, "sum(made = 'TRUE')", where, args...), n.Targets.Resolution.Met)
	require.Equal(t, sqlCount(t, db, "sum(made = 'FALSE')", where, args...), n.Targets.Resolution.Breached)
}

func collected(t *testing.T, path string) []*report.Incident {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	all, err := history.ServiceNow(f, history.Options{})
	require.NoError(t, err)
	var c report.Collector
	var asDone history.AsDone
	for _, e := range all {
		// There and back, as a file between the two commands has it.
		line, err := e.Encode()
		require.NoError(t, err)
		e, err = events.Decode(line)
		require.NoError(t, err)
		require.NoError(t, asDone.Add(e, c.Add))
	}
	require.Zero(t, c.Unknown())
	return c.Incidents()
}

// TestAgainstSQL: the KPIs of a real history are those that SQL computes from its raw rows.
func TestAgainstSQL(t *testing.T) {
	path := corpus.Path(t, corpus.ServiceNow)
	db := raw(t, path)
	incidents := collected(t, path)
	r, err := report.Make(incidents, report.Options{})
	require.NoError(t, err)
	require.Equal(t, 437, r.Incidents)
	compareNumbers(t, db, r.Numbers, "true")

	for column, groups := range map[string]map[string]report.Numbers{
		"priority": r.ByPriority, "team": r.ByTeam, "service": r.ByService, "week": r.ByWeek,
	} {
		require.Equal(t, sqlCount(t, db, "count(DISTINCT "+column+")", "true"), len(groups), column)
		for name, n := range groups {
			t.Run(column+" "+name, func(t *testing.T) { compareNumbers(t, db, n, column+" = ?", name) })
		}
	}
	for _, p := range []string{"2016-W09", "2016-W08"} {
		if sqlCount(t, db, "count(*)", "week = ?", p) == 0 {
			continue
		}
		period, err := measure.ParseWeek(p, time.UTC)
		require.NoError(t, err)
		one, err := report.Make(incidents, report.Options{Period: period, Team: "group-70"})
		require.NoError(t, err)
		compareNumbers(t, db, one.Numbers, "week = ? AND team = 'group-70'", p)
	}
}
