package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin.dev/internal/intake"
	"tocsin.dev/pkg/events"
)

// CommandRequest is what goes with every command, and all that goes with most.
type CommandRequest struct {
	By   string `json:"by,omitempty" maxLength:"200" doc:"who asks: a person's id, or any name"`
	Note string `json:"note,omitempty" maxLength:"10000" doc:"free text for the timeline"`
}

func (a *CommandRequest) request() CommandRequest { return *a }

// commandBody is the body of a command: a [CommandRequest], and the fields of that command alone.
type commandBody interface{ request() CommandRequest }

type commandInput[B any] struct {
	Named
	Repeatable
	Body *B
}

// verb is one command with its body B and the input it becomes.
type verb[B any] struct {
	name, summary string
	// needs says that the command is refused without a body.
	needs bool
	// most limits its body in bytes. Defaults to [maxInput].
	most  int64
	input func(ctx context.Context, c events.Command, body *B) (events.CommandData, error)
}

// Repeatable lets a caller send the same request again without doing it twice.
type Repeatable struct {
	Key string `header:"Idempotency-Key" maxLength:"200" doc:"the same key for the same command is one command, however often it is sent"`
}

// register adds the operation of a verb. Each has the schema of its own body, so that a field of
// another command is refused by its place.
func register[B any, P interface {
	*B
	commandBody
}](s *server, api huma.API, v verb[B],
) {
	if v.most == 0 {
		v.most = maxInput
	}
	huma.Register(api, huma.Operation{
		OperationID: v.name + "-incident", Method: http.MethodPost, Path: "/api/v1/incidents/{id}/" + v.name, Summary: v.summary,
		Description: "200 when it was done, 409 when it was refused, 202 when it is accepted and the outcome is not known yet.",
		Tags:        []string{"commands"}, MaxBodyBytes: v.most, BodyReadTimeout: bodyTimeout,
		RequestBody: &huma.RequestBody{Required: v.needs},
	}, func(ctx context.Context, in *commandInput[B]) (*outcomeAnswer, error) {
		if in.Body == nil {
			in.Body = new(B)
		}
		incident, err := s.Archive.Incident(ctx, in.ID)
		if err != nil {
			return nil, s.archiveError(v.name, err)
		}
		request := P(in.Body).request()
		by := s.person(request.By)
		data, err := v.input(ctx, events.Command{Incident: incident.ID, By: by, Via: "api", Note: request.Note}, in.Body)
		if err != nil {
			return nil, err
		}
		e := events.New(data)
		e.Subject, e.Service, e.Team, e.Actor = incident.ID, incident.Service, incident.Team, by
		return s.send(ctx, e, intake.Commands, in.Key, v.name, incident.ID)
	})
}

// bare adds a verb without a body of its own.
func bare(s *server, api huma.API, name, summary string, input func(events.Command) events.CommandData) {
	register(s, api, verb[CommandRequest]{name: name, summary: summary, input: func(_ context.Context, c events.Command, _ *CommandRequest) (events.CommandData, error) {
		return input(c), nil
	}})
}

// fieldError refuses one place of a request that its schema lets through.
func fieldError(detail, place, message string, value any) error {
	return huma.Error422UnprocessableEntity(detail, &huma.ErrorDetail{Message: message, Location: place, Value: value})
}

// person returns the actor's word for somebody the catalog knows, and every other name as it is.
func (s *server) person(by string) string {
	by = strings.TrimSpace(by)
	if c := s.Catalog(); c != nil && c.People[by] != nil {
		return "person:" + by
	}
	return by
}

// Span is how long something lasts: until an instant, or for a time from now.
type Span struct {
	Until time.Time `json:"until,omitzero" doc:"the instant of its end (RFC 3339)"`
	For   string    `json:"for,omitempty" maxLength:"40" doc:"how long, in place of until: 90m, 2h30m"`
}

// end returns the instant; zero where neither is said.
func (s *server) end(in Span) (time.Time, error) {
	if in.For == "" {
		return in.Until, nil
	}
	if !in.Until.IsZero() {
		return time.Time{}, fieldError("until and for exclude each other", "body.for", "expected one of until and for", in.For)
	}
	lasts, err := time.ParseDuration(in.For)
	if err != nil || lasts <= 0 {
		return time.Time{}, fieldError("that is no length of time", "body.for", "expected a length of time such as 90m or 2h30m", in.For)
	}
	return s.Clock().UTC().Add(lasts), nil
}
