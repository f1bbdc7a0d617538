package api

import (
	"context"
	"fmt"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tocsin.dev/internal/rules"
	"tocsin.dev/pkg/events"
)

// The bodies of commands that have more to say than who asks.
type (
	// EscalateRequest says where to climb to; nothing means the next level.
	EscalateRequest struct {
		CommandRequest
		Level int    `json:"level,omitempty" minimum:"0" maximum:"1000" doc:"the level to climb to, counted from 1; 0 means the next one"`
		To    string `json:"to,omitempty" maxLength:"64" doc:"the team that takes the incident over, in place of a level"`
		Up    bool   `json:"up,omitempty" doc:"ask the managers of whoever has the incident, in place of a level"`
	}
	// SnoozeRequest says how long to leave an incident alone.
	SnoozeRequest struct {
		CommandRequest
		Span
	}
	// AssignRequest names who is answerable.
	AssignRequest struct {
		CommandRequest
		To string `json:"to" minLength:"1" maxLength:"200" doc:"a person's id"`
	}
	// RespondersRequest names who is asked to help.
	RespondersRequest struct {
		CommandRequest
		Targets []string `json:"targets" minItems:"1" maxItems:"50" doc:"people's ids, or targets as in policies: schedule:dba, team:db, role:lead"`
	}
	// PriorityRequest names a priority, or the impact and urgency that the catalog's matrix makes one of.
	PriorityRequest struct {
		CommandRequest
		Priority string `json:"priority,omitempty" enum:"P1,P2,P3,P4,P5"`
		Impact   string `json:"impact,omitempty" maxLength:"64" doc:"a word of the catalog's matrix, together with urgency and in place of priority"`
		Urgency  string `json:"urgency,omitempty" maxLength:"64" doc:"a word of the catalog's matrix, together with impact and in place of priority"`
	}
	// SplitRequest names the alerts that are to be an incident of their own.
	SplitRequest struct {
		CommandRequest
		Alerts []string `json:"alerts" minItems:"1" maxItems:"1000" doc:"keys of alerts"`
		Title  string   `json:"title,omitempty" maxLength:"1024" doc:"of the new incident; the old one's when left out"`
	}
	// RoleRequest gives a role in the response to a person, or takes it away.
	RoleRequest struct {
		CommandRequest
		Role   string `json:"role" enum:"incident-manager,communications,scribe"`
		Person string `json:"person,omitempty" maxLength:"200" doc:"a person's id; left out, nobody has the role any more"`
	}
	// TaskRequest notes a follow-up.
	TaskRequest struct {
		CommandRequest
		Text  string `json:"text" minLength:"1" maxLength:"2000"`
		Owner string `json:"owner,omitempty" maxLength:"200" doc:"a person's id"`
	}
	// TaskDoneRequest names a follow-up that is done.
	TaskDoneRequest struct {
		CommandRequest
		Task int `json:"task" minimum:"1" maximum:"100000" doc:"its number within the incident, from 1"`
	}
	// DocumentRequest keeps a text with an incident.
	DocumentRequest struct {
		CommandRequest
		Title string `json:"title" minLength:"1" maxLength:"200"`
		Type  string `json:"type,omitempty" maxLength:"100" doc:"its media type; text/markdown when left out"`
		Text  string `json:"text" minLength:"1" doc:"48 KiB at most"`
	}
	// CloseRequest records the outcome of an incident.
	CloseRequest struct {
		CommandRequest
		Outcome string `json:"outcome" enum:"fixed,workaround,duplicate,false-alarm,expected,unexplained"`
		Cause   string `json:"cause,omitempty" maxLength:"2000" doc:"in a few words"`
	}
	// PauseRequest says how long the clocks stand still; until they are resumed when left out.
	PauseRequest struct {
		CommandRequest
		Span
	}
)

