package sqlite

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/archivetest"
	"tocsin.dev/internal/archive/audit"
	"tocsin.dev/pkg/events"
)

// layout1 is version 1 as it was written.
const layout1 = `
CREATE TABLE schema (version INTEGER NOT NULL);
CREATE TABLE progress (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL);
INSERT INTO progress (one, position) VALUES (1, 0);
` + facts + `
CREATE TABLE incidents (
	id       TEXT NOT NULL UNIQUE,
	service  TEXT NOT NULL,
	team     TEXT NOT NULL,
	status   TEXT NOT NULL,
	opened   INTEGER NOT NULL, -- nanoseconds since 1970, UTC
	document BLOB NOT NULL     -- the whole incident as JSON
);
CREATE INDEX incidents_opened ON incidents (opened, id);
CREATE INDEX incidents_open ON incidents (opened, id) WHERE status <> 'resolved';
INSERT INTO schema (version) VALUES (1);
PRAGMA application_id = 1953457011;
`

// old writes a file of version 1.
func old(t *testing.T, path string, batches []archivetest.Batch) {
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	_, err = db.Exec(layout1)
	require.NoError(t, err)
	tx, err := db.Begin()
	require.NoError(t, err)
	for _, b := range batches {
		for _, f := range b.Facts {
			_, err := tx.Exec(insertFact+rows(factColumns, 1), f.Key(), text(f.Subject), int64(f.IncidentSeq), events.NameOf(f.Type), nanos(f.Time), text(f.CausationID), f.Line, blob(f.Hash))
			require.NoError(t, err)
		}
		for _, in := range b.Incidents {
			document, err := json.Marshal(in)
			require.NoError(t, err)
			_, err = tx.Exec("INSERT INTO incidents VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET status = excluded.status, document = excluded.document", in.ID, in.Service, in.Team, in.Status, nanos(in.OpenedAt), document)
			require.NoError(t, err)
		}
		_, err := tx.Exec("UPDATE progress SET position = ?", int64(b.Position))
		require.NoError(t, err)
	}
	require.NoError(t, tx.Commit())
}

// TestUpgrade brings a file of version 1 up to date in place: it is what a new one would be.
func TestUpgrade(t *testing.T) {
	const each = 5
	for _, incidents := range []int{0, 1, 7, many + 10} {
		t.Run(fmt.Sprint(incidents), func(t *testing.T) {
			dir, fresh := t.TempDir(), t.TempDir()
			batches := archivetest.Batches(t, archivetest.Ledger(incidents, each), 1000)
			old(t, filepath.Join(dir, fileName), batches)

			_, err := OpenReader(filepath.Join(dir, fileName))
			require.ErrorContains(t, err, "has layout 1, and its writer has not brought it to 3")
			a, b := open(t, dir).(*Archive), open(t, fresh).(*Archive)
			defer func() { require.NoError(t, a.Close()); require.NoError(t, b.Close()) }()
			for _, one := range batches {
				require.NoError(t, b.Keep(t.Context(), one.Facts, one.Incidents, one.Position))
			}
			require.Equal(t, content(t, b), content(t, a))
			for _, q := range []archive.Query{{Text: "note 4 7", Person: "ana"}, {Service: "search"}, {Status: "all", Limit: 1000}} {
				want, err := b.Incidents(t.Context(), q)
				require.NoError(t, err)
				got, err := a.Incidents(t.Context(), q)
				require.NoError(t, err)
				require.Equal(t, want, got)
			}
			v, err := a.View(t.Context())
			require.NoError(t, err)
			defer v.Close() //nolint:errcheck // it only read
			sum, err := audit.Verify(t.Context(), v, func(f audit.Finding) { t.Error(f) })
			require.NoError(t, err)
			require.Equal(t, incidents*each, sum.Facts)

			more := archivetest.Ledger(1, 1)
			position, err := a.Position(t.Context())
			require.NoError(t, err)
			more[0].Position = position + 1
			require.NoError(t, a.Keep(t.Context(), more, nil, position+1), "and it can go on")
		})
	}
}

// TestAdopting brings a file of version 2, which knew no deeds, up to date: what stands is taken as it
// is, and from then on nothing changes unseen.
func TestAdopting(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, fileName)
	a := open(t, dir).(*Archive)
	archivetest.Kept(t, a)
	want := content(t, a)[1:]
	require.NoError(t, a.Close())
	execute(t, path, `DROP TABLE words_terms; DROP TABLE open_words_terms; DROP TABLE deeds;
		ALTER TABLE progress DROP COLUMN deeds; ALTER TABLE progress DROP COLUMN deed; ALTER TABLE progress DROP COLUMN seal;
		UPDATE schema SET version = 2`)
	_, err := OpenReader(path)
	require.ErrorContains(t, err, "has layout 2, and its writer has not brought it to 3")

	a = open(t, dir).(*Archive)
	defer func() { require.NoError(t, a.Close()) }()
	require.Equal(t, want, content(t, a)[1:])
	require.Empty(t, findings(t, path))
	require.NoError(t, a.Release(t.Context(), archivetest.ID(1)))
	n, err := a.Remove(t.Context(), archivetest.Start.AddDate(1, 0, 0), 2, archivetest.Start)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Empty(t, findings(t, path), "and it can go on")
	execute(t, path, "DELETE FROM removals WHERE id = '"+archivetest.ID(0)+"'")
	require.Equal(t, []string{"incident " + archivetest.ID(0) + ": it was removed, and what must be left of it is missing"}, findings(t, path))
}

// content is everything that a view shows, as text.
func content(t *testing.T, a *Archive) (all []string) {
	v, err := a.View(t.Context())
	require.NoError(t, err)
	defer v.Close() //nolint:errcheck // it only read
	add := func(one any) error {
		line, err := json.Marshal(one)
		all = append(all, string(line))
		return err
	}
	at, err := v.Progress(t.Context())
	require.NoError(t, err)
	require.NoError(t, add(at))
	require.NoError(t, v.Records(t.Context(), func(r archive.Record) error { return add(r) }))
	require.NoError(t, v.Facts(t.Context(), func(f archive.Fact) error { return add(f) }))
	require.NoError(t, v.Incidents(t.Context(), func(k archive.Kept) error { return add(k) }))
	return all
}
