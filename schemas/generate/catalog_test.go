package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"tocsin.dev/schemas"
)

func page(t *testing.T) (string, []byte) {
	schema, err := schemas.FS.ReadFile("catalog.v1.json")
	require.NoError(t, err)
	made, err := makeCatalogPage(schema)
	require.NoError(t, err)
	return string(made), schema
}

// The committed page is that of the present schema. Where this fails: go generate ./schemas.
func TestCatalogPageIsUpToDate(t *testing.T) {
	made, _ := page(t)
	committed, err := os.ReadFile("../../docs/catalog.md")
	require.NoError(t, err)
	require.Equal(t, made, string(committed), "run: go generate ./schemas")
}

// Every key of every mapping of the schema ends the path of some row, and says what it means.
func TestCatalogPageHasEveryKeyOfTheSchema(t *testing.T) {
	made, schema := page(t)
	var doc yaml.Node
	require.NoError(t, yaml.Load(schema, &doc))
	rows := regexp.MustCompile("(?m)^\\| `[^`]*\\.([A-Za-z0-9_]+)` \\| [^|]+ \\| [^|]* \\| [^|]+ \\|.*\\|$").FindAllStringSubmatch(made, -1)
	onPage := map[string]bool{"P1": true, "P2": true, "P3": true, "P4": true, "P5": true} // <priority>
	for _, row := range rows {
		onPage[row[1]] = true
	}
	root := node{doc.Content[0]}
	for name, def := range root.get("$defs").entries() {
		for key := range def.get("properties").entries() {
			if name == "catalog" {
				require.Contains(t, made, "\n## `"+key+"`\n")
				continue
			}
			require.True(t, onPage[key], "%s.%s is not on the page", name, key)
		}
	}
	require.NotContains(t, made, "| `<", "a row has no path")
	require.Greater(t, strings.Count(made, "\n| `"), 140)
}

func TestPlural(t *testing.T) {
	for one, many := range map[string]string{
		"id": "ids", "priority": "priorities", "mapping or hours in words": "mappings or hours in words", "id or list of ids": "ids or lists of ids",
		"word of the matrix": "words of the matrix", "`snoozed`": "`snoozed`",
	} {
		require.Equal(t, many, plural(one))
	}
}
