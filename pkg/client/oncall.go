package client

import (
	"context"
	"time"
)

// Duty is who is on call in a schedule at an instant.
type Duty struct {
	Schedule string    `json:"schedule"`
	At       time.Time `json:"at"`
	People   []string  `json:"people"`            // ids; empty for nobody
	Shadows  []string  `json:"shadows,omitempty"` // ids of people who shadow
	// Until is the next change; zero if nothing will change.
	Until time.Time `json:"until,omitzero"`
}

// OnCall returns who is on call in a schedule at an instant; the zero time means now. The error is [ErrNotFound] if
// there is no such schedule.
func (c *Client) OnCall(ctx context.Context, schedule string, at time.Time) (Duty, error) {
	return get[Duty](ctx, c, "/api/v1/oncall", values(map[string]string{"schedule": schedule, "at": instant(at)}))
}

// Duties returns who is on call in all schedules, by name; the zero time means now.
func (c *Client) Duties(ctx context.Context, at time.Time) ([]Duty, error) {
	return get[[]Duty](ctx, c, "/api/v1/oncall", values(map[string]string{"at": instant(at)}))
}
