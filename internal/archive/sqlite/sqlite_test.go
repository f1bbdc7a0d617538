package sqlite

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/archivetest"
)

const fileName = "archive.db"

func open(tb testing.TB, dir string) archive.Archive {
	a, err := Open(filepath.Join(dir, fileName))
	require.NoError(tb, err)
	return a
}

func read(tb testing.TB, dir string) archive.Reader {
	r, err := OpenReader(filepath.Join(dir, fileName))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, r.Close()) })
	return r
}

func TestSuite(t *testing.T) { archivetest.Run(t, open, read) }

// TestKillInMidTransaction copies the files as a kill would leave them while a transaction is
// open, and opens the copy.
func TestKillInMidTransaction(t *testing.T) {
	ctx := context.Background()
	dir, after := t.TempDir(), t.TempDir()
	a := open(t, dir).(*Archive)
	defer func() { require.NoError(t, a.Close()) }()
	all := archivetest.Batches(t, archivetest.Ledger(40, 4), 80)
	require.NoError(t, a.Keep(ctx, all[0].Facts, all[0].Incidents, all[0].Position))
	want, err := a.Digest(ctx)
	require.NoError(t, err)

	begun, err := a.writer.db.BeginTx(ctx, nil)
	require.NoError(t, err)
	open := newTx(begun, a.writer.prepared)
	require.NoError(t, archive.KeepTx(ctx, open, all[1].Facts, all[1].Incidents, all[1].Position))
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(filepath.Join(dir, fileName+suffix))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(after, fileName+suffix), b, 0o600))
	}
	require.NoError(t, begun.Rollback())

	b, err := Open(filepath.Join(after, fileName))
	require.NoError(t, err)
	defer func() { require.NoError(t, b.Close()) }()
	got, err := b.Digest(ctx)
	require.NoError(t, err)
	require.Equal(t, want, got)
	at, err := b.Position(ctx)
	require.NoError(t, err)
	require.Equal(t, all[0].Position, at)
}

func TestFilesThatAreNotOurs(t *testing.T) {
	for name, c := range map[string]struct {
		make func(t *testing.T, path string)
		want error
	}{
		"text":            {func(t *testing.T, path string) { require.NoError(t, os.WriteFile(path, make([]byte, 8192), 0o600)) }, ErrForeign},
		"another's":       {func(t *testing.T, path string) { execute(t, path, "CREATE TABLE notes (x)") }, ErrForeign},
		"marked, no more": {func(t *testing.T, path string) { execute(t, path, "CREATE TABLE notes (x); PRAGMA application_id = 7") }, ErrForeign},
		"newer": {func(t *testing.T, path string) {
			a, err := Open(path)
			require.NoError(t, err)
			require.NoError(t, a.Close())
			execute(t, path, "INSERT INTO layouts (version_id, is_applied) VALUES (99, true)")
		}, ErrNewer},
		"before the first release": {func(t *testing.T, path string) {
			execute(t, path, "CREATE TABLE schema (version INTEGER NOT NULL); PRAGMA application_id = 1953457011")
		}, ErrOlder},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), fileName)
			c.make(t, path)
			_, err := Open(path)
			require.ErrorIs(t, err, c.want)
			_, err = OpenReader(path)
			require.ErrorIs(t, err, c.want)
		})
	}
}

func execute(t *testing.T, path, statement string) {
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	_, err = db.Exec(statement)
	require.NoError(t, err)
	require.NoError(t, db.Close())
}

func TestFilesAreNotForEverybody(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir)
	defer func() { require.NoError(t, a.Close()) }()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(filepath.Join(dir, fileName+suffix))
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o007, fileName+suffix)
	}
}

func TestReaderNeedsAFile(t *testing.T) {
	_, err := OpenReader(filepath.Join(t.TempDir(), "none.db"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = Open(filepath.Join(t.TempDir(), "no folder", "none.db"))
	require.Error(t, err)
}

func TestReaderBeforeTheLayout(t *testing.T) {
	path := filepath.Join(t.TempDir(), fileName)
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	_, err := OpenReader(path)
	require.ErrorIs(t, err, os.ErrNotExist, "a writer in another process is just beginning")
}

// TestReaderWithoutWriter asks while nobody writes, and goes on when a writer comes and goes.
func TestReaderWithoutWriter(t *testing.T) {
	dir := t.TempDir()
	all := archivetest.Batches(t, archivetest.Ledger(6, 4), 12)
	a := open(t, dir)
	require.NoError(t, a.Keep(t.Context(), all[0].Facts, all[0].Incidents, all[0].Position))
	require.NoError(t, a.Close())

	r := read(t, dir)
	before, err := r.Digest(t.Context())
	require.NoError(t, err)
	a = open(t, dir)
	require.NoError(t, a.Keep(t.Context(), all[1].Facts, all[1].Incidents, all[1].Position))
	require.NoError(t, a.Close())
	after, err := r.Digest(t.Context())
	require.NoError(t, err)
	require.NotEqual(t, before, after)
}

func TestReaderCannotWrite(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir)
	defer func() { require.NoError(t, a.Close()) }()
	r := read(t, dir).(*Reader)
	_, err := r.db.Exec("DELETE FROM facts")
	require.Error(t, err)
}

func TestStrangePaths(t *testing.T) {
	for _, name := range []string{"a b.db", "per%20cent.db", "question?.db", "hash#.db", "ümlaut.db"} {
		path := filepath.Join(t.TempDir(), name)
		a, err := Open(path)
		require.NoError(t, err, name)
		require.NoError(t, a.Close())
		require.FileExists(t, path)
	}
}

// BenchmarkKeep keeps a storm of 40,000 facts of 10,000 incidents in stretches of 5,000.
func BenchmarkKeep(b *testing.B) {
	for name, withIncidents := range map[string]bool{"facts": false, "facts+incidents": true} {
		b.Run(name, func(b *testing.B) {
			all := archivetest.Batches(b, archivetest.Ledger(10_000, 4), 5000)
			kept := 0
			for b.Loop() {
				b.StopTimer()
				a := open(b, b.TempDir())
				b.StartTimer()
				for _, batch := range all {
					if !withIncidents {
						batch.Incidents = nil
					}
					require.NoError(b, a.Keep(b.Context(), batch.Facts, batch.Incidents, batch.Position))
					kept += len(batch.Facts)
				}
				b.StopTimer()
				require.NoError(b, a.Close())
				b.StartTimer()
			}
			b.ReportMetric(float64(kept)/b.Elapsed().Seconds(), "facts/s")
		})
	}
}
