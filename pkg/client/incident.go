package client

import (
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"time"

	"tocsin.dev/pkg/events"
)

// Incident is the current state of an incident.
type Incident struct {
	ID             string     `json:"id"`
	Service        string     `json:"service"`
	Team           string     `json:"team"`
	Title          string     `json:"title"`
	Status         string     `json:"status"`   // triggered, acknowledged, snoozed, resolved
	Priority       string     `json:"priority"` // P1 to P5
	Severity       string     `json:"severity"`
	Policy         string     `json:"policy"`
	Level          int        `json:"level"` // 0 before the first
	Round          int        `json:"round"`
	DedupKey       string     `json:"dedup_key"`
	OpenedAt       time.Time  `json:"opened_at"`
	AcknowledgedAt *time.Time `json:"acknowledged_at"` // nil: not acknowledged
	AcknowledgedBy string     `json:"acknowledged_by"`
	ResolvedAt     *time.Time `json:"resolved_at"` // nil: open
	Assignee       string     `json:"assignee"`    // "person:bo"; empty for nobody
	Alerts         []Alert    `json:"alerts"`
	Seq            uint64     `json:"seq"` // number of the newest fact
	UpdatedAt      time.Time  `json:"updated_at"`

	SnoozedUntil time.Time `json:"snoozed_until,omitzero"` // zero: not snoozed
	// Impact and Urgency determined the priority; empty if something else did.
	Impact  string `json:"impact,omitempty"`
	Urgency string `json:"urgency,omitempty"`
	Runbook string `json:"runbook,omitempty"` // URL, from the service
	// Roles maps roles in the response, such as "scribe", to people.
	Roles      map[string]string `json:"roles,omitempty"`
	Responders []string          `json:"responders,omitempty"` // in the order in which they were asked
	Tasks      []Task            `json:"tasks,omitempty"`      // by number
	Documents  []DocumentInfo    `json:"documents,omitempty"`  // by number
	Notes      int               `json:"notes,omitempty"`      // number of notes

	Clocks       []Clock   `json:"clocks,omitempty"`
	ClocksPaused bool      `json:"clocks_paused,omitempty"`
	PausedUntil  time.Time `json:"paused_until,omitzero"` // zero: until they are resumed

	MergedInto string   `json:"merged_into,omitempty"` // id of the incident that this one was merged into
	Absorbed   []string `json:"absorbed,omitempty"`    // ids of the incidents merged into this one
	SplitFrom  string   `json:"split_from,omitempty"`

	// KnownError is the problem whose known error it matches; nil for none.
	KnownError *events.PageKnown `json:"known_error,omitempty"`

	// Outcome and Cause are those of the closure; empty if it is not closed.
	Outcome string `json:"outcome,omitempty"`
	Cause   string `json:"cause,omitempty"`
}

// Alert is an alert of an incident.
type Alert struct {
	events.Alert
	Status string `json:"status"` // firing, cleared, expired, moved
}

// Clock measures an incident against a goal.
type Clock struct {
	Clock    string `json:"clock"`              // "response" or "resolution"
	Goal     string `json:"goal"`               // allowed working time: "4h0m0s"
	Calendar string `json:"calendar,omitempty"` // empty: all hours are working time
	// DueAt and AtRiskAt are zero while the clock is stopped, and if it never gets there.
	DueAt    time.Time `json:"due_at,omitzero"`
	AtRiskAt time.Time `json:"at_risk_at,omitzero"`
	AtRisk   bool      `json:"at_risk"`
	Breached bool      `json:"breached"`          // stays true if the goal is met later
	Met      bool      `json:"met"`               // acknowledged or resolved
	Elapsed  string    `json:"elapsed,omitempty"` // working time; empty until Met
	Paused   bool      `json:"paused"`
}

// Task is a follow-up task of an incident.
type Task struct {
	Number int    `json:"number"` // from 1, within the incident
	Text   string `json:"text"`
	Owner  string `json:"owner,omitempty"` // "person:bo"
	Done   bool   `json:"done"`
	// AddedAt and DoneAt are zero if unknown; DoneAt also for an open task.
	AddedAt time.Time `json:"added_at,omitzero"`
	DoneAt  time.Time `json:"done_at,omitzero"`
}

// DocumentInfo describes a document of an incident. Its text is in the timeline entry Seq.
type DocumentInfo struct {
	Number int       `json:"number"` // from 1, within the incident
	Title  string    `json:"title"`
	Type   string    `json:"type"`
	Bytes  int       `json:"bytes"`
	By     string    `json:"by,omitempty"`
	At     time.Time `json:"at"`
	Seq    uint64    `json:"seq"`
}

// Entry is an entry of a timeline.
type Entry struct {
	Seq      uint64          `json:"seq"`
	At       time.Time       `json:"at"`
	Type     string          `json:"type"`
	Incident string          `json:"incident"`
	Summary  string          `json:"summary"`
	Reason   string          `json:"reason"`
	Actor    string          `json:"actor"`
	Data     json.RawMessage `json:"data"`
	ID       string          `json:"id"`
	Cause    string          `json:"cause,omitempty"`
	Hash     string          `json:"hash"`
}

// Query selects incidents, newest first. The zero value selects the 50 newest open ones.
type Query struct {
	// Status is one of the statuses, "open" or "all". Defaults to "open".
	Status        string
	Service, Team string
	// Priority is the current one: "P1".
	Priority string
	// Person was paged or answered; with or without "person:".
	Person string
	// Labels are labels that an alert has, all of them.
	Labels map[string]string
	// Text is words that all occur in the title, service, notes or alerts.
	Text string
	// From (inclusive) and To (exclusive) bound the time of opening. Zero means no bound.
	From, To time.Time
	// Limit is from 1 to 1000. Defaults to 50.
	Limit int
	// Before is the id of an incident, or an unambiguous prefix: the list continues after it.
	Before string
}

// Incidents returns the incidents that match the query.
func (c *Client) Incidents(ctx context.Context, q Query) ([]Incident, error) {
	v := values(map[string]string{
		"status": q.Status, "service": q.Service, "team": q.Team, "priority": q.Priority, "person": q.Person, "text": q.Text,
		"from": instant(q.From), "to": instant(q.To), "limit": number(q.Limit), "before": q.Before,
	})
	for _, name := range slices.Sorted(maps.Keys(q.Labels)) {
		v.Add("label", name+"="+q.Labels[name])
	}
	return get[[]Incident](ctx, c, "/api/v1/incidents", v)
}

// Incident returns an incident by its id or an unambiguous prefix of it. The error is [ErrNotFound] if there is none.
func (c *Client) Incident(ctx context.Context, id string) (Incident, error) {
	return get[Incident](ctx, c, incidentPath(id, ""), nil)
}

// Timeline returns the entries of an incident after the one with that number; 0 returns all.
func (c *Client) Timeline(ctx context.Context, id string, after uint64) ([]Entry, error) {
	return get[[]Entry](ctx, c, incidentPath(id, "timeline"), values(map[string]string{"after": number(int(after))})) //nolint:gosec // far below the limit of int
}

func incidentPath(id, rest string) string {
	path := "/api/v1/incidents/" + url.PathEscape(id)
	if rest != "" {
		path += "/" + rest
	}
	return path
}
