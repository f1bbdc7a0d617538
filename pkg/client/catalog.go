package client

import (
	"context"
	"net/http"
)

// Catalog is the catalog in force: YAML files by name. Secrets are references.
type Catalog struct {
	Revision string            `json:"revision"` // SHA-256 of the files, in hex
	Files    map[string]string `json:"files"`
}

// Fault is a fault of a catalog.
type Fault struct {
	Place   string `json:"place"` // "catalog.yaml:12:5", or shorter for a whole file
	File    string `json:"file"`
	Line    int    `json:"line"`   // from 1; 0 for the whole file
	Column  int    `json:"column"` // as Line
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Warning bool   `json:"warning"` // allowed, but probably a mistake
}

// Verdict is the result of a check.
type Verdict struct {
	OK       bool    `json:"ok"` // all faults are warnings
	Revision string  `json:"revision,omitempty"`
	Faults   []Fault `json:"faults"`
}

type catalogFiles struct {
	Files map[string]string `json:"files"`
}

// Catalog returns the catalog in force.
func (c *Client) Catalog(ctx context.Context) (Catalog, error) {
	return get[Catalog](ctx, c, "/api/v1/catalog", nil)
}

// CheckCatalog returns the faults of the files and changes nothing.
func (c *Client) CheckCatalog(ctx context.Context, files map[string]string) (Verdict, error) {
	return send[Verdict](ctx, c, http.MethodPost, "/api/v1/catalog/check", catalogFiles{files})
}

// ApplyCatalog puts the files in force. If they have faults it changes nothing and returns an [*Error] with status
// 422, whose Errors are the faults.
func (c *Client) ApplyCatalog(ctx context.Context, files map[string]string) (Verdict, error) {
	return send[Verdict](ctx, c, http.MethodPut, "/api/v1/catalog", catalogFiles{files})
}
