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
	const other = ": the search index does not match its facts"
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
