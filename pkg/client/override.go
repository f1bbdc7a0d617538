package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// NewOverride changes who is on call for a while.
type NewOverride struct {
	Ask
	// Kind is "override" (people take over), "swap" (two people swap their shifts), "temporary" (Shifts replace the
	// schedule) or "shadow" (people are paged too).
	Kind string    `json:"kind"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"` // exclusive
	// People are the ids of those who take over, swap (two) or shadow. Not for "temporary".
	People []string `json:"people,omitempty"`
	// Replaces is the only person to replace; empty for everybody on call. For "override" only.
	Replaces string          `json:"replaces,omitempty"`
	Shifts   []OverrideShift `json:"shifts,omitempty"` // for "temporary"
}

// OverrideShift is a shift of a temporary schedule.
type OverrideShift struct {
	People []string  `json:"people"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
}

// Override is an override in force.
type Override struct {
	ID       string `json:"id"`
	Schedule string `json:"schedule"`
	NewOverride
	AddedAt time.Time `json:"added_at"`
}

// OverrideOutcome is the result of adding or removing an override.
type OverrideOutcome struct {
	ID string `json:"id"` // of the override
	// Done is false if the change is stored durably, but not known to be used everywhere yet.
	Done     bool      `json:"done"`
	Override *Override `json:"override"` // nil if not known
}

// Overrides returns the current and future overrides of a schedule, in the order in which they were added. The error
// of this and the following methods is [ErrNotFound] if there is no such schedule.
func (c *Client) Overrides(ctx context.Context, schedule string) ([]Override, error) {
	return get[[]Override](ctx, c, overridePath(schedule), nil)
}

// AddOverride adds an override. Of two overlapping ones the later wins.
func (c *Client) AddOverride(ctx context.Context, schedule string, o NewOverride) (OverrideOutcome, error) {
	return send[OverrideOutcome](ctx, c, http.MethodPost, overridePath(schedule), o)
}

// RemoveOverride removes an override by its id or an unambiguous prefix of it. The error is [ErrNotFound] if there
// is none, and [ErrRefused] if it has ended.
func (c *Client) RemoveOverride(ctx context.Context, schedule, id, by string) (out OverrideOutcome, err error) {
	path := overridePath(schedule) + "/" + url.PathEscape(id)
	return out, c.call(ctx, http.MethodDelete, path, values(map[string]string{"by": by}), nil, &out)
}

func overridePath(schedule string) string {
	return "/api/v1/schedules/" + url.PathEscape(schedule) + "/overrides"
}