func (s *server) commands(api huma.API) {
	bare(s, api, "acknowledge", "Take the incident; escalation pauses", func(c events.Command) events.CommandData {
		return events.AcknowledgementReceived{Command: c}
	})
	bare(s, api, "unacknowledge", "Give the incident back; escalation starts anew", func(c events.Command) events.CommandData {
		return events.AcknowledgementWithdrawn{Command: c}
	})
	bare(s, api, "resolve", "End the incident", func(c events.Command) events.CommandData { return events.ResolutionReceived{Command: c} })
	bare(s, api, "reopen", "Open a resolved incident again", func(c events.Command) events.CommandData { return events.ReopeningReceived{Command: c} })
	bare(s, api, "wake", "End a snooze; escalation starts anew", func(c events.Command) events.CommandData { return events.SnoozeWithdrawn{Command: c} })
	bare(s, api, "resume", "Let the clocks of response and resolution run again", func(c events.Command) events.CommandData {
		return events.PauseWithdrawn{Command: c}
	})
	bare(s, api, "cancel-clocks", "Cancel the response and resolution clocks of the incident", func(c events.Command) events.CommandData {
		return events.ClocksCancelled{Command: c}
	})
	register(s, api, verb[CommandRequest]{name: "note", summary: "Leave a note in the timeline", needs: true, input: note})
	register(s, api, verb[EscalateRequest]{name: "escalate", summary: "Climb now: to a level, the next one, another team, or the managers", input: escalate})
	register(s, api, verb[SnoozeRequest]{name: "snooze", summary: "Leave the incident alone for a while; then escalation starts anew", needs: true, input: s.snooze})
	register(s, api, verb[AssignRequest]{name: "assign", summary: "Make a person answerable", needs: true, input: s.assign})
	register(s, api, verb[RespondersRequest]{name: "responders", summary: "Ask more people to help", needs: true, input: s.addResponders})
	register(s, api, verb[PriorityRequest]{name: "priority", summary: "Set the priority by hand", needs: true, input: prioritize})
	register(s, api, verb[MergeRequest]{name: "merge", summary: "End the incident in favour of another one", needs: true, input: s.merge})
	register(s, api, verb[SplitRequest]{name: "split", summary: "Make an incident of its own of some alerts", needs: true, input: split})
	register(s, api, verb[RoleRequest]{name: "role", summary: "Give a role in the response to a person", needs: true, input: s.assignRole})
	register(s, api, verb[TaskRequest]{name: "task", summary: "Note a follow-up", needs: true, input: s.addTask})
	register(s, api, verb[TaskDoneRequest]{name: "task-done", summary: "Say that a follow-up is done", needs: true, input: completeTask})
	register(s, api, verb[DocumentRequest]{name: "document", summary: "Keep a document with the incident, such as its review", needs: true, most: maxDocument, input: addDocument})
	register(s, api, verb[CloseRequest]{name: "close", summary: "Close the incident; an open one is resolved as well", needs: true, input: closeIncident})
	register(s, api, verb[PauseRequest]{name: "pause", summary: "Stop the clocks of response and resolution", input: s.pause})
}

func note(_ context.Context, c events.Command, _ *CommandRequest) (events.CommandData, error) {
	if strings.TrimSpace(c.Note) == "" {
		return nil, fieldError("a note needs a text", "body.note", "expected a text", nil)
	}
	return events.NoteReceived{Command: c}, nil
}

func escalate(_ context.Context, c events.Command, b *EscalateRequest) (events.CommandData, error) {
	switch {
	case b.To != "" && (b.Level != 0 || b.Up):
		return nil, fieldError("level, to and up exclude each other", "body.to", "expected one of level, to and up", b.To)
	case b.Up && b.Level != 0:
		return nil, fieldError("level, to and up exclude each other", "body.up", "expected one of level, to and up", b.Up)
	}
	return events.EscalationReceived{Command: c, Level: b.Level, To: strings.TrimPrefix(b.To, "team:"), Up: b.Up}, nil
}

