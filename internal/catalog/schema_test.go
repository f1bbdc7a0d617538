package catalog_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"tocsin.dev/internal/catalog"
)

const schemaFile = "../../schemas/catalog.v1.json"

// definition is the part of a schema that the tests read.
type definition struct {
	Description string                `json:"description"`
	Ref         string                `json:"$ref"`
	Type        any                   `json:"type"`
	Enum        []string              `json:"enum"`
	Examples    []any                 `json:"examples"`
	Properties  map[string]definition `json:"properties"`
	Items       *definition           `json:"items"`
	AnyOf       []definition          `json:"anyOf"`
	Additional  json.RawMessage       `json:"additionalProperties"`
}

func definitions(t testing.TB) map[string]definition {
	t.Helper()
	text, err := os.ReadFile(schemaFile)
	require.NoError(t, err)
	var doc struct {
		Defs map[string]definition `json:"$defs"`
	}
	require.NoError(t, json.Unmarshal(text, &doc))
	return doc.Defs
}

// schemaOf compiles the schema, or the part of it at a pointer such as "#/$defs/level".
func schemaOf(t testing.TB, pointer string) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile(schemaFile)
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	const id = "https://tocsin.dev/schemas/catalog.v1.json"
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource(id, doc))
	s, err := c.Compile(id + pointer)
	require.NoError(t, err)
	return s
}

func TestSchemaHasTheKeysOfTheParser(t *testing.T) {
	defs := definitions(t)
	for name, keys := range catalog.Shapes() {
		require.Equal(t, keys, slices.Sorted(maps.Keys(defs[name].Properties)), name)
		require.Equal(t, "false", string(defs[name].Additional), "%s is closed", name)
	}
	for name, d := range defs {
		if len(d.Properties) > 0 {
			require.Contains(t, catalog.Shapes(), name, "the parser has no such mapping")
		}
	}
}

func TestSchemaHasTheWordsOfTheParser(t *testing.T) {
	defs := definitions(t)
	for place, words := range catalog.Words() {
		name, key, within := strings.Cut(place, "/properties/")
		d := defs[name]
		if within {
			d = d.Properties[key]
		}
		require.Equal(t, words, d.Enum, place)
	}
	target := schemaOf(t, "#/$defs/target_word")
	for _, role := range catalog.Roles() {
		require.NoError(t, target.Validate("role:"+role))
	}
}

// Every key says what it is for, and shows what may stand there; what it shows is right.
func TestSchemaDescribesEveryKey(t *testing.T) {
	defs := definitions(t)
	for name, d := range defs {
		require.NotEmpty(t, d.Description, name)
		examples(t, "#/$defs/"+name, d)
		for key, p := range d.Properties {
			place := "#/$defs/" + name + "/properties/" + key
			require.NotEmpty(t, p.Description, place)
			examples(t, place, p)
			for p.Ref != "" && len(p.Examples) == 0 {
				p = defs[strings.TrimPrefix(p.Ref, "#/$defs/")]
			}
			leaf := p.Items == nil && len(p.Properties) == 0 && len(p.Additional) == 0
			require.True(t, !leaf || len(p.Examples)+len(p.Enum) > 0, "%s shows nothing", place)
		}
	}
}

func examples(t *testing.T, place string, d definition) {
	t.Helper()
	if len(d.Examples) == 0 {
		return
	}
	s := schemaOf(t, place)
	for _, one := range d.Examples {
		require.NoError(t, s.Validate(one), place)
	}
}

// The words for targets that the schema shows are those that the parser reads.
func TestSchemaShowsTargetsThatParse(t *testing.T) {
	for _, word := range definitions(t)["target_word"].Examples {
		_, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(levelText(fmt.Sprintf("page: [%q]", word)))})
		for _, f := range faults {
			require.NotContains(t, f.Message, "is not a target", word)
			require.NotContains(t, f.Message, "names no", word)
		}
	}
}

