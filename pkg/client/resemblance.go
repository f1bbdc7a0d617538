package client

import (
	"context"
	"net/url"
	"strconv"
	"time"
)

// Resemblance is an incident that resembles another one, with what makes it so and what became of it.
type Resemblance struct {
	Incident   string    `json:"incident"` // id
	Service    string    `json:"service"`
	Title      string    `json:"title"`
	OpenedAt   time.Time `json:"opened_at"`
	ResolvedAt time.Time `json:"resolved_at,omitzero"` // zero while it is open

	Score float64 `json:"score"` // from 0 to 1
	Parts Parts   `json:"parts"`
	// Words and Labels are what both have, those that say most first.
	Words  []string `json:"words"`
	Labels []string `json:"labels"` // "region=eu"

	Resolution string `json:"resolution,omitempty"` // what was said when it was resolved
	Outcome    string `json:"outcome,omitempty"`
	Cause      string `json:"cause,omitempty"`
	ResolvedBy string `json:"resolved_by,omitempty"`
}

// Parts are what a score is the sum of.
type Parts struct {
	Text    float64 `json:"text"`
	Labels  float64 `json:"labels"`
	Service float64 `json:"service"`
	Key     float64 `json:"key"`
}

// Candidate is what may deserve a problem record, with the evidence for it.
type Candidate struct {
	Kind    string            `json:"kind"` // key, alert, labels or workaround
	Service string            `json:"service"`
	Key     string            `json:"key,omitempty"`
	Alert   string            `json:"alert,omitempty"`
	Labels  map[string]string `json:"labels,omitempty"`
	Title   string            `json:"title"` // of the newest incident
	// Count is how many lie in the window that holds most, From and To its first and last opening.
	Count       int       `json:"count"`
	Total       int       `json:"total"` // of all
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
	Hours       float64   `json:"hours"` // for which those of the window were open together
	Priority    string    `json:"priority,omitempty"`
	Unexplained int       `json:"unexplained"`       // of the window, without a cause in their books
	Incidents   []string  `json:"incidents"`         // of the window, oldest first
	Problem     string    `json:"problem,omitempty"` // that some are linked to already
}

// CandidateQuery says what counts as recurring. The zero value asks for three within 30 days, of the
// last 90.
type CandidateQuery struct {
	Times, Days   int
	Labels        []string // that make up a fingerprint; none compares whole sets
	Service, Team string
	Since         time.Time // only incidents that opened at this instant or later
	All           bool      // also what belongs to one problem already
}

// Similar gives the incidents that resemble one most. [ErrNotFound] when there is no such incident.
func (c *Client) Similar(ctx context.Context, id string, limit int) ([]Resemblance, error) {
	var all []Resemblance
	err := c.get(ctx, incidentPath(id, "similar"), url.Values{"limit": {strconv.Itoa(limit)}}, &all)
	return all, err
}

// Candidates gives what may deserve a problem record.
func (c *Client) Candidates(ctx context.Context, q CandidateQuery) ([]Candidate, error) {
	v := url.Values{}
	for name, n := range map[string]int{"times": q.Times, "days": q.Days} {
		if n != 0 {
			v.Set(name, strconv.Itoa(n))
		}
	}
	for name, value := range map[string]string{"service": q.Service, "team": q.Team} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(q.Labels) > 0 {
		v["label"] = q.Labels
	}
	if !q.Since.IsZero() {
		v.Set("since", q.Since.UTC().Format(time.RFC3339))
	}
	if q.All {
		v.Set("all", "true")
	}
	var all []Candidate
	err := c.get(ctx, "/api/v1/problems/candidates", v, &all)
	return all, err
}
