package assembly

import (
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
)

func TestArchiveKeepIsChecked(t *testing.T) {
	o := Options{HTTP: "127.0.0.1:0", NATS: "127.0.0.1:0", ArchiveKeep: "soon"}
	require.ErrorContains(t, o.Validate(), `--archive-keep or TOCSIN_ARCHIVE_KEEP: "soon"`)
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
	require.EqualError(t, err, `archive: "mysql" is not supported: use the name of a file, or postgres://…`)
	_, err = OpenArchiveReader(t.Context(), filepath.Join(t.TempDir(), "none.db"))
	require.ErrorIs(t, err, fs.ErrNotExist)
}
