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
	// Escalating says where to climb to; nothing means the next level.
	Escalating struct {
		Asking
		Level int    `json:"level,omitempty" minimum:"0" maximum:"1000" doc:"the level to climb to, counted from 1; 0 means the next one"`
		To    string `json:"to,omitempty" maxLength:"64" doc:"the team that takes the incident over, in place of a level"`
		Up    bool   `json:"up,omitempty" doc:"ask the managers of whoever has the incident, in place of a level"`
	}
	// Snoozing says how long to leave an incident alone.
	Snoozing struct {
		Asking
		Span
	}
	// Assigning names who is answerable.
	Assigning struct {
		Asking
		To string `json:"to" minLength:"1" maxLength:"200" doc:"a person's id"`
	}
	// Inviting names who is asked to help.
	Inviting struct {
		Asking
		Targets []string `json:"targets" minItems:"1" maxItems:"50" doc:"people's ids, or targets as in policies: schedule:dba, team:db, role:lead"`
	}
	// Prioritizing names a priority, or the impact and urgency that the catalog's matrix makes one of.
	Prioritizing struct {
		Asking
		Priority string `json:"priority,omitempty" enum:"P1,P2,P3,P4,P5"`
		Impact   string `json:"impact,omitempty" maxLength:"64" doc:"a word of the catalog's matrix, together with urgency and in place of priority"`
		Urgency  string `json:"urgency,omitempty" maxLength:"64" doc:"a word of the catalog's matrix, together with impact and in place of priority"`
	}
	// Splitting names the alerts that are to be an incident of their own.
	Splitting struct {
		Asking
		Alerts []string `json:"alerts" minItems:"1" maxItems:"1000" doc:"keys of alerts"`
		Title  string   `json:"title,omitempty" maxLength:"1024" doc:"of the new incident; the old one's when left out"`
	}
	// Casting gives a role in the response to a person, or takes it away.
	Casting struct {
		Asking
		Role   string `json:"role" enum:"incident-manager,communications,scribe"`
		Person string `json:"person,omitempty" maxLength:"200" doc:"a person's id; left out, nobody has the role any more"`
	}
	// Following notes a follow-up.
	Following struct {
		Asking
		Text  string `json:"text" minLength:"1" maxLength:"2000"`
		Owner string `json:"owner,omitempty" maxLength:"200" doc:"a person's id"`
	}
	// Completing names a follow-up that is done.
	Completing struct {
		Asking
		Task int `json:"task" minimum:"1" maximum:"100000" doc:"its number within the incident, from 1"`
	}
	// Documenting keeps a text with an incident.
	Documenting struct {
		Asking
		Title string `json:"title" minLength:"1" maxLength:"200"`
		Type  string `json:"type,omitempty" maxLength:"100" doc:"its media type; text/markdown when left out"`
		Text  string `json:"text" minLength:"1" doc:"48 KiB at most"`
	}
	// Closing says what came of an incident.
	Closing struct {
		Asking
		Outcome string `json:"outcome" enum:"fixed,workaround,duplicate,false-alarm,expected,unexplained"`
		Cause   string `json:"cause,omitempty" maxLength:"2000" doc:"in a few words"`
	}
	// Pausing says how long the clocks stand still; until they are resumed when left out.
	Pausing struct {
		Asking
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
	bare(s, api, "cancel-clocks", "Measure the incident by no target any more", func(c events.Command) events.CommandData {
		return events.ClocksCancelled{Command: c}
	})
	register(s, api, verb[Asking]{name: "note", summary: "Leave a note in the timeline", needs: true, input: noted})
	register(s, api, verb[Escalating]{name: "escalate", summary: "Climb now: to a level, the next one, another team, or the managers", input: escalated})
	register(s, api, verb[Snoozing]{name: "snooze", summary: "Leave the incident alone for a while; then escalation starts anew", needs: true, input: s.snoozed})
	register(s, api, verb[Assigning]{name: "assign", summary: "Make a person answerable", needs: true, input: s.assigned})
	register(s, api, verb[Inviting]{name: "responders", summary: "Ask more people to help", needs: true, input: s.invited})
	register(s, api, verb[Prioritizing]{name: "priority", summary: "Set the priority by hand", needs: true, input: prioritized})
	register(s, api, verb[Merging]{name: "merge", summary: "End the incident in favour of another one", needs: true, input: s.merged})
	register(s, api, verb[Splitting]{name: "split", summary: "Make an incident of its own of some alerts", needs: true, input: split})
	register(s, api, verb[Casting]{name: "role", summary: "Give a role in the response to a person", needs: true, input: s.cast})
	register(s, api, verb[Following]{name: "task", summary: "Note a follow-up", needs: true, input: s.followed})
	register(s, api, verb[Completing]{name: "task-done", summary: "Say that a follow-up is done", needs: true, input: completed})
	register(s, api, verb[Documenting]{name: "document", summary: "Keep a document with the incident, such as its review", needs: true, most: maxDocument, input: documented})
	register(s, api, verb[Closing]{name: "close", summary: "Close the books; an open incident is resolved as well", needs: true, input: closed})
	register(s, api, verb[Pausing]{name: "pause", summary: "Stop the clocks of response and resolution", input: s.paused})
}

