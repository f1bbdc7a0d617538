package client

import "context"

// Foreseen is what was suggested for an incident when it opened.
type Foreseen struct {
	Incident string `json:"incident"`
	// Known is false where the incident was over so long ago, or was never one, that its suggestions
	// are not kept.
	Known       bool         `json:"known"`
	Suggestions []Suggestion `json:"suggestions"`
}

// Suggestion is one thing to consider, and why.
type Suggestion struct {
	Kind   string `json:"kind"` // escalate, priority, team, spike
	Says   string `json:"says"` // one sentence
	Action Action `json:"action"`
	// Probability is the estimate, AtLeast what the incidents speak for nine times of ten; 0 for a spike.
	Probability float64  `json:"probability,omitempty"`
	AtLeast     float64  `json:"at_least,omitempty"`
	Evidence    Evidence `json:"evidence"`
}

// Action is what is suggested; nothing is set for a spike.
type Action struct {
	Level    int    `json:"level,omitempty"` // to page now, from 1
	Priority string `json:"priority,omitempty"`
	Team     string `json:"team,omitempty"`
}

// Evidence is what a suggestion rests on.
type Evidence struct {
	Of        int      `json:"of"`        // how many incidents like it were counted
	Hits      int      `json:"hits"`      // in how many of them it was so
	Incidents []string `json:"incidents"` // those in which it was so, the newest first
	Basis     string   `json:"basis"`     // what makes them alike: "same alert name"
	Among     string   `json:"among"`     // what they have in common: "DiskFull"
	// Usual and Limit are of a spike: how many alerts are usual, and up to how many would be no spike.
	Usual float64 `json:"usual,omitempty"`
	Limit float64 `json:"limit,omitempty"`
}

// Suggestions gives what was suggested for an incident; id may be shortened. [ErrNotFound] when there
// is none, [ErrUnavailable] while the history is being read.
func (c *Client) Suggestions(ctx context.Context, id string) (Foreseen, error) {
	var f Foreseen
	err := c.get(ctx, incidentPath(id, "suggestions"), nil, &f)
	return f, err
}
