package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/intake"
	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// The bodies of what can be asked about problems.
type (
	// ProblemOpenRequest opens a problem record.
	ProblemOpenRequest struct {
		CommandRequest
		Title     string   `json:"title" minLength:"1" maxLength:"1024"`
		Service   string   `json:"service,omitempty" maxLength:"64" doc:"whose the problem is; that of the first incident when left out"`
		Cause     string   `json:"cause,omitempty" maxLength:"4000" doc:"the root cause, where it is known"`
		Incidents []string `json:"incidents,omitempty" maxItems:"100" doc:"ids of incidents that belong to it, or unambiguous beginnings"`
	}
	// ProblemLinkRequest names an incident that belongs to a problem, or does not any more.
	ProblemLinkRequest struct {
		CommandRequest
		Incident string `json:"incident" minLength:"1" maxLength:"200" doc:"its id, or an unambiguous beginning"`
	}
	// ProblemChangeRequest says what is known now; what is left out stays.
	ProblemChangeRequest struct {
		CommandRequest
		Title   string      `json:"title,omitempty" maxLength:"1024"`
		Cause   string      `json:"cause,omitempty" maxLength:"4000" doc:"the root cause"`
		Known   *KnownError `json:"known,omitempty" doc:"makes it a known error, or replaces what was recorded"`
		Unknown bool        `json:"unknown,omitempty" doc:"the problem is not a known error any more: the workaround does not help"`
	}
	// ProblemCloseRequest closes a problem.
	ProblemCloseRequest struct {
		CommandRequest
		Resolution string `json:"resolution" minLength:"1" maxLength:"4000" doc:"what was done about the cause"`
	}
)

// ProblemOutcome is what became of something that was asked about a problem.
type ProblemOutcome struct {
	ID      string   `json:"id" doc:"the input's id"`
	Done    bool     `json:"done" doc:"false: accepted, and the outcome is not known yet"`
	Problem *Problem `json:"problem" doc:"as it stands, where it is known"`
	// Open are linked incidents that are not resolved.
	Open []string `json:"open_incidents,omitempty" doc:"after a closure: linked incidents that are open"`
}

type problemAnswer struct {
	Status int
	Body   ProblemOutcome
}

// ProblemNamed names one problem.
type ProblemNamed struct {
	ID string `path:"id" doc:"the problem's id, or the beginning of it where that is unambiguous; PRB- may be left out"`
}

func (s *server) problems(api huma.API) {
	get := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: "/api/v1/problems" + path, Summary: summary, Tags: []string{"problems"}}
	}
	huma.Register(api, get("list-problems", "", "Problem records, the newest first"), s.listProblems)
	huma.Register(api, get("show-problem", "/{id}", "One problem record"), s.showProblem)
	post := func(id, path, summary string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: http.MethodPost, Path: "/api/v1/problems" + path, Summary: summary, Tags: []string{"problems"},
			Description:  "200 when it was done, 409 when it was refused, 202 when it is accepted and the outcome is not known yet.",
			MaxBodyBytes: maxInput, BodyReadTimeout: bodyTimeout,
		}
	}
	huma.Register(api, post("open-problem", "", "Open a problem record"), s.openProblem)
	huma.Register(api, post("link-problem", "/{id}/link", "Link an incident to a problem"), s.linkProblem)
	huma.Register(api, post("unlink-problem", "/{id}/unlink", "Take a link back"), s.unlinkProblem)
	huma.Register(api, post("change-problem", "/{id}/change", "Change title, cause or known error"), s.changeProblem)
	huma.Register(api, post("close-problem", "/{id}/close", "Close a problem; its workaround is shown no more"), s.closeProblem)
}

// recorded returns all problems in the archive.
func (s *server) problemIndex(ctx context.Context) (*problemIndex, error) {
	if s.Journal == nil {
		return nil, huma.Error501NotImplemented("this gateway knows no problems")
	}
	if err := s.indexed.problems.read(ctx, s.Journal); err != nil {
		return nil, s.archiveError("problems", err)
	}
	return &s.indexed.problems, nil
}

