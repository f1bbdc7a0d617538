// Command generate writes the JSON Schemas of all event types from the Go types of pkg/events, and
// docs/catalog.md from the schema of the catalog.
//
// In: the types, by reflection, and their comments, from the source; and catalog.v1.json. Out: one
// file for each type in the folder of package schemas, and the page. Run it with `go generate
// ./schemas` after a change to a type or to catalog.v1.json.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"tocsin.dev/pkg/events"
)

func main() {
	// go generate runs in the folder of the package that asks for it.
	err := run(".", filepath.Join("..", "pkg", "events"))
	if err == nil {
		err = writeCatalogPage("catalog.v1.json", filepath.Join("..", "docs", "catalog.md"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run writes all schemas to out; source is the folder of pkg/events.
func run(out, source string) error {
	files, err := makeAll(source)
	if err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(out, name), content, 0o644); err != nil { //nolint:gosec // public text
			return fmt.Errorf("write schema: %w", err)
		}
	}
	return nil
}

// writeCatalogPage writes the page about the catalog.
func writeCatalogPage(schema, page string) error {
	source, err := os.ReadFile(schema) //nolint:gosec // a file of the repository
	if err != nil {
		return fmt.Errorf("read the schema of the catalog: %w", err)
	}
	content, err := makeCatalogPage(source)
	if err != nil {
		return err
	}
	if err := os.WriteFile(page, content, 0o644); err != nil { //nolint:gosec // public text
		return fmt.Errorf("write the page about the catalog: %w", err)
	}
	return nil
}

// makeAll returns the content of each file by its name.
func makeAll(source string) (map[string][]byte, error) {
	docs, err := readDocs(source)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, name := range events.Names() {
		content, err := makeOne(name, docs)
		if err != nil {
			return nil, err
		}
		files[name+".v1.json"] = content
	}
	return files, nil
}

func makeOne(name string, docs docs) ([]byte, error) {
	eventType := events.TypePrefix + name + ".v1"
	data, err := events.DecodeData(eventType, []byte("{}"))
	if err != nil {
		return nil, fmt.Errorf("make schema of %s: %w", name, err)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(document(eventType, data, docs)); err != nil {
		return nil, fmt.Errorf("encode schema of %s: %w", name, err)
	}
	return b.Bytes(), nil
}
