package client

import (
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"time"

	"tocsin.dev/pkg/events"
)

// Incident is one incident as it stands.
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
	AcknowledgedAt *time.Time `json:"acknowledged_at"` // nil while nobody has it
	AcknowledgedBy string     `json:"acknowledged_by"`
	ResolvedAt     *time.Time `json:"resolved_at"` // nil while it is open
	Assignee       string     `json:"assignee"`    // "person:bo"; empty when nobody is answerable
	Alerts         []Alert    `json:"alerts"`
	Seq            uint64     `json:"seq"` // number of its newest fact
	UpdatedAt      time.Time  `json:"updated_at"`

	SnoozedUntil time.Time `json:"snoozed_until,omitzero"` // zero while it is not snoozed
	// Impact and Urgency are what the priority was made of; empty where something else decided.
	Impact  string `json:"impact,omitempty"`
	Urgency string `json:"urgency,omitempty"`
	Runbook string `json:"runbook,omitempty"` // link of the service
	// Roles are the people by their role in the response, such as "scribe".
	Roles      map[string]string `json:"roles,omitempty"`
	Responders []string          `json:"responders,omitempty"` // in the order in which they came
	Tasks      []Task            `json:"tasks,omitempty"`      // in the order of their numbers
	Documents  []Kept            `json:"documents,omitempty"`  // the same
	Notes      int               `json:"notes,omitempty"`      // how many there are

	Clocks       []Clock   `json:"clocks,omitempty"`
	ClocksPaused bool      `json:"clocks_paused,omitempty"`
	PausedUntil  time.Time `json:"paused_until,omitzero"` // zero: until they are resumed by hand

	MergedInto string   `json:"merged_into,omitempty"` // the incident in whose favour this one ended
	Absorbed   []string `json:"absorbed,omitempty"`    // those that ended in favour of this one
	SplitFrom  string   `json:"split_from,omitempty"`

	// KnownError is the problem whose known error it is a case of; nil for none.
	KnownError *events.PageKnown `json:"known_error,omitempty"`

	// Outcome and Cause are what the books were closed with; empty while they are not.
	Outcome string `json:"outcome,omitempty"`
	Cause   string `json:"cause,omitempty"`
}

// Alert is one alert of an incident.
type Alert struct {
	events.Alert
	Status string `json:"status"` // firing, cleared, expired, moved
}

// Clock is one target that measures an incident.
type Clock struct {
	Clock    string `json:"clock"`              // "response" or "resolution"
	Goal     string `json:"goal"`               // working time that may pass: "4h0m0s"
	Calendar string `json:"calendar,omitempty"` // empty: around the clock
	// DueAt and AtRiskAt are zero while the clock stands still, and where it never comes to that.
	DueAt    time.Time `json:"due_at,omitzero"`
	AtRiskAt time.Time `json:"at_risk_at,omitzero"`
	AtRisk   bool      `json:"at_risk"`
	Breached bool      `json:"breached"`          // also if it was met afterwards
	Met      bool      `json:"met"`               // what it waits for has happened
	Elapsed  string    `json:"elapsed,omitempty"` // working time; empty until it is met
	Paused   bool      `json:"paused"`
}

// Task is a follow-up of an incident.
type Task struct {
	Number int    `json:"number"` // from 1, within the incident
	Text   string `json:"text"`
	Owner  string `json:"owner,omitempty"` // "person:bo"
	Done   bool   `json:"done"`
	// AddedAt is when it was noted, DoneAt when it was done; zero where that is not known, or not so.
	AddedAt time.Time `json:"added_at,omitzero"`
	DoneAt  time.Time `json:"done_at,omitzero"`
}

// Kept is a document that is kept with an incident; its text stands in the timeline's entry Seq.
type Kept struct {
	Number int       `json:"number"` // from 1, within the incident
	Title  string    `json:"title"`
	Type   string    `json:"type"`
	Bytes  int       `json:"bytes"`
	By     string    `json:"by,omitempty"`
	At     time.Time `json:"at"`
	Seq    uint64    `json:"seq"`
}

// Entry is one line of a timeline.
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

// Query selects incidents, newest first. The zero value asks for the 50 newest that are open.
type Query struct {
	// Status is one of the statuses, "open" or "all". Defaults to "open".
	Status        string
	Service, Team string
	// Priority is the one it has now: "P1".
	Priority string
	// Person was paged for it or answered it; with or without "person:".
	Person string
	// Labels are names with values that an alert of it has.
	Labels map[string]string
	// Text is words that occur, all of them, in its title, service, notes or alerts.
	Text string
	// From and To bound the opening, To not included. Zero means no bound.
	From, To time.Time
	// Limit is from 1 to 1000. Defaults to 50.
	Limit int
	// Before is an incident's id, or an unambiguous beginning of it: only those listed after it.
	Before string
}

func (q Query) values() url.Values {
	v := url.Values{}
	limit := ""
	if q.Limit != 0 {
		limit = strconv.Itoa(q.Limit)
	}
	for name, value := range map[string]string{
		"status": q.Status, "service": q.Service, "team": q.Team, "priority": q.Priority, "person": q.Person, "text": q.Text,
		"from": written(q.From), "to": written(q.To), "limit": limit, "before": q.Before,
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(q.Labels)) {
		v.Add("label", name+"="+q.Labels[name])
	}
	return v
}

// written gives an instant as the API reads it; nothing for the zero time.
func written(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// Incidents gives those that fit the query.
func (c *Client) Incidents(ctx context.Context, q Query) ([]Incident, error) {
	var all []Incident
	err := c.get(ctx, "/api/v1/incidents", q.values(), &all)
	return all, err
}

// Incident finds one by its id or an unambiguous beginning of it. [ErrNotFound] when there is none.
func (c *Client) Incident(ctx context.Context, id string) (Incident, error) {
	var one Incident
	err := c.get(ctx, incidentPath(id, ""), nil, &one)
	return one, err
}

// Timeline gives the incident's entries after the one with that number; 0 gives all.
func (c *Client) Timeline(ctx context.Context, id string, after uint64) ([]Entry, error) {
	var all []Entry
	query := url.Values{}
	if after > 0 {
		query.Set("after", strconv.FormatUint(after, 10))
	}
	err := c.get(ctx, incidentPath(id, "timeline"), query, &all)
	return all, err
}

func incidentPath(id, rest string) string {
	path := "/api/v1/incidents/" + url.PathEscape(id)
	if rest != "" {
		path += "/" + rest
	}
	return path
}
