package housekeeping

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"tocsin.dev/internal/archive/archivetest"
	"tocsin.dev/internal/archive/sqlite"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/live"
	"tocsin.dev/internal/insight/report"
)

// filled returns an archive with thirty incidents of two teams on Monday, 2 March 2026.
func filled(t *testing.T) *sqlite.Archive {
	a, err := sqlite.Open(filepath.Join(t.TempDir(), "archive.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Close()) })
	for _, b := range archivetest.Batches(t, archivetest.Ledger(30, 4), 50) {
		require.NoError(t, a.Keep(t.Context(), b.Facts, b.Incidents, b.Position))
	}
	return a
}

func noCatalog() *catalog.Catalog { return nil }

func noOptions() report.Options { return live.Options(nil) }

func listed(t *testing.T, dir string) []string {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestWeekly(t *testing.T) {
	berlin, err := ParseWeekly("Mon 06:30 Europe/Berlin")
	require.NoError(t, err)
	for now, want := range map[string]string{
		"2026-03-09T05:29:59Z": "2026-03-02T05:30:00Z", "2026-03-09T05:30:00Z": "2026-03-09T05:30:00Z", "2026-03-15T23:00:00Z": "2026-03-09T05:30:00Z",
		"2026-03-30T04:30:00Z": "2026-03-30T04:30:00Z", // summer time since the day before
	} {
		at, err := time.Parse(time.RFC3339, now)
		require.NoError(t, err)
		require.Equal(t, want, berlin.last(at).UTC().Format(time.RFC3339), now)
	}
	for _, wrong := range []string{"", "Mon", "Moon 06:30", "Mon 25:00", "Mon 06:30 Nowhere/Land", "Mon 06:30 UTC x"} {
		_, err := ParseWeekly(wrong)
		require.Error(t, err, wrong)
	}
}

// TestReviewsAreWrittenOnce follows the clock over weeks, restarts and an absence.
func TestReviewsAreWrittenOnce(t *testing.T) {
	at, err := ParseWeekly("Mon 06:30 Europe/Berlin")
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "reviews")
	started := func() *Reviews { return &Reviews{dir, at, filled(t), noOptions, zap.NewNop()} }
	look := func(now string) []string {
		when, err := time.Parse(time.RFC3339, now)
		require.NoError(t, err)
		require.NoError(t, started().Run(t.Context(), when))
		return listed(t, dir)
	}
	before := look("2026-03-09T05:29:00Z")
	require.Equal(t, []string{"2026-W09.html", "2026-W09.md"}, before, "nothing was that week, and it is done")
	want := append(slices.Clone(before), "2026-W10-discovery.html", "2026-W10-discovery.md", "2026-W10-payments.html", "2026-W10-payments.md", "2026-W10.html", "2026-W10.md")
	require.Equal(t, want, look("2026-03-09T05:30:00Z"))
	text, err := os.ReadFile(filepath.Join(dir, "2026-W10-payments.md"))
	require.NoError(t, err)
	require.Contains(t, string(text), "| incidents | 20 | – | 10 |", "beside the period before and the median of teams")

	require.NoError(t, os.WriteFile(filepath.Join(dir, "2026-W10-payments.md"), []byte("corrected by hand"), 0o600))
	require.Equal(t, want, look("2026-03-09T05:31:00Z"))
	text, err = os.ReadFile(filepath.Join(dir, "2026-W10-payments.md"))
	require.NoError(t, err)
	require.Equal(t, "corrected by hand", string(text))

	late := look("2026-03-31T12:00:00Z") // three weeks later
	for _, week := range []string{"2026-W11", "2026-W12", "2026-W13"} {
		require.Contains(t, late, week+".html")
	}
	text, err = os.ReadFile(filepath.Join(dir, "2026-W11-payments.md"))
	require.NoError(t, err)
	require.Contains(t, string(text), "| incidents | 0 | 20 | – |", "a quiet week after a loud one")
	require.NotContains(t, late, "2026-W12-payments.html", "two quiet weeks need no document")
}

func TestReviewsThatWereCutOffAreFinished(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "2026-W10-payments.html"), nil, 0o600))
	r := &Reviews{dir, Weekly{day: time.Monday, zone: time.UTC}, filled(t), noOptions, zap.NewNop()}
	require.NoError(t, r.Run(t.Context(), time.Date(2026, 3, 9, 0, 0, 0, 0, time.UTC)))
	info, err := os.Stat(filepath.Join(dir, "2026-W10-payments.html"))
	require.NoError(t, err)
	require.NotZero(t, info.Size())
}

