package export

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/archive/archivetest"
	"tocsin.dev/internal/archive/sqlite"
)

func filled(t *testing.T, facts []archive.Fact, change func([]archive.Incident)) archive.View {
	a, err := sqlite.Open(filepath.Join(t.TempDir(), "archive.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.Close()) })
	for _, b := range archivetest.Batches(t, facts, 1000) {
		change(b.Incidents)
		require.NoError(t, a.Keep(t.Context(), b.Facts, b.Incidents, b.Position))
	}
	v, err := a.View(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = v.Close() })
	return v
}

func unchanged([]archive.Incident) {}

func TestLines(t *testing.T) {
	facts := archivetest.Ledger(6, 4)
	v := filled(t, facts, unchanged)
	var all []byte
	for _, f := range facts {
		all = append(append(all, f.Line...), '\n')
	}
	var out bytes.Buffer
	n, err := Lines(t.Context(), v, Filter{}, &out)
	require.NoError(t, err)
	require.Equal(t, 24, n)
	require.Equal(t, string(all), out.String())
	at := func(n int) time.Time { return archivetest.Start.Add(time.Duration(n) * time.Second) }
	for name, c := range map[string]struct {
		f    Filter
		want []int
	}{
		"service":    {Filter{Service: "search"}, []int{0, 3}},
		"team":       {Filter{Team: "payments"}, []int{1, 2, 4, 5}},
		"time":       {Filter{From: at(2), To: at(4)}, []int{2, 3}},
		"all of it":  {Filter{From: at(2), Service: "search"}, []int{3}},
		"open":       {Filter{Status: "open", From: at(5)}, []int{5}},
		"of no kind": {Filter{Status: "resolved"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			out.Reset()
			n, err := Lines(t.Context(), v, c.f, &out)
			require.NoError(t, err)
			require.Equal(t, 4*len(c.want), n)
			require.Equal(t, n, strings.Count(out.String(), "\n"))
			for _, n := range c.want {
				require.Equal(t, 4, strings.Count(out.String(), `"subject":"`+archivetest.ID(n)))
			}
		})
	}
}

func TestTable(t *testing.T) {
	v := filled(t, archivetest.Ledger(3, 4), func(all []archive.Incident) {
		all[0].Title = `=HYPERLINK("http://evil.example","click")`
		all[1].Title, all[1].AcknowledgedBy = "two\nlines, \"quoted\"", "@ana"
	})
	var out bytes.Buffer
	n, err := Table(t.Context(), v, Filter{}, &out)
	require.NoError(t, err)
	require.Equal(t, 3, n)
	rows, err := csv.NewReader(&out).ReadAll()
	require.NoError(t, err)
	require.Equal(t, columns, rows[0])
	require.Equal(t, []string{
		archivetest.ID(1), "checkout", "payments", "two\nlines, \"quoted\"", "acknowledged", "P1", "critical", "payments", "0", "0", "1",
		"2026-03-02T14:00:01Z", "2026-03-02T14:00:01.003Z", "'@ana", "", "", "1", "4", "2026-03-02T14:00:01.003Z",
	}, rows[2])
	require.Equal(t, `'=HYPERLINK("http://evil.example","click")`, rows[1][3])
}

// TestNoFormula draws texts: no cell begins with what a spreadsheet runs, and nothing is lost.
func TestNoFormula(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[=+@\t\r-].*`)).Draw(t, "text")
		got := safe(text)
		require.False(t, got != "" && strings.ContainsAny(got[:1], "=+-@\t\r"))
		require.Equal(t, text, strings.TrimPrefix(got, strings.TrimSuffix(got, text)))
	})
}

type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestFullDisk(t *testing.T) {
	v := filled(t, archivetest.Ledger(3, 4), unchanged)
	for _, write := range []func(context.Context, archive.View, Filter) error{
		func(ctx context.Context, v archive.View, f Filter) error {
			_, err := Lines(ctx, v, f, full{})
			return err
		},
		func(ctx context.Context, v archive.View, f Filter) error {
			_, err := Table(ctx, v, f, full{})
			return err
		},
	} {
		require.ErrorIs(t, write(t.Context(), v, Filter{}), errFull)
	}
}
