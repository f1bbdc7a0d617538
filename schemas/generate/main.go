// Command generate writes the JSON Schemas of all event types from the Go types of pkg/events.
//
// In: the types, by reflection, and their comments, from the source. Out: one file for each type
// in the folder of package schemas. Run it with `go generate ./schemas` after a change to a type.
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
	if err := run(".", filepath.Join("..", "pkg", "events")); err != nil {
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

// makeAll gives the content of each file by its name.
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
