package assembly

import (
	"context"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/archivetest"
)

func TestKeepFor(t *testing.T) {
	for text, want := range map[string]time.Duration{"": 0, "400d": 400 * 24 * time.Hour, "48h": 48 * time.Hour, "1d": 24 * time.Hour} {
		got, err := keepFor(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"0d", "0", "-3d", "1h", "400", "forever", "d", "99999999999d", "1.5d"} {
		_, err := keepFor(text)
		require.ErrorContains(t, err, "--archive-keep", text)
	}
	o := Options{HTTP: "127.0.0.1:0", NATS: "127.0.0.1:0", ArchiveKeep: "soon"}
	require.ErrorContains(t, o.Validate(), `--archive-keep "soon"`)
}

// TestArchiveSecrets: wherever an archive's name is shown, a password in it is not.
func TestArchiveSecrets(t *testing.T) {
	for name, want := range map[string]string{
		"/data/archive.db":                           "/data/archive.db",
		"postgres://u:pw@db:5432/tocsin?sslmode=off": "postgres://u@db:5432/tocsin",
		"postgresql://db/tocsin?user=u&password=pw":  "postgres://db/tocsin",
		"postgres://u:p%w@db/tocsin":                 "postgres://…",
		"postgres:///tocsin?host=/run&password=pw":   "postgres:///tocsin",
		"postgres://u:pw@/?x":                        "postgres://…",
	} {
		require.Equal(t, want, ShownArchive(name))
	}
	t.Setenv("TOCSIN_ARCHIVE", "postgres://u:pw-secret@127.0.0.1:1/tocsin")
	var o Options
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	o.Bind(flags, "127.0.0.1:0")
	require.NotContains(t, flags.FlagUsages(), "pw-secret")
	require.Equal(t, "postgres://u:pw-secret@127.0.0.1:1/tocsin", o.ArchivePath())
	_, err := OpenArchive(t.Context(), o.ArchivePath())
	require.Error(t, err)
	require.NotContains(t, err.Error(), "pw-secret")
}

func TestKindsOfArchive(t *testing.T) {
	_, err := OpenArchive(t.Context(), "mysql://u:pw@db/x")
	require.EqualError(t, err, `archive: "mysql" is no kind of archive: name a file, or postgres://…`)
	_, err = OpenArchiveReader(t.Context(), filepath.Join(t.TempDir(), "none.db"))
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// TestRemoveOld removes all that is old enough, in as many transactions as it takes.
func TestRemoveOld(t *testing.T) {
	a, err := OpenArchive(t.Context(), filepath.Join(t.TempDir(), "archive.db"))
	require.NoError(t, err)
	defer a.Close() //nolint:errcheck // the test is over
	archivetest.Fill(t, a, archivetest.Resolved(260), 1000)
	require.NoError(t, a.Hold(t.Context(), archive.Hold{Incident: archivetest.ID(3), Since: archivetest.Start}))
	n, err := removeOld(t.Context(), a, time.Hour, archivetest.Start.Add(time.Hour+250*time.Second))
	require.NoError(t, err)
	require.Equal(t, 249, n, "250 were resolved by then, one is held")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = removeOld(cancelled, a, time.Hour, archivetest.Start.Add(2*time.Hour))
	require.Error(t, err)
}
