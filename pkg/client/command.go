package client

import (
	"context"
	"net/http"
	"time"
)

// Ask is what goes with every command. The zero value is good for all but Note.
type Ask struct {
	By   string `json:"by,omitempty"`   // who asks: a person's id, or any name
	Note string `json:"note,omitempty"` // free text for the timeline
}

// The commands that have more to say than who asks.
type (
	// Escalation says where to climb to, by one of its fields; none means the next level.
	Escalation struct {
		Ask
		Level int    `json:"level,omitempty"` // from 1
		To    string `json:"to,omitempty"`    // the team that takes the incident over
		Up    bool   `json:"up,omitempty"`    // the managers of whoever has it
	}
	// Span is how long something lasts, by one of its fields.
	Span struct {
		Until time.Time `json:"until,omitzero"`
		For   string    `json:"for,omitempty"` // from now by the gateway's clock: "2h30m"
	}
	// Snooze leaves an incident alone for a while.
	Snooze struct {
		Ask
		Span
	}
	// Assignment makes a person answerable.
	Assignment struct {
		Ask
		To string `json:"to"`
	}
	// Invitation asks more people to help: ids of people, or targets as in policies ("schedule:dba").
	Invitation struct {
		Ask
		Targets []string `json:"targets"`
	}
	// Priority sets P1 to P5 by its name, or by impact and urgency together.
	Priority struct {
		Ask
		Priority string `json:"priority,omitempty"`
		Impact   string `json:"impact,omitempty"`
		Urgency  string `json:"urgency,omitempty"`
	}
	// Merge ends an incident in favour of another one.
	Merge struct {
		Ask
		Into string `json:"into"` // its id, or an unambiguous beginning of it
	}
	// Split makes an incident of its own of some alerts.
	Split struct {
		Ask
		Alerts []string `json:"alerts"`          // keys
		Title  string   `json:"title,omitempty"` // Defaults to the old incident's.
	}
	// Role gives a role in the response to a person.
	Role struct {
		Ask
		Role   string `json:"role"`             // incident-manager, communications or scribe
		Person string `json:"person,omitempty"` // empty takes the role away
	}
	// FollowUp notes a task.
	FollowUp struct {
		Ask
		Text  string `json:"text"`
		Owner string `json:"owner,omitempty"` // a person's id
	}
	// Completion says that a task is done.
	Completion struct {
		Ask
		Task int `json:"task"` // its number, from 1
	}
	// Closure says what came of an incident.
	Closure struct {
		Ask
		Outcome string `json:"outcome"` // fixed, workaround, duplicate, false-alarm, expected or unexplained
		Cause   string `json:"cause,omitempty"`
	}
	// Pause stops the clocks of response and resolution; until they are resumed where no end is said.
	Pause struct {
		Ask
		Span
	}
)

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

// Note leaves ask.Note in the timeline.
func (c *Client) Note(ctx context.Context, id string, ask Ask) (Outcome, error) {
	return c.command(ctx, id, "note", ask)
}

// Escalate climbs now.
func (c *Client) Escalate(ctx context.Context, id string, ask Escalation) (Outcome, error) {
	return c.command(ctx, id, "escalate", ask)
}

// Snooze leaves the incident alone; then escalation starts anew.
func (c *Client) Snooze(ctx context.Context, id string, ask Snooze) (Outcome, error) {
	return c.command(ctx, id, "snooze", ask)
}

// Wake ends a snooze.
func (c *Client) Wake(ctx context.Context, id string, ask Ask) (Outcome, error) {
	return c.command(ctx, id, "wake", ask)
}

// Assign makes a person answerable, and pages them unless they asked themselves.
func (c *Client) Assign(ctx context.Context, id string, ask Assignment) (Outcome, error) {
	return c.command(ctx, id, "assign", ask)
}

// Invite asks more people to help.
func (c *Client) Invite(ctx context.Context, id string, ask Invitation) (Outcome, error) {
	return c.command(ctx, id, "responders", ask)
}

// Prioritize sets the priority by hand; no alert changes it from then on.
func (c *Client) Prioritize(ctx context.Context, id string, ask Priority) (Outcome, error) {
	return c.command(ctx, id, "priority", ask)
}

// Merge ends the incident in favour of another one. [ErrNotFound] when either is not there. Done is
// false, and the facts tell of the request, while the other one's partition has not answered.
func (c *Client) Merge(ctx context.Context, id string, ask Merge) (Outcome, error) {
	return c.command(ctx, id, "merge", ask)
}

// Split makes an incident of its own of some alerts.
func (c *Client) Split(ctx context.Context, id string, ask Split) (Outcome, error) {
	return c.command(ctx, id, "split", ask)
}

// Cast gives a role in the response to a person, or takes it away.
func (c *Client) Cast(ctx context.Context, id string, ask Role) (Outcome, error) {
	return c.command(ctx, id, "role", ask)
}

// FollowUp notes a task.
func (c *Client) FollowUp(ctx context.Context, id string, ask FollowUp) (Outcome, error) {
	return c.command(ctx, id, "task", ask)
}

// Complete says that a task is done.
func (c *Client) Complete(ctx context.Context, id string, ask Completion) (Outcome, error) {
	return c.command(ctx, id, "task-done", ask)
}

// CloseBooks says what came of the incident; an open one is resolved as well.
func (c *Client) CloseBooks(ctx context.Context, id string, ask Closure) (Outcome, error) {
	return c.command(ctx, id, "close", ask)
}

// Pause stops the clocks of response and resolution.
func (c *Client) Pause(ctx context.Context, id string, ask Pause) (Outcome, error) {
	return c.command(ctx, id, "pause", ask)
}

// Resume lets the clocks run again.
func (c *Client) Resume(ctx context.Context, id string, ask Ask) (Outcome, error) {
	return c.command(ctx, id, "resume", ask)
}

// CancelClocks lets no target measure the incident any more.
func (c *Client) CancelClocks(ctx context.Context, id string, ask Ask) (Outcome, error) {
	return c.command(ctx, id, "cancel-clocks", ask)
}

func (c *Client) command(ctx context.Context, id, verb string, ask any) (Outcome, error) {
	var out Outcome
	err := c.call(ctx, http.MethodPost, incidentPath(id, verb), nil, ask, &out)
	return out, err
}
