package events

import "time"

// Command is a request by a person or a bot about one incident. The envelope's id makes it safe to repeat.
type Command struct {
	Incident string `json:"incident"`
	By       string `json:"by,omitempty"`   // "person:ana", or any other name
	Via      string `json:"via,omitempty"`  // the way it came in: "api", "cli", "nats"
	Note     string `json:"note,omitempty"` // free text for the timeline
}

// Ask returns the command itself. Whatever embeds a Command has this method, and nothing else does.
func (c Command) Ask() Command { return c }

// CommandData is the data of any command.
type CommandData interface {
	Data
	// Ask returns the fields that all commands share.
	Ask() Command
}

// The commands (INTAKE): each embeds [Command], which makes it a [CommandData]. The outcome of each is a fact
// on LEDGER: the change, or a refusal.
type (
	// AcknowledgementReceived asks to take the incident; escalation pauses.
	AcknowledgementReceived struct{ Command }
	// AcknowledgementWithdrawn asks to give it back; escalation starts over.
	AcknowledgementWithdrawn struct{ Command }
	// ResolutionReceived asks to end the incident.
	ResolutionReceived struct{ Command }
	// ReopeningReceived asks to open a resolved incident again.
	ReopeningReceived struct{ Command }
	// EscalationReceived asks to escalate now instead of at the deadline.
	EscalationReceived struct {
		Command
		// Level to escalate to, counted from 1; 0 means the next one.
		Level int `json:"level,omitempty"`
		// To is the team that takes the incident over (functional escalation); empty for none.
		To string `json:"to,omitempty"`
		// Up asks the managers of whoever has the incident (hierarchical escalation).
		Up bool `json:"up,omitempty"`
		// IfNeeded makes the command a no-op once somebody has the incident or the level is
		// reached, which makes it safe to send twice.
		IfNeeded bool `json:"if_needed,omitempty"`
	}
	// NoteReceived asks to keep Note in the timeline.
	NoteReceived struct{ Command }
	// SnoozeReceived asks to leave the incident alone until an instant; then escalation starts over.
	SnoozeReceived struct {
		Command
		Until time.Time `json:"until"` // 30 days ahead at most
	}
	// SnoozeWithdrawn asks to wake a snoozed incident now.
	SnoozeWithdrawn struct{ Command }
	// AssignmentReceived asks to make a person accountable for the incident.
	AssignmentReceived struct {
		Command
		To string `json:"to"` // "person:bo"
	}
	// RespondersRequested asks more people to help; whoever has the incident keeps it.
	RespondersRequested struct {
		Command
		Targets []string `json:"targets"` // as in policies: "person:cleo", "schedule:dba", "team:db"
	}
	// PriorityReceived asks for another priority: by name, or by impact and urgency, which the
	// catalog's matrix turns into one.
	PriorityReceived struct {
		Command
		Priority string `json:"priority,omitempty"` // P1 to P5
		// Impact and Urgency are words of the catalog's matrix; both or neither.
		Impact  string `json:"impact,omitempty"`
		Urgency string `json:"urgency,omitempty"`
	}
	// MergeReceived asks to end the incident in favour of another one.
	MergeReceived struct {
		Command
		Into string `json:"into"` // id of the incident that goes on
		// IntoService is that incident's service, which determines the partition that decides.
		IntoService string `json:"into_service"`
	}
	// SplitReceived asks to move some of the alerts to a new incident.
	SplitReceived struct {
		Command
		Alerts []string `json:"alerts"`          // keys
		Title  string   `json:"title,omitempty"` // defaults to the title of the incident that they leave
	}
	// RoleReceived asks to give a role in the response to a person.
	RoleReceived struct {
		Command
		// Role is "incident-manager", "communications" or "scribe".
		Role string `json:"role"`
		// Person takes it; empty takes the role from whoever has it.
		Person string `json:"person,omitempty"`
	}
	// TaskReceived asks to record a follow-up.
	TaskReceived struct {
		Command
		Text  string `json:"text"`
		Owner string `json:"owner,omitempty"` // "person:bo"
	}
	// TaskCompleted says that a follow-up is done.
	TaskCompleted struct {
		Command
		Task int `json:"task"` // its number within the incident, from 1
	}
	// DocumentReceived asks to keep a document with the incident, such as its review.
	DocumentReceived struct {
		Command
		Title string `json:"title"`          // one line
		Type  string `json:"type,omitempty"` // its media type; empty means "text/markdown"
		Text  string `json:"text"`           // 48 KiB at most
	}
	// ClosureReceived asks to close an incident; an open one is also resolved.
	ClosureReceived struct {
		Command
		Outcome string `json:"outcome"`         // "fixed", "workaround", "duplicate", "false-alarm", "expected" or "unexplained"
		Cause   string `json:"cause,omitempty"` // in a few words
	}
	// PauseReceived asks to stop the clocks of response and resolution, such as while a vendor is waited for.
	PauseReceived struct {
		Command
		Until time.Time `json:"until,omitzero"` // zero means until it is withdrawn
	}
	// PauseWithdrawn asks to let the clocks run again.
	PauseWithdrawn struct{ Command }
	// ClocksCancelled asks to measure the incident by no target any more.
	ClocksCancelled struct{ Command }
)

