package housekeeping

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/archivetest"
	"tocsin.dev/internal/archive/sqlite"
)

func TestParseKeep(t *testing.T) {
	for text, want := range map[string]time.Duration{"": 0, "400d": 400 * 24 * time.Hour, "48h": 48 * time.Hour, "1d": 24 * time.Hour} {
		got, err := ParseKeep(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"0d", "0", "-3d", "1h", "400", "forever", "d", "99999999999d", "1.5d"} {
		_, err := ParseKeep(text)
		require.ErrorContains(t, err, text)
	}
}

// TestRemoveOld removes everything old enough, in as many transactions as it takes.
func TestRemoveOld(t *testing.T) {
	a, err := sqlite.Open(filepath.Join(t.TempDir(), "archive.db"))
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
