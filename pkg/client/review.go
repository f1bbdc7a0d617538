package client

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// Document is a text to be kept with an incident.
type Document struct {
	Ask
	Title string `json:"title"`
	Type  string `json:"type,omitempty"` // Defaults to text/markdown.
	Text  string `json:"text"`           // 48 KiB at most
}

// Review gives the document for a post-incident review as Markdown. chart says where the reader finds the
// chart of the levels: "inline" in the document itself, "none" nowhere, or the name of a file beside it.
// [ErrNotFound] when there is no such incident.
func (c *Client) Review(ctx context.Context, id, chart string) (string, error) {
	var text []byte
	err := c.get(ctx, incidentPath(id, "review"), url.Values{"chart": {escapedName(chart)}}, &text)
	return string(text), err
}

// ReviewChart gives the chart of the levels as SVG.
func (c *Client) ReviewChart(ctx context.Context, id string) (string, error) {
	var text []byte
	err := c.get(ctx, incidentPath(id, "review/chart"), nil, &text)
	return string(text), err
}

// Attach keeps a document with the incident.
func (c *Client) Attach(ctx context.Context, id string, d Document) (Outcome, error) {
	return c.command(ctx, id, "document", d)
}

// escapedName writes the name of a file as documents refer to it.
func escapedName(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '_', c == '-':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