// MergeRequested (LEDGER, and from there INTAKE of the partition that has Into): an incident wants to
// end in favour of one that is decided elsewhere. It is asked again until it is answered.
type MergeRequested struct {
	Incident    string  `json:"incident"` // the one that is to end
	Service     string  `json:"service"`
	Into        string  `json:"into"` // the one that goes on
	IntoService string  `json:"into_service"`
	By          string  `json:"by,omitempty"`
	Title       string  `json:"title"`
	Alerts      []Alert `json:"alerts,omitempty"` // those that fire
	Asked       int     `json:"asked"`            // 1 for the first time
}

// MergeAnswered (LEDGER, and from there INTAKE of the partition that has Incident): what became of it.
type MergeAnswered struct {
	Incident string `json:"incident"` // the one that is to end
	Service  string `json:"service"`
	Into     string `json:"into"`
	Accepted bool   `json:"accepted"`
	Refusal  string `json:"refusal,omitempty"` // why not; empty when it was accepted
}

// CommandRefused (LEDGER): a command changed nothing; the envelope's reason says why.
type CommandRefused struct {
	// Incident is set here, not in the envelope, where no such incident is known.
	Incident string `json:"incident,omitempty"`
	Command  string `json:"command"` // the name of what was asked: "acknowledgement.received"
	By       string `json:"by,omitempty"`
	// Ends says that the command was under way until now, as a merge across services is.
	Ends bool `json:"ends,omitempty"`
}

func (AcknowledgementReceived) Name() string  { return "acknowledgement.received" }
func (AcknowledgementWithdrawn) Name() string { return "acknowledgement.withdrawn" }
func (ResolutionReceived) Name() string       { return "resolution.received" }
func (ReopeningReceived) Name() string        { return "reopening.received" }
func (EscalationReceived) Name() string       { return "escalation.received" }
func (NoteReceived) Name() string             { return "note.received" }
func (CommandRefused) Name() string           { return "command.refused" }
func (SnoozeReceived) Name() string           { return "snooze.received" }
func (SnoozeWithdrawn) Name() string          { return "snooze.withdrawn" }
func (AssignmentReceived) Name() string       { return "assignment.received" }
func (RespondersRequested) Name() string      { return "responders.requested" }
func (PriorityReceived) Name() string         { return "priority.received" }
func (MergeReceived) Name() string            { return "merge.received" }
func (MergeRequested) Name() string           { return "merge.requested" }
func (MergeAnswered) Name() string            { return "merge.answered" }
func (SplitReceived) Name() string            { return "split.received" }
func (RoleReceived) Name() string             { return "role.received" }
func (TaskReceived) Name() string             { return "task.received" }
func (TaskCompleted) Name() string            { return "task.completed" }
func (DocumentReceived) Name() string         { return "document.received" }
func (ClosureReceived) Name() string          { return "closure.received" }
func (PauseReceived) Name() string            { return "pause.received" }
func (PauseWithdrawn) Name() string           { return "pause.withdrawn" }
func (ClocksCancelled) Name() string          { return "clocks.cancelled" }