func noted(_ context.Context, c events.Command, _ *Asking) (events.CommandData, error) {
	if strings.TrimSpace(c.Note) == "" {
		return nil, misplaced("a note needs a text", "body.note", "expected a text", nil)
	}
	return events.NoteReceived{Command: c}, nil
}

func escalated(_ context.Context, c events.Command, b *Escalating) (events.CommandData, error) {
	switch {
	case b.To != "" && (b.Level != 0 || b.Up):
		return nil, misplaced("level, to and up exclude each other", "body.to", "expected one of level, to and up", b.To)
	case b.Up && b.Level != 0:
		return nil, misplaced("level, to and up exclude each other", "body.up", "expected one of level, to and up", b.Up)
	}
	return events.EscalationReceived{Command: c, Level: b.Level, To: strings.TrimPrefix(b.To, "team:"), Up: b.Up}, nil
}

func (s *server) snoozed(_ context.Context, c events.Command, b *Snoozing) (events.CommandData, error) {
	until, err := s.end(b.Span)
	if err == nil && until.IsZero() {
		err = misplaced("a snooze needs an end", "body.until", "expected until or for", nil)
	}
	return events.SnoozeReceived{Command: c, Until: until}, err
}

func (s *server) assigned(_ context.Context, c events.Command, b *Assigning) (events.CommandData, error) {
	return events.AssignmentReceived{Command: c, To: s.person(b.To)}, nil
}

func (s *server) invited(_ context.Context, c events.Command, b *Inviting) (events.CommandData, error) {
	targets := make([]string, len(b.Targets))
	for i, target := range b.Targets {
		targets[i] = s.person(target)
	}
	return events.RespondersRequested{Command: c, Targets: targets}, nil
}

func prioritized(_ context.Context, c events.Command, b *Prioritizing) (events.CommandData, error) {
	switch {
	case b.Priority != "" && b.Impact+b.Urgency != "":
		return nil, misplaced("a priority is named, or made of impact and urgency", "body.priority", "expected either priority, or impact and urgency", b.Priority)
	case b.Priority != "":
	case b.Impact == "":
		return nil, misplaced("which priority?", "body.impact", "expected either priority, or impact and urgency", nil)
	case b.Urgency == "":
		return nil, misplaced("which priority?", "body.urgency", "expected urgency beside impact", nil)
	}
	return events.PriorityReceived{Command: c, Priority: b.Priority, Impact: b.Impact, Urgency: b.Urgency}, nil
}

func split(_ context.Context, c events.Command, b *Splitting) (events.CommandData, error) {
	return events.SplitReceived{Command: c, Alerts: b.Alerts, Title: oneLine(b.Title)}, nil
}

func (s *server) cast(_ context.Context, c events.Command, b *Casting) (events.CommandData, error) {
	return events.RoleReceived{Command: c, Role: b.Role, Person: s.person(b.Person)}, nil
}

func (s *server) followed(_ context.Context, c events.Command, b *Following) (events.CommandData, error) {
	text := oneLine(b.Text)
	if text == "" {
		return nil, misplaced("a task needs a text", "body.text", "expected a text", nil)
	}
	return events.TaskReceived{Command: c, Text: text, Owner: s.person(b.Owner)}, nil
}

func completed(_ context.Context, c events.Command, b *Completing) (events.CommandData, error) {
	return events.TaskCompleted{Command: c, Task: b.Task}, nil
}

// maxDocument bounds the JSON of one document: 48 KiB of text, which grows when quoted.
const maxDocument = 6*rules.MaxDocument + maxInput

func documented(_ context.Context, c events.Command, b *Documenting) (events.CommandData, error) {
	title := oneLine(b.Title)
	switch {
	case title == "":
		return nil, misplaced("a document needs a title", "body.title", "expected a text", nil)
	case strings.TrimSpace(b.Text) == "":
		return nil, misplaced("a document needs a text", "body.text", "expected a text", nil)
	case len(b.Text) > rules.MaxDocument:
		return nil, misplaced("the document is too long", "body.text", fmt.Sprintf("expected at most %d bytes, not %d", rules.MaxDocument, len(b.Text)), nil)
	}
	return events.DocumentReceived{Command: c, Title: title, Type: oneLine(b.Type), Text: b.Text}, nil
}

func closed(_ context.Context, c events.Command, b *Closing) (events.CommandData, error) {
	return events.ClosureReceived{Command: c, Outcome: b.Outcome, Cause: b.Cause}, nil
}

func (s *server) paused(_ context.Context, c events.Command, b *Pausing) (events.CommandData, error) {
	until, err := s.end(b.Span)
	return events.PauseReceived{Command: c, Until: until}, err
}
