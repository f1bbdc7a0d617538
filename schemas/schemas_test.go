package schemas_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/events"
	"tocsin.dev/schemas"
)

func compile(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	text, err := schemas.Read(name)
	require.NoError(t, err, "run: go generate ./schemas")
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("https://tocsin.dev/schemas/"+name+".v1.json", doc))
	s, err := c.Compile("https://tocsin.dev/schemas/" + name + ".v1.json")
	require.NoError(t, err)
	return s
}

// examples returns the examples of an event: <name>.v1.json, and <name>.<anything>.v1.json if there are more.
func examples(t *testing.T, name string) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	for _, pattern := range []string{name + ".v1.json", name + ".*.v1.json"} {
		files, err := filepath.Glob(filepath.Join("examples", pattern))
		require.NoError(t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			found[file] = text
		}
	}
	require.NotEmpty(t, found, "an example of %s is missing in schemas/examples", name)
	return found
}

func value(t *testing.T, text []byte) map[string]any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	return v.(map[string]any)
}

func TestExamples(t *testing.T) {
	for _, name := range events.Names() {
		t.Run(name, func(t *testing.T) {
			s := compile(t, name)
			for file, text := range examples(t, name) {
				whole := value(t, text)
				require.NoError(t, s.Validate(whole), "%s, structured", file)
				require.NoError(t, s.Validate(whole["data"]), "%s, the bare data", file)
				roundTrip(t, name, text)
			}
		})
	}
}

// roundTrip reads an example in both forms and writes it again.
func roundTrip(t *testing.T, name string, text []byte) {
	t.Helper()
	e, err := events.Decode(text)
	require.NoError(t, err)
	require.Equal(t, name, e.Data.Name())
	again, err := e.Encode()
	require.NoError(t, err)
	require.JSONEq(t, string(text), string(again))

	_, raw, err := events.Split(text)
	require.NoError(t, err)
	binary, err := events.DecodeNATS(events.BinaryHeader(e.Envelope), raw)
	require.NoError(t, err)
	require.Equal(t, e.Data, binary.Data)
}

func TestBrokenExamplesAreRefused(t *testing.T) {
	for _, name := range events.Names() {
		t.Run(name, func(t *testing.T) {
			s := compile(t, name)
			for file, text := range examples(t, name) {
				whole := value(t, text)
				for _, key := range []string{"type", "id", "source", "time", "data"} {
					require.Error(t, s.Validate(without(whole, key)), "%s without %s", file, key)
				}
				data := whole["data"].(map[string]any)
				for _, key := range required(t, name) {
					require.Error(t, s.Validate(without(data, key)), "%s: data without %s", file, key)
					require.Error(t, s.Validate(changed(whole, "data", without(data, key))), "%s: event without data.%s", file, key)
				}
				odd := changed(data, "surprise", "a field that nobody knows")
				require.Error(t, s.Validate(odd), "%s: data with an unknown field", file)
				require.Error(t, s.Validate(changed(whole, "data", odd)), "%s: event with an unknown field in its data", file)
				require.Error(t, s.Validate(changed(whole, "not_an_attribute", "x")), file)
				require.Error(t, s.Validate(changed(whole, "type", "dev.tocsin.other.v1")), file)
				require.Error(t, s.Validate(changed(whole, "time", "yesterday")), file)
				require.NoError(t, s.Validate(changed(whole, "traceparent", "00-1-2-3")), "extension attributes are open")
			}
		})
	}
}

// required reads the names that the data must have from the schema itself.
func required(t *testing.T, name string) []string {
	t.Helper()
	text, err := schemas.Read(name)
	require.NoError(t, err)
	var doc struct {
		Defs map[string]struct {
			Required []string `json:"required"`
		} `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(text, &doc))
	return doc.Defs["data"].Required
}

func without(m map[string]any, key string) map[string]any {
	c := maps.Clone(m)
	delete(c, key)
	return c
}

func changed(m map[string]any, key string, v any) map[string]any {
	c := maps.Clone(m)
	c[key] = v
	return c
}

func TestClosedSetsAndPatterns(t *testing.T) {
	tests := []struct {
		name, key string
		bad       any
	}{
		{"alert.left", "how", "gone"},
		{"delivery.closed", "how", "lost"},
		{"delivery.answered", "outcome", "fine"},
		{"escalation.advanced", "kind", "vertical"},
		{"escalation.advanced", "trigger", "boredom"},
		{"incident.resolved", "how", "magic"},
		{"incident.triggered", "priority", "P6"},
		{"incident.prioritized", "was", "high"},
		{"closure.received", "outcome", "forgotten"},
		{"escalation.advanced", "picked", map[string]any{"team:payments:round_robin": 1}},
		{"escalation.fired", "index", -2},
		{"escalation.fired", "on", "boredom"},
		{"escalation.held", "for", "better weather"},
		{"escalation.skipped", "index", -1},
		{"escalation.skipped", "on", "command"},
		{"incident.clock_met", "clock", "cuckoo"},
		{"incident.clock_retimed", "clock", "cuckoo"},
		{"incident.clock_started", "clock", "cuckoo"},
		{"incident.clock_at_risk", "percent", -1},
		{"incident.closed", "outcome", "forgotten"},
		{"incident.role_assigned", "role", "hero"},
		{"incident.snoozed", "until", "tomorrow"},
		{"override.added", "kind", "deputy"},
		{"priority.received", "priority", "P0"},
		{"role.received", "role", "hero"},
		{"page.requested", "urgency", "medium"},
		{"page.requested", "opened_at", "2026-03-02"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.key, func(t *testing.T) {
			s := compile(t, tt.name)
			for _, text := range examples(t, tt.name) {
				data := value(t, text)["data"].(map[string]any)
				require.NoError(t, s.Validate(data))
				require.Error(t, s.Validate(changed(data, tt.key, tt.bad)))
			}
		})
	}
}

func TestEveryExampleHasAnEvent(t *testing.T) {
	files, err := filepath.Glob("examples/*.json")
	require.NoError(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		env, _, err := events.Split(text)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(filepath.Base(file), events.NameOf(env.Type)+"."), file)
	}
}

func TestReadOfAnUnknownName(t *testing.T) {
	_, err := schemas.Read("incident.imagined")
	require.ErrorIs(t, err, fs.ErrNotExist)
}
