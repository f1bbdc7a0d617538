package sqlite

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive/archivetest"
)

var size = flag.Int("facts", 200_000, "facts of BenchmarkRebuild")

// BenchmarkRebuild keeps facts, four of each incident, in stretches as a recorder makes them that is
// not far behind; each incident is touched by four of them. `make bench-archive` measures the whole.
func BenchmarkRebuild(b *testing.B) {
	all := archivetest.Batches(b, archivetest.Ledger(*size/4, 4), 5000)
	for b.Loop() {
		a := open(b, b.TempDir())
		for _, batch := range all {
			require.NoError(b, a.Keep(b.Context(), batch.Facts, batch.Incidents, batch.Position))
		}
		require.NoError(b, a.Close())
	}
	b.ReportMetric(float64(*size)*float64(b.N)/b.Elapsed().Seconds(), "facts/s")
}