func (s *server) listProblems(ctx context.Context, in *struct {
	Status   string `query:"status" enum:"open,closed,known-error,all" default:"open" doc:"open is everything but closed"`
	Service  string `query:"service" doc:"only of this service"`
	Incident string `query:"incident" doc:"only those to which this incident (full id) belongs"`
},
) (*struct{ Body []Problem }, error) {
	known, err := s.problemIndex(ctx)
	if err != nil {
		return nil, err
	}
	some := slices.DeleteFunc(known.all(), func(p Problem) bool {
		return in.Status != "all" && in.Status != p.Status && (in.Status != "open" || p.Status == "closed") ||
			in.Service != "" && in.Service != p.Service || in.Incident != "" && !slices.Contains(p.Incidents, in.Incident)
	})
	return &struct{ Body []Problem }{some}, nil
}

func (s *server) showProblem(ctx context.Context, in *ProblemNamed) (*struct{ Body Problem }, error) {
	p, err := s.oneProblem(ctx, in.ID)
	return &struct{ Body Problem }{p}, err
}

func (s *server) oneProblem(ctx context.Context, id string) (Problem, error) {
	known, err := s.problemIndex(ctx)
	if err != nil {
		return Problem{}, err
	}
	p, err := known.find(id)
	switch {
	case errors.Is(err, errNoProblem):
		return p, huma.Error404NotFound(err.Error() + ": " + id)
	case err != nil:
		return p, huma.Error400BadRequest(err.Error())
	}
	return p, nil
}

// openProblem opens a record, and links its incidents one by one.
func (s *server) openProblem(ctx context.Context, in *struct {
	Repeatable
	Body ProblemOpenRequest
},
) (*problemAnswer, error) {
	b := in.Body
	service := b.Service
	var ids []string
	for _, id := range b.Incidents {
		i, err := s.Archive.Incident(ctx, id)
		if err != nil {
			return nil, s.archiveError("open problem", err)
		}
		if service == "" {
			service = i.Service
		}
		if !slices.Contains(ids, i.ID) {
			ids = append(ids, i.ID)
		}
	}
	title := oneLine(b.Title)
	switch {
	case title == "":
		return nil, fieldError("a problem needs a title", "body.title", "expected a text", nil)
	case service == "":
		return nil, fieldError("whose problem is it?", "body.service", "expected a service, or an incident", nil)
	}
	if err := s.knownServices("body.service", service); err != nil {
		return nil, err
	}
	c := events.ProblemCommand{By: s.person(b.By), Via: "api", Note: b.Note}
	answer, err := s.askProblem(ctx, events.ProblemReceived{ProblemCommand: c, Title: title, Cause: b.Cause}, service, in.Key, "problem", title)
	for _, id := range ids {
		if err != nil || answer.Body.Problem == nil {
			return answer, err
		}
		c.Problem = answer.Body.Problem.ID
		answer, err = s.askProblem(ctx, events.ProblemLinkReceived{ProblemCommand: c, Incident: id}, service, in.Key, "problem-link", id)
	}
	return answer, err
}

// knownServices refuses services that the catalog in force does not have.
func (s *server) knownServices(place string, all ...string) error {
	c := s.Catalog()
	for _, id := range all {
		if c != nil && c.Rules.Services[id] == nil {
			return fieldError("no such service: "+id, place, "expected a service of the catalog", id)
		}
	}
	return nil
}

type linkInput struct {
	ProblemNamed
	Repeatable
	Body ProblemLinkRequest
}

func (s *server) linkProblem(ctx context.Context, in *linkInput) (*problemAnswer, error) {
	return s.link(ctx, in, "link", func(c events.ProblemCommand, id string) events.ProblemCommandData {
		return events.ProblemLinkReceived{ProblemCommand: c, Incident: id}
	})
}

func (s *server) unlinkProblem(ctx context.Context, in *linkInput) (*problemAnswer, error) {
	return s.link(ctx, in, "unlink", func(c events.ProblemCommand, id string) events.ProblemCommandData {
		return events.ProblemLinkWithdrawn{ProblemCommand: c, Incident: id}
	})
}

