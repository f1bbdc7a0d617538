package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin.dev/internal/archive"
)

// ListQuery is the query of the list of incidents.
type ListQuery struct {
	Status   string    `query:"status" enum:"open,all,triggered,acknowledged,snoozed,resolved" default:"open" doc:"open is everything but resolved"`
	Service  string    `query:"service" doc:"only incidents of this service"`
	Team     string    `query:"team" doc:"only incidents of this team"`
	Priority string    `query:"priority" enum:"P1,P2,P3,P4,P5" doc:"only incidents that have this priority now"`
	Person   string    `query:"person" doc:"only incidents that this person was paged for or answered"`
	Label    []string  `query:"label,explode" doc:"name=value: only incidents with an alert that has this label; may be repeated"`
	Text     string    `query:"text" doc:"words that occur, all of them, in title, service, notes, or alerts' summaries, descriptions and label values"`
	From     time.Time `query:"from" doc:"only incidents that opened at this instant or later"`
	To       time.Time `query:"to" doc:"only incidents that opened before this instant"`
	Limit    int       `query:"limit" minimum:"1" maximum:"1000" default:"50"`
	Before   string    `query:"before" doc:"only incidents listed after the one with this id, or the beginning of it, to page on"`
}

// query is what the archive is asked.
func (in *ListQuery) query() (archive.Query, error) {
	q := archive.Query{
		Status: in.Status, Service: in.Service, Team: in.Team, Priority: in.Priority, Person: in.Person, Text: in.Text,
		From: in.From, To: in.To, Limit: in.Limit, Before: in.Before,
	}
	if !q.From.IsZero() && !q.To.IsZero() && !q.From.Before(q.To) {
		return q, parameterError("query.to", "it is not after from", in.To.Format(time.RFC3339))
	}
	for _, one := range in.Label {
		name, value, ok := strings.Cut(one, "=")
		if !ok || name == "" {
			return q, parameterError("query.label", "it is not name=value", one)
		}
		if was, twice := q.Labels[name]; twice && was != value {
			return q, parameterError("query.label", "it names another value for the same label", one)
		}
		if q.Labels == nil {
			q.Labels = map[string]string{}
		}
		q.Labels[name] = value
	}
	return q, nil
}

func parameterError(where, what string, value any) error {
	return huma.Error422UnprocessableEntity("validation failed", &huma.ErrorDetail{Message: what, Location: where, Value: value})
}

// Named names one incident.
type Named struct {
	ID string `path:"id" doc:"the incident's id, or the beginning of it where that is unambiguous (at least 4 characters)"`
}

type incidentAnswer struct{ Body archive.Incident }

func (s *server) incidents(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "list-incidents", Method: http.MethodGet, Path: "/api/v1/incidents", Summary: "Incidents, newest first", Tags: []string{"incidents"},
	}, s.listIncidents)
	huma.Register(api, huma.Operation{
		OperationID: "show-incident", Method: http.MethodGet, Path: "/api/v1/incidents/{id}", Summary: "One incident", Tags: []string{"incidents"},
	}, s.showIncident)
	huma.Register(api, huma.Operation{
		OperationID: "show-timeline", Method: http.MethodGet, Path: "/api/v1/incidents/{id}/timeline", Summary: "What happened, in order", Tags: []string{"incidents"},
	}, s.showTimeline)
}

func (s *server) listIncidents(ctx context.Context, in *ListQuery) (*struct{ Body []archive.Incident }, error) {
	q, err := in.query()
	if err != nil {
		return nil, err
	}
	if q.Before != "" { // as elsewhere, the beginning of an id will do
		last, err := s.Archive.Incident(ctx, q.Before)
		if err != nil {
			return nil, s.archiveError("list incidents", err)
		}
		q.Before = last.ID
	}
	all, err := s.Archive.Incidents(ctx, q)
	if err != nil {
		return nil, s.archiveError("list incidents", err)
	}
	return &struct{ Body []archive.Incident }{all}, nil
}

func (s *server) showIncident(ctx context.Context, in *Named) (*incidentAnswer, error) {
	incident, err := s.Archive.Incident(ctx, in.ID)
	if err != nil {
		return nil, s.archiveError("show incident", err)
	}
	return &incidentAnswer{incident}, nil
}

func (s *server) showTimeline(ctx context.Context, in *struct {
	Named
	After uint64 `query:"after" doc:"only entries after the one with this number"`
},
) (*struct{ Body []archive.Entry }, error) {
	_, all, err := s.timeline(ctx, "show timeline", in.ID, in.After)
	if err != nil {
		return nil, err
	}
	return &struct{ Body []archive.Entry }{all}, nil
}

// timeline finds an incident by its id or the beginning of it, with the entries after a number. The
// question names the request in the log.
func (s *server) timeline(ctx context.Context, question, id string, after uint64) (incident archive.Incident, all []archive.Entry, err error) {
	if incident, err = s.Archive.Incident(ctx, id); err == nil {
		all, err = s.Archive.Timeline(ctx, incident.ID, after)
	}
	if err != nil {
		err = s.archiveError(question, err)
	}
	return incident, all, err
}
