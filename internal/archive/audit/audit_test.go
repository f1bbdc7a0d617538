package audit

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/archivetest"
	"tocsin.dev/internal/archive/sqlite"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// fixture is an archive in a file that the test tampers with.
type fixture struct {
	*testing.T
	path string
	*sqlite.Archive
}

func build(t *testing.T, facts []archive.Fact) fixture {
	h := fixture{T: t, path: filepath.Join(t.TempDir(), "archive.db")}
	a, err := sqlite.Open(h.path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Close()) })
	h.Archive = a
	archivetest.Fill(t, a, facts, max(20, len(facts)/4))
	return h
}

func (h fixture) exec(statement string, args ...any) {
	db, err := sql.Open("sqlite", h.path)
	require.NoError(h, err)
	defer db.Close()
	done, err := db.Exec(statement, args...)
	require.NoError(h, err)
	n, err := done.RowsAffected()
	require.NoError(h, err)
	require.Positive(h, n, "the test changed nothing")
}

func (h fixture) verify(shard int) (found []string) {
	v, err := h.View(h.Context())
	require.NoError(h, err)
	defer v.Close() //nolint:errcheck // it only read
	sum, err := verify(h.Context(), v, func(f Finding) { found = append(found, f.String()) }, shard)
	require.NoError(h, err)
	require.Equal(h, len(found), sum.Findings)
	return found
}

func TestSoundArchive(t *testing.T) {
	h := build(t, archivetest.Resolved(40))
	for _, shard := range []int{1, 7, shard} {
		require.Empty(t, h.verify(shard), "in shards of %d", shard)
	}
	n, err := h.Remove(t.Context(), archivetest.Start.Add(10*time.Second), 100, archivetest.Start)
	require.NoError(t, err)
	require.Equal(t, 10, n)
	require.Empty(t, h.verify(shard), "what was removed is not missing")
}

