package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Overriding asks to change who is on call for a stretch of time.
type Overriding struct {
	Ask
	// Kind is "override" (somebody stands in), "swap" (two exchange their duties), "temporary" (the
	// shifts alone are the schedule) or "shadow" (somebody looks on).
	Kind string    `json:"kind"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"` // the first instant after it
	// People stand in, exchange (two of them) or look on; ids. Not of "temporary".
	People []string `json:"people,omitempty"`
	// Replaces, of "override", is the only person who is replaced; empty for everybody on call.
	Replaces string `json:"replaces,omitempty"`
	Shifts   []Turn `json:"shifts,omitempty"` // of "temporary"
}

// Turn is one shift of a temporary schedule.
type Turn struct {
	People []string  `json:"people"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
}

// Override is one that is in force.
type Override struct {
	ID       string `json:"id"`
	Schedule string `json:"schedule"`
	Overriding
	AddedAt time.Time `json:"added_at"`
}

// Placed is what became of an override that was asked for or taken back.
type Placed struct {
	ID string `json:"id"` // the override's
	// Done is false when it is accepted durably and not known yet to count everywhere.
	Done     bool      `json:"done"`
	Override *Override `json:"override"` // nil when not known
}

// Overrides gives those of a schedule that are not over, in the order in which they came.
// [ErrNotFound] when there is no such schedule; so too those below.
func (c *Client) Overrides(ctx context.Context, schedule string) ([]Override, error) {
	var all []Override
	err := c.get(ctx, overridePath(schedule), nil, &all)
	return all, err
}

// AddOverride changes who is on call. Of two that meet the later one wins.
func (c *Client) AddOverride(ctx context.Context, schedule string, o Overriding) (Placed, error) {
	var out Placed
	err := c.call(ctx, http.MethodPost, overridePath(schedule), nil, o, &out)
	return out, err
}

// RemoveOverride takes one back, named by its id or an unambiguous beginning of it. [ErrNotFound] also
// when there is no such override, [ErrRefused] when it is over.
func (c *Client) RemoveOverride(ctx context.Context, schedule, id, by string) (Placed, error) {
	query := url.Values{}
	if by != "" {
		query.Set("by", by)
	}
	var out Placed
	err := c.call(ctx, http.MethodDelete, overridePath(schedule)+"/"+url.PathEscape(id), query, nil, &out)
	return out, err
}

func overridePath(schedule string) string {
	return "/api/v1/schedules/" + url.PathEscape(schedule) + "/overrides"
}
