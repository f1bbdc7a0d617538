package client

import (
	"context"
	"net/http"
	"time"
)

// Ask is part of every command. Its zero value is valid for all but [Client.Note].
type Ask struct {
	By   string `json:"by,omitempty"`   // who gives the command: a person's id, or any name
	Note string `json:"note,omitempty"` // free text for the timeline
}

// The commands with more than an [Ask].
type (
	// Escalation escalates by one of its fields; the zero value, to the next level.
	Escalation struct {
		Ask
		Level int    `json:"level,omitempty"` // from 1
		To    string `json:"to,omitempty"`    // team that takes over the incident
		Up    bool   `json:"up,omitempty"`    // to the managers of the people who have the incident
	}
	// Span is a time from now, given by one of its fields.
	Span struct {
		Until time.Time `json:"until,omitzero"`
		For   string    `json:"for,omitempty"` // "2h30m", by the gateway's clock
	}
	// Snooze pauses escalation for a while.
	Snooze struct {
		Ask
		Span
	}
	// Pause pauses the clocks of response and resolution. An empty Span means until they are resumed.
	Pause struct {
		Ask
		Span
	}
	// Assignment assigns an incident to a person.
	Assignment struct {
		Ask
		To string `json:"to"`
	}
	// Invitation asks more people to help: ids of people, or targets as in policies ("schedule:dba").
	Invitation struct {
		Ask
		Targets []string `json:"targets"`
	}
	// Priority sets a priority from P1 to P5, or the impact and the urgency that it is computed from.
	Priority struct {
		Ask
		Priority string `json:"priority,omitempty"`
		Impact   string `json:"impact,omitempty"`
		Urgency  string `json:"urgency,omitempty"`
	}
	// Merge merges an incident into another one.
	Merge struct {
		Ask
		Into string `json:"into"` // id or unambiguous prefix
	}
	// Split moves alerts to a new incident.
	Split struct {
		Ask
		Alerts []string `json:"alerts"`          // keys
		Title  string   `json:"title,omitempty"` // Defaults to that of the old incident.
	}
	// Role gives a person a role in the response.
	Role struct {
		Ask
		Role   string `json:"role"`             // incident-manager, communications or scribe
		Person string `json:"person,omitempty"` // empty takes the role away
	}
	// NewTask adds a follow-up task.
	NewTask struct {
		Ask
		Text  string `json:"text"`
		Owner string `json:"owner,omitempty"` // a person's id
	}
	// TaskDone completes a follow-up task.
	TaskDone struct {
		Ask
		Task int `json:"task"` // its number, from 1
	}
	// Closure closes an incident.
	Closure struct {
		Ask
		Outcome string `json:"outcome"` // fixed, workaround, duplicate, false-alarm, expected or unexplained
		Cause   string `json:"cause,omitempty"`
	}
)

// Outcome is the result of a command or an alert.
type Outcome struct {
	ID string `json:"id"` // of the input
	// Done is false if the input is stored durably but was not decided in time.
	Done     bool      `json:"done"`
	Incident *Incident `json:"incident"` // afterwards; nil if not known
	Facts    []Entry   `json:"facts"`    // what the input led to
}

// Acknowledge acknowledges an incident. All commands return [ErrNotFound] if there is no such incident, and [ErrRefused] if
// the engine refuses.
func (c *Client) Acknowledge(ctx context.Context, id string, ask Ask) (Outcome, error) {
	return c.command(ctx, id, "acknowledge", ask)
}

// Unacknowledge withdraws an acknowledgement; escalation starts over.
func (c *Client) Unacknowledge(ctx context.Context, id string, ask Ask) (Outcome, error) {
	return c.command(ctx, id, "unacknowledge", ask)
}

// Resolve resolves an incident.
func (c *Client) Resolve(ctx context.Context, id string, ask Ask) (Outcome, error) {
	return c.command(ctx, id, "resolve", ask)
}

// Reopen reopens a resolved incident.
func (c *Client) Reopen(ctx context.Context, id string, ask Ask) (Outcome, error) {
	return c.command(ctx, id, "reopen", ask)
}

// Note adds ask.Note to the timeline.
func (c *Client) Note(ctx context.Context, id string, ask Ask) (Outcome, error) {
	return c.command(ctx, id, "note", ask)
}

// Escalate escalates now.
func (c *Client) Escalate(ctx context.Context, id string, ask Escalation) (Outcome, error) {
	return c.command(ctx, id, "escalate", ask)
}

// Snooze pauses escalation for a while; then it starts over.
func (c *Client) Snooze(ctx context.Context, id string, ask Snooze) (Outcome, error) {
	return c.command(ctx, id, "snooze", ask)
}

// Wake ends a snooze.
func (c *Client) Wake(ctx context.Context, id string, ask Ask) (Outcome, error) {
	return c.command(ctx, id, "wake", ask)
}

// Assign assigns an incident to a person, who is paged unless they gave the command.
func (c *Client) Assign(ctx context.Context, id string, ask Assignment) (Outcome, error) {
	return c.command(ctx, id, "assign", ask)
}

// AddResponders asks more people to help.
func (c *Client) AddResponders(ctx context.Context, id string, ask Invitation) (Outcome, error) {
	return c.command(ctx, id, "responders", ask)
}

// SetPriority sets the priority; alerts no longer change it.
func (c *Client) SetPriority(ctx context.Context, id string, ask Priority) (Outcome, error) {
	return c.command(ctx, id, "priority", ask)
}

// Merge merges an incident into another one. It returns [ErrNotFound] if either does not exist. If the
// other one's partition has not answered in time, Done is false and the facts tell of the request.
func (c *Client) Merge(ctx context.Context, id string, ask Merge) (Outcome, error) {
	return c.command(ctx, id, "merge", ask)
}

// Split moves alerts to a new incident.
func (c *Client) Split(ctx context.Context, id string, ask Split) (Outcome, error) {
	return c.command(ctx, id, "split", ask)
}

// SetRole gives a person a role in the response, or takes it away.
func (c *Client) SetRole(ctx context.Context, id string, ask Role) (Outcome, error) {
	return c.command(ctx, id, "role", ask)
}

// AddTask adds a follow-up task.
func (c *Client) AddTask(ctx context.Context, id string, ask NewTask) (Outcome, error) {
	return c.command(ctx, id, "task", ask)
}

// CompleteTask completes a follow-up task.
func (c *Client) CompleteTask(ctx context.Context, id string, ask TaskDone) (Outcome, error) {
	return c.command(ctx, id, "task-done", ask)
}

// Close closes an incident; an open one is resolved too.
func (c *Client) Close(ctx context.Context, id string, ask Closure) (Outcome, error) {
	return c.command(ctx, id, "close", ask)
}

// Pause pauses the clocks of response and resolution.
func (c *Client) Pause(ctx context.Context, id string, ask Pause) (Outcome, error) {
	return c.command(ctx, id, "pause", ask)
}

// Resume resumes the clocks.
func (c *Client) Resume(ctx context.Context, id string, ask Ask) (Outcome, error) {
	return c.command(ctx, id, "resume", ask)
}

// CancelClocks stops measuring an incident against its goals.
func (c *Client) CancelClocks(ctx context.Context, id string, ask Ask) (Outcome, error) {
	return c.command(ctx, id, "cancel-clocks", ask)
}

func (c *Client) command(ctx context.Context, id, verb string, ask any) (Outcome, error) {
	return send[Outcome](ctx, c, http.MethodPost, incidentPath(id, verb), ask)
}