// TestDamage changes one thing and expects a finding with its incident, fact and place.
func TestDamage(t *testing.T) {
	id := archivetest.ID
	// Ledger(5, 4): seven facts in a record; fact 2 of incident 1 is the seventh, the last of record 1.
	const line2of1 = "id = 1<<20 | 6"
	for name, c := range map[string]struct {
		statement string
		want      []string
	}{
		"a bit of a line": {
			"UPDATE facts SET line = CAST(replace(CAST(line AS TEXT), 'page.requested', 'page.requestee') AS BLOB) WHERE " + line2of1,
			[]string{"incident " + id(1) + ", fact 2, record 1, line 7: its hash does not match its line and the facts before it: one of them was changed"},
		},
		"a bit of a hash": {
			"UPDATE facts SET hash = x'00' || substr(hash, 2) WHERE " + line2of1,
			[]string{"incident " + id(1) + ", fact 2, record 1, line 7: its hash does not match its line and the facts before it: one of them was changed"},
		},
		"a fact is missing": {
			"DELETE FROM facts WHERE " + line2of1,
			[]string{"incident " + id(1) + ", fact 2: it is missing; the next one is in record 2", "record 1, line 7: the fact is missing"},
		},
		"the last fact is missing": {
			"DELETE FROM facts WHERE id = (SELECT max(id) FROM facts)",
			[]string{"incident " + id(4) + ", fact 4: it is missing at the end of the timeline", "record 3, line 6: the fact is missing"},
		},
		"its number": {
			"UPDATE facts SET seq = 7 WHERE " + line2of1,
			[]string{"incident " + id(1) + ", fact 7, record 1, line 7: it follows fact 1, as it does in the ledger"},
		},
		"its time":  {"UPDATE facts SET at = at + 1000000 WHERE " + line2of1, []string{"incident " + id(1) + ", fact 2, record 1, line 7: its time is kept as"}},
		"its name":  {"UPDATE facts SET name = 'page.delivered' WHERE " + line2of1, []string{"line 7: its name is kept as \"page.delivered\""}},
		"its cause": {"UPDATE facts SET cause = 'x' WHERE " + line2of1, []string{"line 7: its cause is kept as \"x\""}},
		"its incident": {
			"UPDATE facts SET incident = 'x' WHERE " + line2of1, []string{"incident " + id(1) + ", fact 2: it is missing", "incident x, fact 2, record 1, line 7"},
		},
		"a document": {
			`UPDATE incidents SET document = json_set(CAST(document AS TEXT), '$.priority', 'P5') WHERE id = '` + id(3) + "'",
			[]string{"incident " + id(3) + ": its document does not match its facts: priority"},
		},
		"an older document": {
			`UPDATE incidents SET document = json_set(CAST(document AS TEXT), '$.seq', 2) WHERE id = '` + id(3) + "'",
			[]string{"incident " + id(3) + ": its document does not match its facts: seq"},
		},
		"no document":               {"DELETE FROM incidents WHERE id = '" + id(3) + "'", []string{"incident " + id(3) + ": it has facts and no document"}},
		"a broken document":         {"UPDATE incidents SET document = x'ff' WHERE id = '" + id(3) + "'", []string{"incident " + id(3) + ": its document cannot be read"}},
		"columns for lists":         {"UPDATE incidents SET service = 'x' WHERE id = '" + id(3) + "'", []string{"incident " + id(3) + ": its columns do not match its document"}},
		"search terms":              {"UPDATE incidents SET told = 'x' WHERE id = '" + id(3) + "'", []string{"incident " + id(3) + ": its search terms do not match its facts"}},
		"resolved at":               {"UPDATE incidents SET resolved = 1000000000 WHERE id = '" + id(3) + "'", []string{"incident " + id(3) + ": it is kept as resolved at"}},
		"its place in lists":        {"UPDATE incidents SET place = place + (1 << 21) WHERE id = '" + id(3) + "'", []string{"incident " + id(3) + ": its place in lists is not at", "incident " + id(3) + ": the search index does not have it"}},
		"words of it":               {"DELETE FROM words WHERE rowid = (SELECT place FROM incidents WHERE id = '" + id(3) + "')", []string{"incident " + id(3) + ": the search index does not have it"}},
		"open words of it":          {"DELETE FROM open_words WHERE rowid = (SELECT place FROM incidents WHERE id = '" + id(3) + "')", []string{"incident " + id(3) + ": the search index of open incidents does not have it"}},
		"index without an incident": {"INSERT INTO words (rowid, terms) VALUES (77, 'ghost')", []string{"the search index has a row without an incident: 77"}},
		"a removal of another":      {"INSERT INTO removals (id, at, seq, document, taken) VALUES ('x', 1, 1, '{}', x'')", []string{"incident x: the archive has a removal of it, and the chain has none"}},
		"all of an incident":        {"DELETE FROM facts WHERE incident = '" + id(3) + "'", []string{"incident " + id(3) + ": it has a document and no facts", "record 1, line 4: the fact is missing", "record 2, line 2: the fact is missing", "record 2, line 7: the fact is missing", "record 3, line 5: the fact is missing"}},
		"a record":                  {"DELETE FROM chain WHERE n = 2", []string{"record 3: entry 3 of the chain (record) does not follow the one before it", "record 2, line 1: the chain has no such record"}},
		"the newest record":         {"DELETE FROM chain WHERE n = 3", []string{"the chain must end with entry 3 at record 3, but it ends with entry 2 at record 2"}},
		"the sum of a record":       {"UPDATE chain SET sum = zeroblob(32) WHERE n = 2", []string{"record 2: entry 2 of the chain (record) does not follow the one before it"}},
		"the count of a record":     {"UPDATE chain SET facts = facts - 1 WHERE n = 2", []string{"record 2: it has the wrong number of facts"}},
		"the position":              {"UPDATE head SET position = 2", []string{"the chain must end with entry 3 at record 2, but it ends with entry 3 at record 3"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t, archivetest.Ledger(5, 4))
			h.exec(c.statement)
			found := strings.Join(h.verify(shard), "\n")
			for _, want := range c.want {
				require.Contains(t, found, want)
			}
		})
	}
}

