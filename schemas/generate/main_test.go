package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/events"
	"tocsin.dev/schemas"
)

const source = "../../pkg/events"

// The committed schemas are those of the present types. Where this fails: go generate ./schemas.
func TestSchemasAreUpToDate(t *testing.T) {
	made, err := makeAll(source)
	require.NoError(t, err)
	present, err := schemas.FS.ReadDir(".")
	require.NoError(t, err)
	for _, file := range present {
		if file.Name() == "catalog.v1.json" {
			continue // of a catalog's files; tests of internal/catalog hold it together with the parser
		}
		require.Contains(t, made, file.Name(), "no event has this name")
	}
	for name, content := range made {
		committed, err := schemas.FS.ReadFile(name)
		require.NoError(t, err)
		require.Equal(t, string(content), string(committed), "run: go generate ./schemas")
	}
}

func TestRunWritesEverySchema(t *testing.T) {
	out := t.TempDir()
	require.NoError(t, run(out, source))
	made, err := makeAll(source)
	require.NoError(t, err)
	for name, content := range made {
		written, err := os.ReadFile(filepath.Join(out, name))
		require.NoError(t, err)
		require.Equal(t, content, written)
	}
	require.Error(t, run(out, t.TempDir()), "a folder without source")
}

// A field that is said to be closed must have its words in a comment.
func TestClosedFieldsHaveWords(t *testing.T) {
	d, err := readDocs(source)
	require.NoError(t, err)
	m := maker{docs: d}
	for field := range closed {
		require.Greater(t, len(m.words(field)), 1, field)
	}
	require.Empty(t, m.words("Alert.Key"))
}

func TestFieldTypes(t *testing.T) {
	d, err := readDocs(source)
	require.NoError(t, err)
	data := func(event events.Data) *schema {
		return document(events.TypeOf(event), event, d).Defs["data"]
	}
	advanced := data(events.EscalationAdvanced{})
	require.Equal(t, "object", advanced.Properties["picked"].Type)
	require.Equal(t, "string", advanced.Properties["picked"].Additional.(*schema).Type, "the values of a map")
	require.NotContains(t, advanced.Required, "picked")

	retimed := data(events.IncidentClockRetimed{})
	require.Equal(t, []string{"clock", "goal", "was_goal", "arithmetic"}, retimed.Required, "the fields of an embedded struct come first")
	require.Equal(t, []string{"response", "resolution"}, retimed.Properties["clock"].Enum, "its comment counts as well")

	require.Equal(t, -1, *data(events.EscalationFired{}).Properties["index"].Minimum)
	require.Equal(t, 0, *data(events.EscalationSkipped{}).Properties["index"].Minimum)

	require.NotEmpty(t, data(events.IncidentPrioritized{}).Properties["was"].Pattern)
	require.Empty(t, data(events.IncidentTransferred{}).Properties["was"].Pattern, "a team is no priority")
}
