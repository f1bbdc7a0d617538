package catalog_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/pkg/events"
)

func load(t *testing.T, file string) *catalog.Catalog {
	t.Helper()
	source, err := os.ReadFile(file)
	require.NoError(t, err)
	c, faults := catalog.Parse(map[string][]byte{filepath.Base(file): source})
	require.Empty(t, faults, "neither fault nor warning")
	return c
}

func TestExample(t *testing.T) {
	c := load(t, "tocsin.yaml")
	service, _ := c.Place(map[string]string{"site": "warehouse"}, events.Alert{Severity: "critical"})
	require.Equal(t, "stock", service)
	service, _ = c.Place(map[string]string{"job": "orders-api"}, events.Alert{})
	require.Equal(t, "orders", service)
	require.Len(t, c.Plan("iris", "high").Steps, 3)
	january := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	require.Empty(t, c.Coverage(january, january.AddDate(1, 0, 0)), "somebody is always on call, and nobody twice")
}

// The example of every key is one catalog in several files, and needs no excuse.
func TestFullExample(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("..", "catalog-full", "*.*"))
	require.NoError(t, err)
	files := map[string][]byte{}
	for _, name := range names {
		files[filepath.Base(name)], err = os.ReadFile(name)
		require.NoError(t, err)
	}
	c, faults := catalog.Parse(files)
	require.Empty(t, faults, "neither fault nor warning")
	require.Equal(t, "Control room", c.TargetName("chat:control-room"))
	require.Equal(t, 5*time.Minute, c.Rules.Services["metering"].Goals["P1"].Response)
	require.Equal(t, 4*time.Hour, c.Rules.Services["metering"].Goals["P1"].Resolution, "what the service leaves out is the catalog's")
	service, _ := c.Place(map[string]string{"job": "metering"}, events.Alert{})
	require.Equal(t, "metering", service)
}

// The catalog of a fresh machine must reach people without anything being set.
func TestDefaultNeedsNothing(t *testing.T) {
	c := load(t, filepath.Join("..", "..", "tocsin.d", "catalog.yaml"))
	require.Empty(t, c.Intake)
	for id, person := range c.People {
		for _, contact := range person.Contacts {
			require.Equal(t, "console", contact.Channel(), id)
		}
	}
	service, rule := c.Place(nil, events.Alert{})
	require.Equal(t, "catch-all", service)
	require.Equal(t, catalog.RuleFallback, rule)
	require.Empty(t, c.Explain(nil, events.Alert{}).Failed)
}
