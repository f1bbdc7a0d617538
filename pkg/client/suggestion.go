package client

import "context"

// Suggestions are those made for an incident when it opened.
type Suggestions struct {
	Incident string `json:"incident"`
	// Known is false if the suggestions are gone, because the incident was resolved long ago, or never existed.
	Known       bool         `json:"known"`
	Suggestions []Suggestion `json:"suggestions"`
}

// Suggestion is something to consider, and why.
type Suggestion struct {
	Kind   string `json:"kind"` // escalate, priority, team, spike
	Says   string `json:"says"` // one sentence
	Action Action `json:"action"`
	// Probability is the estimate, AtLeast its lower bound with 90 % confidence; both are 0 for a spike.
	Probability float64  `json:"probability,omitempty"`
	AtLeast     float64  `json:"at_least,omitempty"`
	Evidence    Evidence `json:"evidence"`
}

// Action is what to do; empty for a spike.
type Action struct {
	Level    int    `json:"level,omitempty"` // level to page now, from 1
	Priority string `json:"priority,omitempty"`
	Team     string `json:"team,omitempty"`
}

// Evidence is the evidence for a suggestion.
type Evidence struct {
	Of        int      `json:"of"`        // number of similar incidents
	Hits      int      `json:"hits"`      // number of those that agree
	Incidents []string `json:"incidents"` // ids of those that agree, newest first
	Basis     string   `json:"basis"`     // how they are similar: "same alert name"
	Among     string   `json:"among"`     // what they have in common: "DiskFull"
	// Usual and Limit are for a spike: the usual number of alerts, and the most that would not be a spike.
	Usual float64 `json:"usual,omitempty"`
	Limit float64 `json:"limit,omitempty"`
}

// Suggestions returns the suggestions for an incident. The error is [ErrNotFound] if there is no such incident, and
// [ErrUnavailable] while the gateway is still reading the history.
func (c *Client) Suggestions(ctx context.Context, id string) (Suggestions, error) {
	return get[Suggestions](ctx, c, incidentPath(id, "suggestions"), nil)
}