func (s *server) snooze(_ context.Context, c events.Command, b *SnoozeRequest) (events.CommandData, error) {
	until, err := s.end(b.Span)
	if err == nil && until.IsZero() {
		err = fieldError("a snooze needs an end", "body.until", "expected until or for", nil)
	}
	return events.SnoozeReceived{Command: c, Until: until}, err
}

func (s *server) assign(_ context.Context, c events.Command, b *AssignRequest) (events.CommandData, error) {
	return events.AssignmentReceived{Command: c, To: s.person(b.To)}, nil
}

func (s *server) addResponders(_ context.Context, c events.Command, b *RespondersRequest) (events.CommandData, error) {
	targets := make([]string, len(b.Targets))
	for i, target := range b.Targets {
		targets[i] = s.person(target)
	}
	return events.RespondersRequested{Command: c, Targets: targets}, nil
}

func prioritize(_ context.Context, c events.Command, b *PriorityRequest) (events.CommandData, error) {
	switch {
	case b.Priority != "" && b.Impact+b.Urgency != "":
		return nil, fieldError("a priority is named, or made of impact and urgency", "body.priority", "expected either priority, or impact and urgency", b.Priority)
	case b.Priority != "":
	case b.Impact == "":
		return nil, fieldError("which priority?", "body.impact", "expected either priority, or impact and urgency", nil)
	case b.Urgency == "":
		return nil, fieldError("which priority?", "body.urgency", "expected urgency beside impact", nil)
	}
	return events.PriorityReceived{Command: c, Priority: b.Priority, Impact: b.Impact, Urgency: b.Urgency}, nil
}

func split(_ context.Context, c events.Command, b *SplitRequest) (events.CommandData, error) {
	return events.SplitReceived{Command: c, Alerts: b.Alerts, Title: oneLine(b.Title)}, nil
}

func (s *server) assignRole(_ context.Context, c events.Command, b *RoleRequest) (events.CommandData, error) {
	return events.RoleReceived{Command: c, Role: b.Role, Person: s.person(b.Person)}, nil
}

func (s *server) addTask(_ context.Context, c events.Command, b *TaskRequest) (events.CommandData, error) {
	text := oneLine(b.Text)
	if text == "" {
		return nil, fieldError("a task needs a text", "body.text", "expected a text", nil)
	}
	return events.TaskReceived{Command: c, Text: text, Owner: s.person(b.Owner)}, nil
}

func completeTask(_ context.Context, c events.Command, b *TaskDoneRequest) (events.CommandData, error) {
	return events.TaskCompleted{Command: c, Task: b.Task}, nil
}

// maxDocument bounds the JSON of one document: 48 KiB of text, which grows when quoted.
const maxDocument = 6*rules.MaxDocument + maxInput

func addDocument(_ context.Context, c events.Command, b *DocumentRequest) (events.CommandData, error) {
	title := oneLine(b.Title)
	switch {
	case title == "":
		return nil, fieldError("a document needs a title", "body.title", "expected a text", nil)
	case strings.TrimSpace(b.Text) == "":
		return nil, fieldError("a document needs a text", "body.text", "expected a text", nil)
	case len(b.Text) > rules.MaxDocument:
		return nil, fieldError("the document is too long", "body.text", fmt.Sprintf("expected at most %d bytes, not %d", rules.MaxDocument, len(b.Text)), nil)
	}
	return events.DocumentReceived{Command: c, Title: title, Type: oneLine(b.Type), Text: b.Text}, nil
}

func closeIncident(_ context.Context, c events.Command, b *CloseRequest) (events.CommandData, error) {
	return events.ClosureReceived{Command: c, Outcome: b.Outcome, Cause: b.Cause}, nil
}

func (s *server) pause(_ context.Context, c events.Command, b *PauseRequest) (events.CommandData, error) {
	until, err := s.end(b.Span)
	return events.PauseReceived{Command: c, Until: until}, err
}