func (s *server) link(ctx context.Context, in *linkInput, verb string, data func(events.ProblemCommand, string) events.ProblemCommandData) (*problemAnswer, error) {
	p, err := s.oneProblem(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	i, err := s.Archive.Incident(ctx, in.Body.Incident)
	removed := errors.Is(err, archive.ErrNotFound) && slices.Contains(p.Incidents, in.Body.Incident) // a link may outlive its incident
	if err != nil && !removed {
		return nil, s.archiveError("link", err)
	}
	id := i.ID
	if id == "" {
		id = in.Body.Incident
	}
	return s.askProblem(ctx, data(s.about(p, in.Body.CommandRequest), id), p.Service, in.Key, verb, p.ID, id)
}

// about is the command about a problem.
func (s *server) about(p Problem, a CommandRequest) events.ProblemCommand {
	return events.ProblemCommand{Problem: p.ID, By: s.person(a.By), Via: "api", Note: a.Note}
}

func (s *server) changeProblem(ctx context.Context, in *struct {
	ProblemNamed
	Repeatable
	Body ProblemChangeRequest
},
) (*problemAnswer, error) {
	p, err := s.oneProblem(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	data := events.ProblemChangeReceived{
		ProblemCommand: s.about(p, in.Body.CommandRequest), Title: oneLine(in.Body.Title), Cause: in.Body.Cause, Unknown: in.Body.Unknown,
	}
	if k := in.Body.Known; k != nil {
		if len(k.Services) == 0 {
			k.Services = []string{p.Service}
		}
		if err := s.knownServices("body.known.services", k.Services...); err != nil {
			return nil, err
		}
		data.Known = &events.KnownError{Workaround: strings.TrimSpace(k.Workaround), Match: events.KnownMatch{
			Services: k.Services, Key: k.Key, Alert: k.Alert, Labels: events.NewLabels(k.Labels),
		}}
		if len(data.Known.Workaround) > rules.MaxWorkaround {
			return nil, fieldError("the workaround is too long", "body.known.workaround", "expected at most 2000 bytes", len(data.Known.Workaround))
		}
	}
	return s.askProblem(ctx, data, p.Service, in.Key, "change", p.ID)
}

func (s *server) closeProblem(ctx context.Context, in *struct {
	ProblemNamed
	Repeatable
	Body ProblemCloseRequest
},
) (*problemAnswer, error) {
	p, err := s.oneProblem(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	answer, err := s.askProblem(ctx, events.ProblemClosureReceived{ProblemCommand: s.about(p, in.Body.CommandRequest), Resolution: in.Body.Resolution}, p.Service, in.Key, "close", p.ID)
	if err != nil {
		return nil, err
	}
	for _, id := range p.Incidents {
		if i, err := s.Archive.Incident(ctx, id); err == nil && i.Status != timeline.Resolved {
			answer.Body.Open = append(answer.Body.Open, id)
		}
	}
	return answer, nil
}

// askProblem publishes one input to the problem's partition and waits for what becomes of it.
func (s *server) askProblem(ctx context.Context, data events.ProblemCommandData, service, key string, about ...string) (*problemAnswer, error) {
	e := events.New(data)
	e.Service, e.Actor = service, data.AskProblem().By
	out, err := s.send(ctx, e, intake.Problems, key, append(about, data.AskProblem().Problem)...)
	if err != nil {
		return nil, err
	}
	answer := &problemAnswer{Status: out.Status, Body: ProblemOutcome{ID: out.Body.ID, Done: out.Body.Done}}
	if !out.Body.Done {
		return answer, nil
	}
	known, err := s.problemIndex(ctx)
	if err != nil {
		return nil, err
	}
	id := data.AskProblem().Problem
	for _, f := range out.Body.Facts {
		if id == "" {
			id = problemOf(f)
		}
	}
	if p, err := known.find(id); err == nil {
		answer.Body.Problem = &p
	}
	return answer, nil
}

// problemOf returns the id of the problem that a fact is about.
func problemOf(f archive.Entry) string {
	data, err := events.DecodeData(events.TypePrefix+f.Type+".v1", f.Data)
	if err != nil {
		return ""
	}
	if d, ok := data.(events.ProblemOpened); ok {
		return d.Problem
	}
	return ""
}
