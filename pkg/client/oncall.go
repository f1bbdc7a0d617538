package client

import (
	"context"
	"net/url"
	"time"
)

// Duty is who is on call in one schedule at an instant.
type Duty struct {
	Schedule string    `json:"schedule"`
	At       time.Time `json:"at"`
	People   []string  `json:"people"`            // ids; empty when nobody is on call
	Shadows  []string  `json:"shadows,omitempty"` // ids of those who look on
	// Until is the next change; zero when nothing will change.
	Until time.Time `json:"until,omitzero"`
}

// OnCall gives the duty of one schedule at an instant; the zero time means now. [ErrNotFound] when
// there is no such schedule.
func (c *Client) OnCall(ctx context.Context, schedule string, at time.Time) (Duty, error) {
	var one Duty
	query := instant(at)
	query.Set("schedule", schedule)
	err := c.get(ctx, "/api/v1/oncall", query, &one)
	return one, err
}

// Duties gives the duties of all schedules, by name; the zero time means now.
func (c *Client) Duties(ctx context.Context, at time.Time) ([]Duty, error) {
	var all []Duty
	err := c.get(ctx, "/api/v1/oncall", instant(at), &all)
	return all, err
}

func instant(at time.Time) url.Values {
	query := url.Values{}
	if !at.IsZero() {
		query.Set("at", at.Format(time.RFC3339Nano))
	}
	return query
}
