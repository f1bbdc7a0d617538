package client

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// Document is a text to attach to an incident.
type Document struct {
	Ask
	Title string `json:"title"`
	Type  string `json:"type,omitempty"` // Defaults to text/markdown.
	Text  string `json:"text"`           // at most 48 KiB
}

// Review returns the draft of a post-incident review as Markdown. chart says where the chart of the levels is:
// "inline" in the document, "none", or the name of a file in the same folder. The error is [ErrNotFound] if there
// is no such incident.
func (c *Client) Review(ctx context.Context, id, chart string) (string, error) {
	return c.text(ctx, incidentPath(id, "review"), url.Values{"chart": {escapedName(chart)}})
}

// ReviewChart returns the chart of the levels as SVG.
func (c *Client) ReviewChart(ctx context.Context, id string) (string, error) {
	return c.text(ctx, incidentPath(id, "review/chart"), nil)
}

// Attach attaches a document to an incident.
func (c *Client) Attach(ctx context.Context, id string, d Document) (Outcome, error) {
	return c.command(ctx, id, "document", d)
}

// escapedName escapes the name of a file for a link.
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
