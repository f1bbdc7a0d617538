package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tocsin.dev/internal/archive"
	"tocsin.dev/pkg/events"
)

// verb is one command and the input it becomes.
type verb struct {
	name, summary string
	make          func(c events.Command, level int) events.Data
}

var verbs = []verb{
	{"acknowledge", "Take the incident; escalation pauses", func(c events.Command, _ int) events.Data {
		return events.AcknowledgementReceived{Command: c}
	}},
	{"unacknowledge", "Give the incident back; escalation starts anew", func(c events.Command, _ int) events.Data {
		return events.AcknowledgementWithdrawn{Command: c}
	}},
	{"resolve", "End the incident", func(c events.Command, _ int) events.Data {
		return events.ResolutionReceived{Command: c}
	}},
	{"reopen", "Open a resolved incident again", func(c events.Command, _ int) events.Data {
		return events.ReopeningReceived{Command: c}
	}},
	{escalate, "Climb now, to a level or the next one", func(c events.Command, level int) events.Data {
		return events.EscalationReceived{Command: c, Level: level}
	}},
	{note, "Leave a note in the timeline", func(c events.Command, _ int) events.Data {
		return events.NoteReceived{Command: c}
	}},
}

// The commands with a rule of their own.
const (
	escalate = "escalate"
	note     = "note"
)

// Asking is the body of a command.
type Asking struct {
	By    string `json:"by,omitempty" maxLength:"200" doc:"who asks: a person's id, or any name"`
	Note  string `json:"note,omitempty" maxLength:"10000" doc:"free text for the timeline"`
	Level int    `json:"level,omitempty" minimum:"0" maximum:"1000" doc:"of escalate: the level to climb to, counted from 1; 0 means the next one"`
}

// Outcome is what became of an input.
type Outcome struct {
	ID string `json:"id" doc:"the input's id, which its facts name as their cause"`
	// Done is false when nothing was heard within the time; the input is durable nevertheless.
	Done     bool              `json:"done" doc:"false: accepted, and the outcome is not known yet"`
	Incident *archive.Incident `json:"incident" doc:"the incident as it stands now, where it is known"`
	Facts    []archive.Entry   `json:"facts" doc:"what the input led to"`
}

// outcomeAnswer is 200 when done and 202 when only accepted.
type outcomeAnswer struct {
	Status int
	Body   Outcome
}

// Repeatable lets a caller send the same request again without doing it twice.
type Repeatable struct {
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"the same key for the same command is one command, however often it is sent"`
}

type commandInput struct {
	Named
	Repeatable
	Body *Asking
}

func (s *server) commands(api huma.API) {
	for _, v := range verbs {
		huma.Register(api, huma.Operation{
			OperationID: v.name + "-incident", Method: http.MethodPost, Path: "/api/v1/incidents/{id}/" + v.name, Summary: v.summary,
			Description: "200 when it was done, 409 when it was refused, 202 when it is accepted and the outcome is not known yet.",
			Tags:        []string{"commands"}, MaxBodyBytes: maxInput, BodyReadTimeout: bodyTimeout,
		}, func(ctx context.Context, in *commandInput) (*outcomeAnswer, error) { return s.command(ctx, v, in) })
	}
}

func (s *server) command(ctx context.Context, v verb, in *commandInput) (*outcomeAnswer, error) {
	var asking Asking
	if in.Body != nil {
		asking = *in.Body
	}
	if v.name == note && strings.TrimSpace(asking.Note) == "" {
		return nil, huma.Error422UnprocessableEntity("a note needs a text", &huma.ErrorDetail{Message: "expected a text", Location: "body.note"})
	}
	if v.name != escalate && asking.Level != 0 {
		return nil, huma.Error422UnprocessableEntity("only escalate knows levels", &huma.ErrorDetail{Message: "expected no level", Location: "body.level"})
	}
	incident, err := s.Archive.Incident(ctx, in.ID)
	if err != nil {
		return nil, s.asked(v.name, err)
	}
	e := events.New(v.make(events.Command{Incident: incident.ID, By: s.person(asking.By), Via: "api", Note: asking.Note}, asking.Level))
	e.Subject, e.Service, e.Team = incident.ID, incident.Service, incident.Team
	e.Actor = s.person(asking.By)
	return s.send(ctx, e, "commands", in.Key, v.name, incident.ID)
}

// person gives the actor's word for somebody the catalog knows, and every other name as it is.
func (s *server) person(by string) string {
	by = strings.TrimSpace(by)
	if c := s.Catalog(); c != nil && c.People[by] != nil {
		return "person:" + by
	}
	return by
}
