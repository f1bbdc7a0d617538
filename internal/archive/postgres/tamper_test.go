package postgres

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/archivetest"
	"tocsin.dev/internal/archive/audit"
)

// scene changes an archive in a transaction that never counts.
func scene(t *testing.T, dir string) archivetest.Scene {
	conn, err := pgx.Connect(t.Context(), place(t, dir))
	require.NoError(t, err)
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close(context.Background())) })
	return archivetest.Scene{
		Exec: func(statement string) {
			_, err := tx.Exec(t.Context(), statement)
			require.NoError(t, err)
		},
		Verify: func() []string { return verify(t, &view{tx}) },
	}
}

func verify(t *testing.T, v archive.View) (found []string) {
	_, err := audit.Verify(t.Context(), v, func(f audit.Finding) { found = append(found, f.String()) })
	require.NoError(t, err)
	return found
}

// findings checks the database at that address.
func findings(t *testing.T, at string) []string {
	r, err := OpenReader(t.Context(), at)
	require.NoError(t, err)
	defer r.Close() //nolint:errcheck // it only read
	v, err := r.View(t.Context())
	require.NoError(t, err)
	defer v.Close() //nolint:errcheck // as above
	return verify(t, v)
}

func TestTampers(t *testing.T) {
	needServer(t)
	archivetest.Tampers(t, open, scene, "tocsin_")
}

// TestTampersWithWords changes what searches go by; other stores keep it otherwise.
func TestTampersWithWords(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir).(*Archive)
	archivetest.Kept(t, a)
	require.NoError(t, a.Close())
	of3 := " WHERE id = '" + archivetest.ID(3) + "'"
	const other = ": a search finds it by other words than it has"
	for name, c := range map[string]struct{ statement, want string }{
		"other words":   {"UPDATE tocsin_incidents SET terms = array_to_tsvector('{ghost}')" + of3, "incident " + archivetest.ID(3) + other},
		"no words":      {"UPDATE tocsin_incidents SET terms = ''" + of3, "incident " + archivetest.ID(3) + other},
		"one less":      {"UPDATE tocsin_incidents SET terms = ts_delete(terms, 'incident')" + of3, "incident " + archivetest.ID(3) + other},
		"index of them": {"DROP INDEX tocsin_incidents_terms", "the index tocsin_incidents_terms is missing"},
		"key of ids":    {"ALTER TABLE tocsin_incidents DROP CONSTRAINT tocsin_incidents_id_key", "the index tocsin_incidents_id_key is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			s := scene(t, dir)
			s.Exec(c.statement)
			require.Contains(t, strings.Join(s.Verify(), "\n"), c.want)
		})
	}
}

// TestAdopting brings tables up to date that are older than deeds: what stands is taken as it is, and
// from then on nothing changes unseen.
func TestAdopting(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir).(*Archive)
	archivetest.Kept(t, a)
	want, err := a.Digest(t.Context())
	require.NoError(t, err)
	require.NoError(t, a.Close())
	at := place(t, dir)
	for _, back := range []string{
		"DROP TABLE tocsin_deeds",
		"ALTER TABLE tocsin_progress DROP COLUMN deeds, DROP COLUMN deed, DROP COLUMN seal",
		"DELETE FROM tocsin_versions WHERE version_id > 1",
	} {
		tamper(t, at, back)
	}
	_, err = OpenReader(t.Context(), at)
	require.ErrorContains(t, err, "has not brought it from layout 1 to 3 yet")

	a = open(t, dir).(*Archive)
	got, err := a.Digest(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Empty(t, findings(t, at))
	require.NoError(t, a.Release(t.Context(), archivetest.ID(1)))
	n, err := a.Remove(t.Context(), archivetest.Start.AddDate(1, 0, 0), 2, archivetest.Start)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Empty(t, findings(t, at), "and it can go on")
	tamper(t, at, "DELETE FROM tocsin_removals WHERE id = $1", archivetest.ID(0))
	require.Equal(t, []string{"incident " + archivetest.ID(0) + ": it was removed, and what must be left of it is missing"}, findings(t, at))
	require.NoError(t, a.Close())
}
