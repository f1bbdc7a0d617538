package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/archivetest"
	"tocsin.dev/internal/archive/audit"
	"tocsin.dev/internal/archive/sqlite"
)

// exec changes a database behind the archive's back.
func tamper(t *testing.T, at, statement string, args ...any) {
	conn, err := pgx.Connect(t.Context(), at)
	require.NoError(t, err)
	defer conn.Close(context.Background()) //nolint:errcheck // nothing hangs on it
	_, err = conn.Exec(t.Context(), statement, args...)
	require.NoError(t, err)
}

func opened(t *testing.T, at string) *Archive {
	a, err := Open(t.Context(), at)
	require.NoError(t, err)
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// TestOneWriter: a second recorder is told so, and takes over when the first one is gone.
func TestOneWriter(t *testing.T) {
	at := database(t)
	a := opened(t, at)
	cfg, err := parse(at)
	require.NoError(t, err)
	_, err = openWriter(t.Context(), cfg.ConnConfig, 0)
	require.ErrorIs(t, err, ErrWriting)
	require.NoError(t, a.Close())
	b := opened(t, at)
	_, err = b.Position(t.Context())
	require.NoError(t, err)
}

// TestLostConnection: with its connection the lock is gone, and nothing is written without it.
func TestLostConnection(t *testing.T) {
	at := database(t)
	a := opened(t, at)
	all := archivetest.Batches(t, archivetest.Ledger(4, 4), 7)
	keep := func(n int) error {
		return a.Keep(t.Context(), all[n].Facts, all[n].Incidents, all[n].Position)
	}
	require.NoError(t, keep(0))
	tamper(t, at, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid() AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
	require.Error(t, keep(1), "it broke in the middle")
	require.NoError(t, keep(1), "and is made anew, with the lock")

	tamper(t, at, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid() AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
	require.Error(t, keep(2))
	other := opened(t, at)
	require.ErrorIs(t, keep(2), ErrWriting)
	require.NoError(t, other.Keep(t.Context(), all[2].Facts, all[2].Incidents, all[2].Position))
}

func TestTablesThatAreNotOurs(t *testing.T) {
	at := database(t)
	_, err := OpenReader(t.Context(), at)
	require.ErrorIs(t, err, fs.ErrNotExist, "its writer has not come yet")
	require.NoError(t, opened(t, at).Close())
	tamper(t, at, "INSERT INTO tocsin_layouts (version_id, is_applied) VALUES (99, true)")
	_, err = OpenReader(t.Context(), at)
	require.ErrorIs(t, err, ErrNewer)
	_, err = Open(t.Context(), at)
	require.ErrorIs(t, err, ErrNewer)

	old := database(t)
	tamper(t, old, "CREATE TABLE tocsin_versions (version_id bigint)")
	_, err = OpenReader(t.Context(), old)
	require.ErrorIs(t, err, ErrOlder)
	_, err = Open(t.Context(), old)
	require.ErrorIs(t, err, ErrOlder)

	conn, err := pgx.Connect(t.Context(), address("postgres"))
	require.NoError(t, err)
	defer conn.Close(context.Background()) //nolint:errcheck // nothing hangs on it
	_, err = conn.Exec(t.Context(), "CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0")
	require.NoError(t, err)
	_, err = Open(t.Context(), address("ascii"))
	require.ErrorIs(t, err, ErrEncoding)
}

func TestReaderCannotWrite(t *testing.T) {
	at := database(t)
	a := opened(t, at)
	_, err := a.Reader.pool.Exec(t.Context(), "DELETE FROM tocsin_facts")
	require.ErrorContains(t, err, "read-only transaction")
}

// TestSecrets: a password is in no error, wherever it stands in the address and whatever is wrong.
func TestSecrets(t *testing.T) {
	const secret = "open-sesame"
	for _, at := range []string{
		"postgres://u:" + secret + "@127.0.0.1:1/x?connect_timeout=1",
		"postgres://u@127.0.0.1:1/x?connect_timeout=1&password=" + secret,
		"postgres://u:" + secret + "%zz@127.0.0.1/x",
		"postgres://u:" + secret + "@127.0.0.1:port/x",
		"postgres://u:a@" + secret + ":x@127.0.0.1/x",
		"postgres://u:" + secret + "@[::1/x",
		"postgres://u:" + secret + "@127.0.0.1:1/x?sslmode=" + secret,
		"user=u password=" + secret + " host=127.0.0.1",
	} {
		for _, open := range []func() error{
			func() error { _, err := Open(t.Context(), at); return err },
			func() error { _, err := OpenReader(t.Context(), at); return err },
			func() error { _, err := OpenKeeper(t.Context(), at); return err },
		} {
			err := open()
			require.Error(t, err)
			require.NotContains(t, fmt.Sprintf("%v %+v %q", err, err, err), secret)
			for ; err != nil; err = errors.Unwrap(err) {
				require.NotContains(t, err.Error(), secret)
			}
		}
	}
}

// TestPasswordsFromOutside: the address need not hold one.
func TestPasswordsFromOutside(t *testing.T) {
	at, err := url.Parse(database(t))
	require.NoError(t, err)
	at.User = url.User(superuser)
	t.Setenv("PGPASSFILE", filepath.Join(t.TempDir(), "none"))
	_, err = Open(t.Context(), at.String())
	require.ErrorContains(t, err, "password")

	t.Setenv("PGPASSWORD", password)
	require.NoError(t, opened(t, at.String()).Close())

	t.Setenv("PGPASSWORD", "")
	file := filepath.Join(t.TempDir(), "pgpass")
	require.NoError(t, os.WriteFile(file, []byte("*:*:*:"+superuser+":"+password+"\n"), 0o600))
	t.Setenv("PGPASSFILE", file)
	require.NoError(t, opened(t, at.String()).Close())

	t.Setenv("PGPASSFILE", "")
	t.Setenv("PGPASSWORD", "wrong-one")
	_, err = Open(t.Context(), at.String())
	require.ErrorContains(t, err, "password authentication failed")
	require.NotContains(t, err.Error(), "wrong-one")
}

// TestMonths: a fact of any instant finds a partition, and the one after the newest is made ahead.
func TestMonths(t *testing.T) {
	at := database(t)
	a := opened(t, at)
	facts := archivetest.Ledger(1, 8)
	for i, when := range []string{
		"0001-01-01T00:00:00Z", "1999-12-31T23:59:59Z", "2000-01-01T00:00:00Z", "2024-02-29T12:00:00+14:00", "2026-12-31T23:59:59.999999999Z",
		"2199-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
	} {
		var err error
		facts[i].Time, err = time.Parse(time.RFC3339Nano, when)
		require.NoError(t, err)
	}
	require.NoError(t, a.Keep(t.Context(), facts[:5], nil, facts[4].Position))
	for i := range facts[5:] {
		facts[5+i].Position += 10
	}
	require.NoError(t, a.Keep(t.Context(), facts[5:], nil, 100))
	told, err := a.Timeline(t.Context(), archivetest.ID(0), 0)
	require.NoError(t, err)
	require.Len(t, told, 8)
	rows, err := a.Reader.pool.Query(t.Context(), "SELECT c.relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid JOIN pg_class p ON p.oid = inhparent WHERE p.relname = 'tocsin_facts' ORDER BY 1")
	require.NoError(t, err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Equal(t, strings.Fields("tocsin_facts_2000_01 tocsin_facts_2024_02 tocsin_facts_2026_12 tocsin_facts_2027_01 tocsin_facts_2199_12 tocsin_facts_after tocsin_facts_before"), names)
}

// TestSameAsSQLite: equal ledgers have equal digests and equal lists, whatever keeps them.
func TestSameAsSQLite(t *testing.T) {
	facts := archivetest.Resolved(60)
	a := opened(t, database(t))
	b, err := sqlite.Open(filepath.Join(t.TempDir(), "archive.db"))
	require.NoError(t, err)
	defer b.Close() //nolint:errcheck // the test is over
	archivetest.Fill(t, a, facts, 17)
	archivetest.Fill(t, b, facts, 100)
	same := func() {
		want, err := b.Digest(t.Context())
		require.NoError(t, err)
		got, err := a.Digest(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, got)
		for _, q := range []archive.Query{{Status: "all", Limit: 1000}, {Text: "incident 4"}, {Status: "resolved", Service: "search", Person: "ana"}} {
			want, err := b.Incidents(t.Context(), q)
			require.NoError(t, err)
			got, err := a.Incidents(t.Context(), q)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	}
	same()
	for _, k := range []archive.Keeper{a, b} {
		n, err := k.Remove(t.Context(), archivetest.Start.Add(20*time.Second), 100, archivetest.Start)
		require.NoError(t, err)
		require.Equal(t, 20, n)
	}
	same()
}

// TestDamage: what was changed or taken away in the database is named.
func TestDamage(t *testing.T) {
	at := database(t)
	a := opened(t, at)
	archivetest.Fill(t, a, archivetest.Ledger(5, 4), 7)
	verify := func() (found []string) {
		v, err := a.View(t.Context())
		require.NoError(t, err)
		defer v.Close() //nolint:errcheck // it only read
		_, err = audit.Verify(t.Context(), v, func(f audit.Finding) { found = append(found, f.String()) })
		require.NoError(t, err)
		return found
	}
	require.Empty(t, verify())
	tamper(t, at, "UPDATE tocsin_facts SET line = set_byte(line, 40, get_byte(line, 40) # 1) WHERE id = 1::bigint << 20 | 6")
	require.Equal(t, []string{"incident " + archivetest.ID(1) + ", fact 2, record 1, line 7: its hash does not match its line and the facts before it: one of them was changed"}, verify())
	tamper(t, at, "DELETE FROM tocsin_facts WHERE id = 1::bigint << 20 | 6")
	require.Equal(t, []string{
		"incident " + archivetest.ID(1) + ", fact 2: it is missing; the next one is in record 2", "record 1, line 7: the fact is missing",
	}, verify())
	tamper(t, at, "UPDATE tocsin_incidents SET document = replace(document::text, 'P1', 'P5')::json WHERE id = $1", archivetest.ID(3))
	require.Contains(t, verify(), "incident "+archivetest.ID(3)+": its document does not match its facts: priority")
}
