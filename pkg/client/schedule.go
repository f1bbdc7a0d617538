package client

import (
	"context"
	"net/url"
	"time"
)

// ScheduleLine is one schedule in the list of all.
type ScheduleLine struct {
	Schedule string   `json:"schedule"`
	Timezone string   `json:"timezone"` // an IANA name
	Layers   int      `json:"layers"`   // how many
	People   []string `json:"people"`   // ids of everybody who takes turns
	OnCall   []string `json:"on_call"`  // ids of those on call now; empty when nobody is
	// Until is the next change; zero when nothing will change.
	Until time.Time `json:"until,omitzero"`
	// Import is nil for a schedule of layers.
	Import *Import `json:"import,omitempty"`
}

// Import is how it stands with the calendar of an imported schedule.
type Import struct {
	Source    string    `json:"source"`              // the host or file that it is read of
	CheckedAt time.Time `json:"checked_at,omitzero"` // the last look at it
	ReadAt    time.Time `json:"read_at,omitzero"`    // when what counts was read; zero for never
	Fault     string    `json:"fault,omitempty"`     // why the last look changed nothing
	LeftOut   []string  `json:"left_out,omitempty"`  // events that are not taken, with their reasons
}

// SchedulePlan is a stretch of a schedule. Its shifts fill the stretch without holes.
type SchedulePlan struct {
	Schedule string    `json:"schedule"`
	Timezone string    `json:"timezone"` // an IANA name
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Shifts   []Shift   `json:"shifts"`
	Gaps     []Stretch `json:"gaps"` // where nobody is on call
	// Conflicts are where somebody is on call here and in another schedule at once.
	Conflicts []Conflict `json:"conflicts"`
	// Import is nil for a schedule of layers.
	Import *Import `json:"import,omitempty"`
}

// Stretch is a stretch of time.
type Stretch struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Conflict is a person who is on call in another schedule too.
type Conflict struct {
	Person   string    `json:"person"`
	Schedule string    `json:"schedule"` // the other one
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
}

// Shift is a turn within the stretch, or a part of one.
type Shift struct {
	People []string  `json:"people"` // ids; empty when nobody is on call
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	// Layer counts from 1; 0 where no layer decides.
	Layer int `json:"layer,omitzero"`
	// Override is the id of the one that decides; empty where none does.
	Override string `json:"override,omitempty"`
}

// Schedules gives all schedules, by name.
func (c *Client) Schedules(ctx context.Context) ([]ScheduleLine, error) {
	var all []ScheduleLine
	err := c.get(ctx, "/api/v1/schedules", nil, &all)
	return all, err
}

// Schedule gives the shifts of a schedule between two instants, at most 366 days apart. A zero from
// means now, a zero to two weeks after from. [ErrNotFound] when there is no such schedule.
func (c *Client) Schedule(ctx context.Context, schedule string, from, to time.Time) (SchedulePlan, error) {
	query := url.Values{}
	for name, at := range map[string]time.Time{"from": from, "to": to} {
		if !at.IsZero() {
			query.Set(name, at.Format(time.RFC3339Nano))
		}
	}
	var p SchedulePlan
	err := c.get(ctx, "/api/v1/schedules/"+url.PathEscape(schedule), query, &p)
	return p, err
}
