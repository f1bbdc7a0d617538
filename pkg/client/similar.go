package client

import (
	"context"
	"net/url"
	"strconv"
	"time"
)

// SimilarIncident is an incident that is similar to another one, with the reason and how it ended.
type SimilarIncident struct {
	Incident   string    `json:"incident"` // id
	Service    string    `json:"service"`
	Title      string    `json:"title"`
	OpenedAt   time.Time `json:"opened_at"`
	ResolvedAt time.Time `json:"resolved_at,omitzero"` // zero: open

	Score float64    `json:"score"` // from 0 to 1
	Parts ScoreParts `json:"parts"`
	// Words and Labels are those that both incidents have, most significant first.
	Words  []string `json:"words"`
	Labels []string `json:"labels"` // "region=eu"

	Resolution string `json:"resolution,omitempty"` // note of the resolution
	Outcome    string `json:"outcome,omitempty"`
	Cause      string `json:"cause,omitempty"`
	ResolvedBy string `json:"resolved_by,omitempty"`
}

// ScoreParts add up to a score.
type ScoreParts struct {
	Text    float64 `json:"text"`
	Labels  float64 `json:"labels"`
	Service float64 `json:"service"`
	Key     float64 `json:"key"`
}

// Candidate is a set of incidents that may deserve a problem record.
type Candidate struct {
	Kind    string            `json:"kind"` // key, alert, labels or workaround
	Service string            `json:"service"`
	Key     string            `json:"key,omitempty"`
	Alert   string            `json:"alert,omitempty"`
	Labels  map[string]string `json:"labels,omitempty"`
	Title   string            `json:"title"` // of the newest incident
	// Count is the number of incidents in the window with the most of them; From and To are its first and last
	// opening.
	Count       int       `json:"count"`
	Total       int       `json:"total"` // of all incidents
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
	Hours       float64   `json:"hours"` // total time for which those of the window were open
	Priority    string    `json:"priority,omitempty"`
	Unexplained int       `json:"unexplained"`       // of the window, closed without a cause
	Incidents   []string  `json:"incidents"`         // of the window, oldest first
	Problem     string    `json:"problem,omitempty"` // to which some are linked already
}

// CandidateQuery defines what counts as recurring. The zero value means 3 incidents in 30 days, of the last 90 days.
type CandidateQuery struct {
	Times, Days   int
	Labels        []string // that are part of the fingerprint; none: all labels
	Service, Team string
	Since         time.Time // only incidents opened at or after this instant
	All           bool      // also incidents that all belong to one problem already
}

// Similar returns the incidents most similar to this one. The error is [ErrNotFound] if there is no such incident.
func (c *Client) Similar(ctx context.Context, id string, limit int) ([]SimilarIncident, error) {
	return get[[]SimilarIncident](ctx, c, incidentPath(id, "similar"), url.Values{"limit": {strconv.Itoa(limit)}})
}

// Candidates returns what may deserve a problem record.
func (c *Client) Candidates(ctx context.Context, q CandidateQuery) ([]Candidate, error) {
	v := values(map[string]string{
		"times": number(q.Times), "days": number(q.Days), "service": q.Service, "team": q.Team, "since": instant(q.Since),
	})
	if len(q.Labels) > 0 {
		v["label"] = q.Labels
	}
	if q.All {
		v.Set("all", "true")
	}
	return get[[]Candidate](ctx, c, "/api/v1/problems/candidates", v)
}
