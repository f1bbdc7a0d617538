package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Problem is a problem record as it stands.
type Problem struct {
	ID        string      `json:"id"` // "PRB-5f0c1a2b3c4d"
	Service   string      `json:"service"`
	Title     string      `json:"title"`
	Status    string      `json:"status"`          // open, known-error or closed
	Cause     string      `json:"cause,omitempty"` // the root cause
	Known     *KnownError `json:"known,omitempty"` // nil while the problem is not a known error
	Incidents []string    `json:"incidents"`       // ids, in the order in which they were linked

	OpenedAt   time.Time `json:"opened_at"`
	OpenedBy   string    `json:"opened_by,omitempty"`
	UpdatedAt  time.Time `json:"updated_at"`
	ClosedAt   time.Time `json:"closed_at,omitzero"` // zero while it is not closed
	ClosedBy   string    `json:"closed_by,omitempty"`
	Resolution string    `json:"resolution,omitempty"` // what was done about the cause
}

// KnownError is a workaround, and which incidents it concerns: those of the services for which everything
// else that is named holds. Something else must be named.
type KnownError struct {
	Workaround string            `json:"workaround"`         // 2000 bytes at most
	Services   []string          `json:"services,omitempty"` // Defaults to the problem's.
	Key        string            `json:"key,omitempty"`      // the dedup key
	Alert      string            `json:"alert,omitempty"`    // the value of the label alertname
	Labels     map[string]string `json:"labels,omitempty"`   // all of them
}

// The questions about problems.
type (
	// Opening opens a problem.
	Opening struct {
		Ask
		Title     string   `json:"title"`
		Service   string   `json:"service,omitempty"` // Defaults to that of the first incident.
		Cause     string   `json:"cause,omitempty"`
		Incidents []string `json:"incidents,omitempty"` // that belong to it
	}
	// ProblemChange says what is known now; what is left empty stays.
	ProblemChange struct {
		Ask
		Title   string      `json:"title,omitempty"`
		Cause   string      `json:"cause,omitempty"`
		Known   *KnownError `json:"known,omitempty"`
		Unknown bool        `json:"unknown,omitempty"` // the problem is not a known error any more
	}
	// ProblemLink names an incident.
	ProblemLink struct {
		Ask
		Incident string `json:"incident"`
	}
	// ProblemClosure says what was done about the cause.
	ProblemClosure struct {
		Ask
		Resolution string `json:"resolution"`
	}
	// ProblemQuery selects problems. The zero value asks for those that are not closed.
	ProblemQuery struct {
		Status            string // open (all but closed), known-error, closed or all
		Service, Incident string // the incident's full id
	}
)

// ProblemOutcome is what became of a question about a problem.
type ProblemOutcome struct {
	ID string `json:"id"` // of the input
	// Done is false when it is accepted durably and the outcome was not known in time.
	Done    bool     `json:"done"`
	Problem *Problem `json:"problem"`                  // as it stands after it; nil when not known
	Open    []string `json:"open_incidents,omitempty"` // after a closure: linked incidents that are open
}

// Problems gives those that fit the query, the newest first.
func (c *Client) Problems(ctx context.Context, q ProblemQuery) ([]Problem, error) {
	v := url.Values{}
	for name, value := range map[string]string{"status": q.Status, "service": q.Service, "incident": q.Incident} {
		if value != "" {
			v.Set(name, value)
		}
	}
	var all []Problem
	err := c.get(ctx, "/api/v1/problems", v, &all)
	return all, err
}

// Problem finds one by its id or an unambiguous beginning of it. [ErrNotFound] when there is none; so too those below.
func (c *Client) Problem(ctx context.Context, id string) (Problem, error) {
	var one Problem
	err := c.get(ctx, problemPath(id, ""), nil, &one)
	return one, err
}

// OpenProblem opens a record. [ErrRefused] when the engine would not; so too those below.
func (c *Client) OpenProblem(ctx context.Context, o Opening) (ProblemOutcome, error) {
	return c.askProblem(ctx, "/api/v1/problems", o)
}

// LinkProblem says that an incident belongs to a problem.
func (c *Client) LinkProblem(ctx context.Context, id string, l ProblemLink) (ProblemOutcome, error) {
	return c.askProblem(ctx, problemPath(id, "/link"), l)
}

// UnlinkProblem says that it does not.
func (c *Client) UnlinkProblem(ctx context.Context, id string, l ProblemLink) (ProblemOutcome, error) {
	return c.askProblem(ctx, problemPath(id, "/unlink"), l)
}

// ChangeProblem changes what is known.
func (c *Client) ChangeProblem(ctx context.Context, id string, p ProblemChange) (ProblemOutcome, error) {
	return c.askProblem(ctx, problemPath(id, "/change"), p)
}

// CloseProblem closes it; its workaround is shown no more.
func (c *Client) CloseProblem(ctx context.Context, id string, p ProblemClosure) (ProblemOutcome, error) {
	return c.askProblem(ctx, problemPath(id, "/close"), p)
}

func (c *Client) askProblem(ctx context.Context, path string, ask any) (ProblemOutcome, error) {
	var out ProblemOutcome
	err := c.call(ctx, http.MethodPost, path, nil, ask, &out)
	return out, err
}

func problemPath(id, rest string) string { return "/api/v1/problems/" + url.PathEscape(id) + rest }
