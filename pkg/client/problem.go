package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Problem is the current state of a problem record.
type Problem struct {
	ID        string      `json:"id"` // "PRB-5f0c1a2b3c4d"
	Service   string      `json:"service"`
	Title     string      `json:"title"`
	Status    string      `json:"status"`          // open, known-error or closed
	Cause     string      `json:"cause,omitempty"` // the root cause
	Known     *KnownError `json:"known,omitempty"` // nil: not a known error
	Incidents []string    `json:"incidents"`       // ids, in the order in which they were linked

	OpenedAt   time.Time `json:"opened_at"`
	OpenedBy   string    `json:"opened_by,omitempty"`
	UpdatedAt  time.Time `json:"updated_at"`
	ClosedAt   time.Time `json:"closed_at,omitzero"` // zero: not closed
	ClosedBy   string    `json:"closed_by,omitempty"`
	Resolution string    `json:"resolution,omitempty"` // what fixed the cause
}

// KnownError is a workaround, and which incidents it applies to: those of Services that match all of Key, Alert and
// Labels. At least one of the three must be set.
type KnownError struct {
	Workaround string            `json:"workaround"`         // at most 2000 bytes
	Services   []string          `json:"services,omitempty"` // Defaults to that of the problem.
	Key        string            `json:"key,omitempty"`      // dedup key
	Alert      string            `json:"alert,omitempty"`    // value of the label alertname
	Labels     map[string]string `json:"labels,omitempty"`   // all of them
}

// The queries and commands about problems.
type (
	// NewProblem opens a problem.
	NewProblem struct {
		Ask
		Title     string   `json:"title"`
		Service   string   `json:"service,omitempty"` // Defaults to that of the first incident.
		Cause     string   `json:"cause,omitempty"`
		Incidents []string `json:"incidents,omitempty"` // ids to link
	}
	// ProblemChange changes a problem; empty fields change nothing.
	ProblemChange struct {
		Ask
		Title   string      `json:"title,omitempty"`
		Cause   string      `json:"cause,omitempty"`
		Known   *KnownError `json:"known,omitempty"`
		Unknown bool        `json:"unknown,omitempty"` // drop the known error
	}
	// ProblemLink names the incident to link or unlink.
	ProblemLink struct {
		Ask
		Incident string `json:"incident"`
	}
	// ProblemClosure closes a problem; Resolution says what fixed the cause.
	ProblemClosure struct {
		Ask
		Resolution string `json:"resolution"`
	}
	// ProblemQuery selects problems. The zero value selects those that are not closed.
	ProblemQuery struct {
		Status            string // open (all but closed), known-error, closed or all
		Service, Incident string // Incident is a full id
	}
)

// ProblemOutcome is the result of a command about a problem.
type ProblemOutcome struct {
	ID string `json:"id"` // of the input
	// Done is false if the command is stored durably but was not decided in time.
	Done    bool     `json:"done"`
	Problem *Problem `json:"problem"`                  // afterwards; nil if not known
	Open    []string `json:"open_incidents,omitempty"` // after a closure: linked incidents that are still open
}

// Problems returns the problems that match the query, newest first.
func (c *Client) Problems(ctx context.Context, q ProblemQuery) ([]Problem, error) {
	return get[[]Problem](ctx, c, "/api/v1/problems", values(map[string]string{"status": q.Status, "service": q.Service, "incident": q.Incident}))
}

// Problem returns a problem by its id or an unambiguous prefix of it. The error of this and the following methods is
// [ErrNotFound] if there is none.
func (c *Client) Problem(ctx context.Context, id string) (Problem, error) {
	return get[Problem](ctx, c, problemPath(id, ""), nil)
}

// OpenProblem opens a problem. The error of this and the following methods is [ErrRefused] if the engine refuses.
func (c *Client) OpenProblem(ctx context.Context, p NewProblem) (ProblemOutcome, error) {
	return c.problemCommand(ctx, "/api/v1/problems", p)
}

// LinkProblem links an incident to a problem.
func (c *Client) LinkProblem(ctx context.Context, id string, l ProblemLink) (ProblemOutcome, error) {
	return c.problemCommand(ctx, problemPath(id, "/link"), l)
}

// UnlinkProblem removes the link of an incident to a problem.
func (c *Client) UnlinkProblem(ctx context.Context, id string, l ProblemLink) (ProblemOutcome, error) {
	return c.problemCommand(ctx, problemPath(id, "/unlink"), l)
}

// ChangeProblem changes what is known about a problem.
func (c *Client) ChangeProblem(ctx context.Context, id string, p ProblemChange) (ProblemOutcome, error) {
	return c.problemCommand(ctx, problemPath(id, "/change"), p)
}

// CloseProblem closes a problem; its workaround is no longer shown.
func (c *Client) CloseProblem(ctx context.Context, id string, p ProblemClosure) (ProblemOutcome, error) {
	return c.problemCommand(ctx, problemPath(id, "/close"), p)
}

func (c *Client) problemCommand(ctx context.Context, path string, ask any) (ProblemOutcome, error) {
	return send[ProblemOutcome](ctx, c, http.MethodPost, path, ask)
}

func problemPath(id, rest string) string { return "/api/v1/problems/" + url.PathEscape(id) + rest }