// TestEveryMinute logs a failure that lasts once, and goes on.
func TestEveryMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zap.ErrorLevel)
		ctx, cancel := context.WithCancel(t.Context())
		var looks []time.Time
		began := time.Now()
		EveryMinute(ctx, zap.New(core), "reviews", func(_ context.Context, now time.Time) error {
			looks = append(looks, now)
			if len(looks) == 4 {
				cancel()
			}
			if len(looks) < 3 {
				return os.ErrPermission
			}
			return nil
		})
		require.Len(t, looks, 4)
		require.Equal(t, 3*time.Minute, looks[3].Sub(began))
		require.Equal(t, 1, logs.Len())
		require.Contains(t, logs.All()[0].Message, "cannot update reviews")
	})
}

const pagerdutyDay = `{"incidents": [{"id": "P1", "incident_number": 1, "incident_key": "3", "title": "x", "created_at": "2026-03-02T14:00:04Z"}],
"log_entries": [{"id": "L1", "type": "notify_log_entry", "created_at": "2026-03-02T14:00:05Z", "user": {"summary": "Dan"}, "incident": {"id": "P1"}}]}`

// TestADayIsComparedWhenItsExportIsThere follows a folder over a day and its end.
func TestADayIsComparedWhenItsExportIsThere(t *testing.T) {
	dir := t.TempDir()
	c := &Comparisons{dir, time.UTC, filled(t), noCatalog, zap.NewNop()}
	during, after := time.Date(2026, 3, 2, 20, 0, 0, 0, time.UTC), time.Date(2026, 3, 3, 1, 0, 0, 0, time.UTC)
	export, document := filepath.Join(dir, "2026-03-02.pagerduty.json"), filepath.Join(dir, "2026-03-02.pagerduty-comparison.md")
	put := func(name, text string, at time.Time) {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		require.NoError(t, os.Chtimes(name, at, at))
	}
	made := func(at time.Time) { require.NoError(t, os.Chtimes(document, at, at)) }
	read := func() string {
		b, err := os.ReadFile(document)
		require.NoError(t, err)
		return string(b)
	}
	put(filepath.Join(dir, "notes.txt"), "x", during)
	put(filepath.Join(dir, "2026-03-02.victorops.json"), "x", during)
	require.NoError(t, c.Run(t.Context(), during))
	require.Len(t, listed(t, dir), 2, "no export, no document")

	put(export, "{", during)
	require.ErrorContains(t, c.Run(t.Context(), during), "2026-03-02.pagerduty.json")
	require.NoFileExists(t, document)
	put(export, pagerdutyDay, during)
	require.NoError(t, c.Run(t.Context(), during))
	require.Contains(t, read(), "| about the same thing | 1 |")
	require.Contains(t, read(), "| by us alone | 30 |")
	require.FileExists(t, filepath.Join(dir, "2026-03-02.pagerduty-comparison.json"))

	made(during)
	require.NoError(t, os.WriteFile(document, []byte("kept"), 0o600))
	made(during)
	require.NoError(t, c.Run(t.Context(), during.Add(time.Hour)))
	require.Equal(t, "kept", read(), "nothing is new")
	require.NoError(t, c.Run(t.Context(), after))
	require.NotEqual(t, "kept", read(), "the day is over")

	require.NoError(t, os.WriteFile(document, []byte("kept"), 0o600))
	made(after)
	require.NoError(t, c.Run(t.Context(), after.Add(time.Hour)))
	require.Equal(t, "kept", read())
	put(export, pagerdutyDay, after.Add(time.Minute))
	require.NoError(t, c.Run(t.Context(), after.Add(time.Hour)))
	require.NotEqual(t, "kept", read(), "a newer export")
}
