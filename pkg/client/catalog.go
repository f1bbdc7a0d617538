package client

import (
	"context"
	"net/http"
)

// Catalog is the catalog in force: YAML files by name, with secrets as references only.
type Catalog struct {
	Revision string            `json:"revision"` // SHA-256 of the files, in hex
	Files    map[string]string `json:"files"`
}

// Fault is one thing wrong with a catalog.
type Fault struct {
	Place   string `json:"place"` // "catalog.yaml:12:5", or less where it concerns more
	File    string `json:"file"`
	Line    int    `json:"line"`   // from 1; 0 for the whole file
	Column  int    `json:"column"` // as Line
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Warning bool   `json:"warning"` // allowed, but probably not meant
}

// Verdict is what the gateway found in a set of files.
type Verdict struct {
	OK       bool    `json:"ok"` // no fault is more than a warning
	Revision string  `json:"revision,omitempty"`
	Faults   []Fault `json:"faults"`
}

type source struct {
	Files map[string]string `json:"files"`
}

// Catalog gives the one in force.
func (c *Client) Catalog(ctx context.Context) (Catalog, error) {
	var one Catalog
	err := c.get(ctx, "/api/v1/catalog", nil, &one)
	return one, err
}

// CheckCatalog gives every fault of the files and changes nothing.
func (c *Client) CheckCatalog(ctx context.Context, files map[string]string) (Verdict, error) {
	var v Verdict
	err := c.call(ctx, http.MethodPost, "/api/v1/catalog/check", nil, source{files}, &v)
	return v, err
}

// ApplyCatalog puts the files in force. When they have faults the error is an [*Error] with status
// 422 whose Errors are the faults, and nothing is changed.
func (c *Client) ApplyCatalog(ctx context.Context, files map[string]string) (Verdict, error) {
	var v Verdict
	err := c.call(ctx, http.MethodPut, "/api/v1/catalog", nil, source{files}, &v)
	return v, err
}
