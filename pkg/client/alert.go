package client

import (
	"context"
	"net/http"
	"time"
)

// Signal is an alert by hand.
type Signal struct {
	// Service is where it belongs; empty lets the catalog's routes decide.
	Service string `json:"service,omitempty"`
	// Key names the alert within its service; never empty.
	Key string `json:"key"`
	// DedupKey names the incident it feeds. Defaults to Key.
	DedupKey    string            `json:"dedup_key,omitempty"`
	Severity    string            `json:"severity,omitempty"`
	Summary     string            `json:"summary,omitempty"` // Defaults to Key.
	Description string            `json:"description,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Link        string            `json:"link,omitempty"`
	// ExpiresAt is when it counts as cleared if nothing more is heard; zero means never.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
}

type sentSignal struct {
	Signal
	Status string `json:"status"`
}

// Fire says that something is wrong.
func (c *Client) Fire(ctx context.Context, s Signal) (Outcome, error) {
	return c.signal(ctx, sentSignal{s, "firing"})
}

// Clear says that it is over.
func (c *Client) Clear(ctx context.Context, s Signal) (Outcome, error) {
	return c.signal(ctx, sentSignal{s, "cleared"})
}

func (c *Client) signal(ctx context.Context, s sentSignal) (Outcome, error) {
	var out Outcome
	err := c.call(ctx, http.MethodPost, "/api/v1/alerts", nil, s, &out)
	return out, err
}
