package rehearsal_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/internal/whatif/whatiftest"
	"tocsin.dev/pkg/events"
)

var start = whatiftest.Start

func parse(t testing.TB, text string) *catalog.Catalog {
	t.Helper()
	c, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(text)})
	require.NotNil(t, c, faults)
	return c
}

// only is a catalog that nothing replaces.
func only(c *catalog.Catalog) rehearsal.Catalogs { return rehearsal.Catalogs{"": c} }

func critical(key string) events.Alert {
	return events.Alert{Key: key, Summary: key, Severity: "critical"}
}

func after(d time.Duration) time.Time { return start.Add(d) }

// readFolder reads a catalog's folder of the examples.
func readFolder(t testing.TB, dir string) *catalog.Catalog {
	t.Helper()
	files := map[string][]byte{}
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	require.NoError(t, err)
	for _, name := range names {
		files[filepath.Base(name)], err = os.ReadFile(name)
		require.NoError(t, err)
	}
	c, faults := catalog.Parse(files)
	require.NotNil(t, c, faults)
	return c
}

func file(t testing.TB, source string) rehearsal.File {
	t.Helper()
	f, faults := rehearsal.Parse("cases.yaml", []byte(source))
	require.Empty(t, faults)
	return f
}

func duration(t testing.TB, s string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(s)
	require.NoError(t, err)
	return d
}
