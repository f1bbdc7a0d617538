package client

import (
	"context"
	"net/http"
	"time"
)

// Signal is an alert to fire or clear.
type Signal struct {
	// Service is the service's id. Empty means that the catalog's routes choose it.
	Service string `json:"service,omitempty"`
	// Key identifies the alert within its service. Required.
	Key string `json:"key"`
	// DedupKey identifies the incident that the alert belongs to. Defaults to Key.
	DedupKey    string            `json:"dedup_key,omitempty"`
	Severity    string            `json:"severity,omitempty"`
	Summary     string            `json:"summary,omitempty"` // Defaults to Key.
	Description string            `json:"description,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Link        string            `json:"link,omitempty"`
	// ExpiresAt is when the alert clears unless it fires again; zero means never.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
}

// Fire fires an alert.
func (c *Client) Fire(ctx context.Context, s Signal) (Outcome, error) {
	return c.signal(ctx, s, "firing")
}

// Clear clears an alert.
func (c *Client) Clear(ctx context.Context, s Signal) (Outcome, error) {
	return c.signal(ctx, s, "cleared")
}

func (c *Client) signal(ctx context.Context, s Signal, status string) (Outcome, error) {
	return send[Outcome](ctx, c, http.MethodPost, "/api/v1/alerts", struct {
		Signal
		Status string `json:"status"`
	}{s, status})
}
