package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
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
	Assignee       string     `json:"assignee"`
	Alerts         []Alert    `json:"alerts"`
	Seq            uint64     `json:"seq"` // number of its newest fact
	UpdatedAt      time.Time  `json:"updated_at"`
}

// Alert is one alert of an incident.
type Alert struct {
	events.Alert
	Status string `json:"status"` // firing, cleared, expired
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
	// Limit is from 1 to 1000. Defaults to 50.
	Limit int
	// Before is an incident's id: only those that opened before it.
	Before string
}

func (q Query) values() url.Values {
	v := url.Values{}
	limit := ""
	if q.Limit != 0 {
		limit = strconv.Itoa(q.Limit)
	}
	for name, value := range map[string]string{"status": q.Status, "service": q.Service, "team": q.Team, "limit": limit, "before": q.Before} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
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

// Ask is what goes with a command. The zero value is good for all but Note.
type Ask struct {
	By   string `json:"by,omitempty"`   // who asks: a person's id, or any name
	Note string `json:"note,omitempty"` // free text for the timeline
	// Level is for Escalate: the level to climb to, from 1; 0 means the next one.
	Level int `json:"level,omitempty"`
}

// Outcome is what became of a command or an alert.
type Outcome struct {
	ID string `json:"id"` // of the input
	// Done is false when it is accepted durably and the outcome was not known in time.
	Done     bool      `json:"done"`
	Incident *Incident `json:"incident"` // as it stands after it; nil when not known
	Facts    []Entry   `json:"facts"`    // what it led to
}

// Acknowledge takes the incident. [ErrRefused] when the engine would not; so too those below.
func (c *Client) Acknowledge(ctx context.Context, id string, ask Ask) (Outcome, error) {
	return c.command(ctx, id, "acknowledge", ask)
}

// Unacknowledge gives the incident back.
func (c *Client) Unacknowledge(ctx context.Context, id string, ask Ask) (Outcome, error) {
	return c.command(ctx, id, "unacknowledge", ask)
}

// Resolve ends the incident.
func (c *Client) Resolve(ctx context.Context, id string, ask Ask) (Outcome, error) {
	return c.command(ctx, id, "resolve", ask)
}

// Reopen opens a resolved incident again.
func (c *Client) Reopen(ctx context.Context, id string, ask Ask) (Outcome, error) {
	return c.command(ctx, id, "reopen", ask)
}

// Escalate climbs now.
func (c *Client) Escalate(ctx context.Context, id string, ask Ask) (Outcome, error) {
	return c.command(ctx, id, "escalate", ask)
}

// Note leaves ask.Note in the timeline.
func (c *Client) Note(ctx context.Context, id string, ask Ask) (Outcome, error) {
	return c.command(ctx, id, "note", ask)
}

func (c *Client) command(ctx context.Context, id, verb string, ask Ask) (Outcome, error) {
	var out Outcome
	err := c.call(ctx, http.MethodPost, incidentPath(id, verb), nil, ask, &out)
	return out, err
}