// value turns YAML into what the schema is asked about, by the types that editors see.
func value(t testing.TB, n *yaml.Node) any {
	t.Helper()
	switch n.Kind {
	case yaml.AliasNode:
		return value(t, n.Alias)
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = value(t, n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		all := make([]any, len(n.Content))
		for i, c := range n.Content {
			all[i] = value(t, c)
		}
		return all
	}
	switch n.ShortTag() {
	case "!!int", "!!float", "!!bool", "!!null":
		var v any
		require.NoError(t, n.Decode(&v))
		return v
	}
	return n.Value
}

func document(t testing.TB, text []byte) any {
	t.Helper()
	var doc yaml.Node
	require.NoError(t, yaml.Load(text, &doc))
	if doc.Kind == yaml.DocumentNode {
		return value(t, doc.Content[0])
	}
	return value(t, &doc)
}

// exampleFiles returns all catalogs of the repository that people read.
func exampleFiles(t *testing.T) []string {
	t.Helper()
	files := []string{"../../examples/demo/catalog.yaml"}
	for _, pattern := range []string{"../../tocsin.d/*.yaml", "../../examples/*/catalog/*.yaml", "../../examples/catalog*/*.yaml"} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, found, pattern)
		files = append(files, found...)
	}
	return files
}

func TestSchemaTakesEveryExample(t *testing.T) {
	s := schemaOf(t, "")
	for _, file := range exampleFiles(t) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, s.Validate(document(t, text)), file)
	}
	for _, text := range []string{full, everything, with(""), with(lordHowe), placing} {
		require.NoError(t, s.Validate(document(t, []byte(text))), text)
	}
}

// What a schema can see of what the parser refuses, it refuses too.
func TestSchemaRefusesWhatTheParserRefuses(t *testing.T) {
	kinds := []string{
		"unknown key", "is not a duration", "is not a priority", "is not a target:", "is not a kind of level", "is not an urgency",
		"is not a value of", "is not a rotation", "a percentage from", "a whole number from", "expected a list",
		"expected a mapping", "is not a date", "is not a window",
	}
	s, seen := schemaOf(t, ""), map[string]int{}
	for _, tt := range slices.Concat(faultTable, policyFaults, priorityFaults) {
		for _, kind := range kinds {
			if strings.Contains(tt.want, kind) && !strings.HasPrefix(tt.want, "?") {
				seen[kind]++
				require.Error(t, s.Validate(document(t, []byte(tt.text))), tt.name)
			}
		}
	}
	for _, kind := range kinds {
		require.Positive(t, seen[kind], "no fault says that something %s", kind)
	}
}

// The full example has neither faults nor warnings, and leaves out no key of the schema.
func TestFullExampleShowsEveryKey(t *testing.T) {
	names, err := filepath.Glob("../../examples/catalog-full/*.*")
	require.NoError(t, err)
	files, used, defs := map[string][]byte{}, map[string]bool{}, definitions(t)
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		files[filepath.Base(name)] = text
		if filepath.Ext(name) == catalog.CalendarFile {
			continue
		}
		mark(defs, defs["catalog"], "catalog", document(t, text), used)
		require.True(t, bytes.HasPrefix(text, []byte("# yaml-language-server: $schema=../../schemas/catalog.v1.json\n")), name)
	}
	c, faults := catalog.Parse(files)
	require.Empty(t, shown(faults), "neither fault nor warning")
	require.NotNil(t, c)
	for name, d := range defs {
		for key := range d.Properties {
			require.True(t, used[name+"."+key], "examples/catalog-full does not show %s.%s", name, key)
		}
	}
	for _, words := range [][]string{catalog.Words()["trigger/properties/on"], catalog.Words()["level/properties/hold_until"]} {
		for _, word := range words {
			require.Contains(t, string(files["policies.yaml"]), word)
		}
	}
}

// mark notes which keys of the schema a value uses.
func mark(defs map[string]definition, d definition, name string, v any, used map[string]bool) {
	if d.Ref != "" {
		name = strings.TrimPrefix(d.Ref, "#/$defs/")
		d = defs[name]
	}
	switch v := v.(type) {
	case map[string]any:
		var rest definition
		_ = json.Unmarshal(d.Additional, &rest) // false for a closed mapping
		for key, inner := range v {
			p, known := d.Properties[key]
			if known {
				used[name+"."+key] = true
			} else {
				p = rest
			}
			mark(defs, p, "", inner, used)
		}
	case []any:
		if d.Items == nil {
			return
		}
		for _, inner := range v {
			mark(defs, *d.Items, "", inner, used)
			for _, one := range d.Items.AnyOf {
				mark(defs, one, "", inner, used)
			}
		}
	}
}