// TestEveryBit flips random bits and deletes random rows, one at a time: the findings name each place.
func TestEveryBit(t *testing.T) {
	t.Parallel()
	draw := rand.New(rand.NewPCG(7, 7))
	facts := withLoneFacts(archivetest.Ledger(6, 4))
	h := build(t, facts)
	require.Empty(t, h.verify(shard))
	for range 40 {
		f := facts[draw.IntN(len(facts))]
		place := f.Position<<20 | uint64(f.Index)
		if draw.IntN(4) == 0 {
			_, err := open(t, h.path).Exec("CREATE TABLE saved AS SELECT * FROM facts WHERE id = ?", place)
			require.NoError(t, err)
			h.exec("DELETE FROM facts WHERE id = ?", place)
			found := strings.Join(h.verify(shard), "\n")
			require.Contains(t, found, fmt.Sprintf("record %d, line %d: the fact is missing", f.Position, f.Index+1))
			h.exec("INSERT INTO facts SELECT * FROM saved")
			_, err = open(t, h.path).Exec("DROP TABLE saved")
			require.NoError(t, err)
			continue
		}
		line := append([]byte{}, f.Line...)
		line[draw.IntN(len(line))] ^= 1 << draw.IntN(8)
		h.exec("UPDATE facts SET line = ? WHERE id = ?", line, place)
		found := strings.Join(h.verify(shard), "\n")
		require.Contains(t, found, fmt.Sprintf("record %d", f.Position), "%s", line)
		if f.Subject != "" {
			require.Contains(t, found, fmt.Sprintf("incident %s, fact %d, record %d, line %d", f.Subject, f.IncidentSeq, f.Position, f.Index+1))
		}
		h.exec("UPDATE facts SET line = ? WHERE id = ?", f.Line, place)
	}
	require.Empty(t, h.verify(shard), "everything was restored")
}

func open(t *testing.T, path string) *sql.DB {
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// withLoneFacts appends a record of two facts without an incident.
func withLoneFacts(facts []archive.Fact) []archive.Fact {
	for n := range 2 {
		e := events.New(events.CatalogRevised{})
		e.ID, e.Source, e.Time = fmt.Sprint("lone", n), "tocsin/engine", archivetest.Start
		line, err := e.Encode()
		if err != nil {
			panic(err) // our own words always encode
		}
		facts = append(facts, archive.Fact{Envelope: e.Envelope, Position: 1000, Index: n, Line: line})
	}
	return facts
}

// TestRenewals checks that renewals change documents although they are not part of a timeline.
func TestRenewals(t *testing.T) {
	facts := archivetest.Ledger(2, 2)
	h := build(t, facts)
	now, err := h.Incident(t.Context(), archivetest.ID(1))
	require.NoError(t, err)
	e := events.New(events.AlertRenewed{Incident: now.ID, Key: now.Alerts[0].Key, EndsAt: archivetest.Start.Add(time.Hour)})
	e.ID, e.Source, e.Time = "renewal", "tocsin/engine", archivetest.Start
	line, err := e.Encode()
	require.NoError(t, err)
	f := archive.Fact{Envelope: e.Envelope, Position: 50, Line: line}
	require.NoError(t, h.Keep(t.Context(), []archive.Fact{f}, []archive.Incident{timeline.Fold(now, e)}, 50))
	for _, shard := range []int{1, 100} {
		require.Empty(t, h.verify(shard))
	}
	h.exec("DELETE FROM facts WHERE id = 50 << 20")
	require.Contains(t, strings.Join(h.verify(shard), "\n"), "incident "+now.ID+": its document does not match its facts: alerts")
}

// TestGapThatTheLedgerHas distinguishes a gap of the ledger from a loss in the archive.
func TestGapThatTheLedgerHas(t *testing.T) {
	facts := archivetest.Ledger(1, 4)
	facts = append(facts[:2:2], facts[3])
	facts[2].Hash = archivetest.Chain(facts[1].Hash, facts[2].Line)
	h := build(t, facts)
	require.Equal(t, []string{"incident " + archivetest.ID(0) + ", fact 4, record 1, line 4: it follows fact 2, as it does in the ledger"}, h.verify(shard)[:1])
}

func TestFindingsAreBounded(t *testing.T) {
	t.Parallel()
	h := build(t, archivetest.Ledger(MaxFindings/4+1, 4))
	h.exec("UPDATE facts SET line = x'00'")
	require.Len(t, h.verify(shard), MaxFindings)
}

func TestCancelled(t *testing.T) {
	h := build(t, archivetest.Ledger(60, 4))
	v, err := h.View(t.Context())
	require.NoError(t, err)
	defer v.Close() //nolint:errcheck // it only read
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Verify(ctx, v, func(f Finding) { t.Error(f) })
	require.ErrorIs(t, err, context.Canceled)
}
