package client

import (
	"context"
	"net/url"
	"time"
)

// ScheduleSummary is a schedule in the list of all.
type ScheduleSummary struct {
	Schedule string   `json:"schedule"`
	Timezone string   `json:"timezone"` // an IANA name
	Layers   int      `json:"layers"`   // number of layers
	People   []string `json:"people"`   // ids of everybody in the rotations
	OnCall   []string `json:"on_call"`  // ids; empty for nobody
	// Until is the next change; zero if nothing will change.
	Until time.Time `json:"until,omitzero"`
	// Import is nil for a schedule of layers.
	Import *Import `json:"import,omitempty"`
}

// Import is the state of the calendar of an imported schedule.
type Import struct {
	Source    string    `json:"source"`              // host or file
	CheckedAt time.Time `json:"checked_at,omitzero"` // last check
	ReadAt    time.Time `json:"read_at,omitzero"`    // when the version in use was read; zero for never
	Fault     string    `json:"fault,omitempty"`     // why the last check changed nothing
	LeftOut   []string  `json:"left_out,omitempty"`  // skipped events, with the reasons
}

// SchedulePlan is a period of a schedule. The shifts cover the whole period.
type SchedulePlan struct {
	Schedule string      `json:"schedule"`
	Timezone string      `json:"timezone"` // an IANA name
	From     time.Time   `json:"from"`
	To       time.Time   `json:"to"`
	Shifts   []Shift     `json:"shifts"`
	Gaps     []TimeRange `json:"gaps"` // when nobody is on call
	// Conflicts are when a person is on call here and in another schedule at once.
	Conflicts []Conflict `json:"conflicts"`
	// Import is nil for a schedule of layers.
	Import *Import `json:"import,omitempty"`
}

// TimeRange is a period of time, To exclusive.
type TimeRange struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Conflict is a period in which a person is also on call in another schedule.
type Conflict struct {
	Person   string    `json:"person"`
	Schedule string    `json:"schedule"` // the other schedule
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
}

// Shift is a shift, or the part of it within the period.
type Shift struct {
	People []string  `json:"people"` // ids; empty for nobody
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	// Layer is the layer that decides, from 1; 0 for none.
	Layer int `json:"layer,omitzero"`
	// Override is the id of the override that decides; empty for none.
	Override string `json:"override,omitempty"`
}

// Schedules returns all schedules, by name.
func (c *Client) Schedules(ctx context.Context) ([]ScheduleSummary, error) {
	return get[[]ScheduleSummary](ctx, c, "/api/v1/schedules", nil)
}

// Schedule returns the shifts of a schedule in a period of at most 366 days. A zero from means now, a zero to two
// weeks after from. The error is [ErrNotFound] if there is no such schedule.
func (c *Client) Schedule(ctx context.Context, schedule string, from, to time.Time) (SchedulePlan, error) {
	return get[SchedulePlan](ctx, c, "/api/v1/schedules/"+url.PathEscape(schedule), values(map[string]string{"from": instant(from), "to": instant(to)}))
}
