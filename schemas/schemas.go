// Package schemas holds a JSON Schema (draft 2020-12) for every event type of pkg/events, for
// readers and writers in any language, and examples of each under examples/; and catalog.v1.json
// for the files of a catalog, which editors read.
//
// In: nothing. Out: the files, embedded. A schema accepts an event in both of its forms: the
// whole CloudEvent in structured JSON, and the bare data, as it is the body of a message in
// binary mode. The schemas of events are made from the Go types and never edited by hand; tests of
// internal/catalog hold that of the catalog together with its parser.
package schemas

import (
	"embed"
	"io/fs"
)

//go:generate go run ./generate

// FS holds the schemas, one file each: "incident.triggered.v1.json".
//
//go:embed *.json
var FS embed.FS

// Read returns the schema of an event by its name, such as "incident.triggered". It fails with
// [fs.ErrNotExist] for a name that has none.
func Read(name string) ([]byte, error) { return fs.ReadFile(FS, name+".v1.json") }
