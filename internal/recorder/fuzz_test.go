package recorder

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive/sqlite"
)

// FuzzRecord feeds any bytes as a record: they are kept, the position moves on, and a second
// recorder comes to the same archive.
func FuzzRecord(f *testing.F) {
	for _, seed := range []string{
		"", "[\n\n]", "[]", "null", "[\n{}\n]", "[\n{},\n{}\n]", "\x00\xff,\n,\n",
		"[\n{\"type\":\"dev.tocsin.incident.triggered.v1\",\"subject\":\"i\",\"incidentseq\":1,\"data\":{\"title\":\"t\"}}\n]",
		"[\n{\"type\":\"dev.tocsin.incident.triggered.v1\",\"subject\":\"i\",\"incidentseq\":1,\"data\":7}\n]",
		"[\n{\"type\":\"dev.tocsin.alert.renewed.v1\",\"data\":{\"incident\":\"i\",\"key\":\"k\"}}\n]",
		"[\n{\"type\":\"dev.tocsin.alert.renewed.v1\",\"subject\":\"j\",\"incidentseq\":2,\"data\":{\"incident\":\"i\",\"key\":\"k\"}}\n]",
		"[\n{\"type\":\"x\",\"subject\":\"\\u0000\",\"incidentseq\":18446744073709551615,\"time\":\"9999-12-31T23:59:59Z\"}\n]",
		"[\n{\"type\":\"x\",\"specversion\":\"1.0\",\"id\":\"\",\"source\":\"\",\"time\":\"2026-01-01T00:00:00Z\",\"subject\":\"i\",\"incidentseq\":2,\"data\":{broken}}\n]",
		"[\n{\"type\":\"x\",\"subject\":\"i\",\"incidentseq\":1,\"time\":\"0000-01-01T00:00:00+23:59\"}\n]",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		log := &ledger{}
		log.append(record(t, "i", 1), body, record(t, "i", 2))
		var digests []string
		for cache, most := range []int{0, 1} { // as shipped, and record by record with a memory of one incident
			a, err := sqlite.Open(filepath.Join(t.TempDir(), "archive.db"))
			require.NoError(t, err)
			r, err := New(Config{Log: log, Archive: a, MaxFacts: most, Cache: cache})
			require.NoError(t, err)
			settle(t, r)
			at, err := a.Position(t.Context())
			require.NoError(t, err)
			require.EqualValues(t, 3, at)
			told, err := a.Timeline(t.Context(), "i", 0)
			require.NoError(t, err)
			_, err = json.Marshal(told)
			require.NoError(t, err, "what is kept can be told")
			digests = append(digests, digest(t, a))
			r.Close()
			require.NoError(t, a.Close())
		}
		require.Equal(t, digests[0], digests[1])
	})
}
