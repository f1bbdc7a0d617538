package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tocsin.dev/internal/archive"
)

// Listing is the query of the list of incidents.
type Listing struct {
	Status  string `query:"status" enum:"open,all,triggered,acknowledged,snoozed,resolved" default:"open" doc:"open is everything but resolved"`
	Service string `query:"service" doc:"only incidents of this service"`
	Team    string `query:"team" doc:"only incidents of this team"`
	Limit   int    `query:"limit" minimum:"1" maximum:"1000" default:"50"`
	Before  string `query:"before" doc:"only incidents opened before the one with this id, to page on"`
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

func (s *server) listIncidents(ctx context.Context, in *Listing) (*struct{ Body []archive.Incident }, error) {
	all, err := s.Archive.Incidents(ctx, archive.Query{Status: in.Status, Service: in.Service, Team: in.Team, Limit: in.Limit, Before: in.Before})
	if err != nil {
		return nil, s.asked("list incidents", err)
	}
	return &struct{ Body []archive.Incident }{all}, nil
}

func (s *server) showIncident(ctx context.Context, in *Named) (*incidentAnswer, error) {
	incident, err := s.Archive.Incident(ctx, in.ID)
	if err != nil {
		return nil, s.asked("show incident", err)
	}
	return &incidentAnswer{incident}, nil
}

func (s *server) showTimeline(ctx context.Context, in *struct {
	Named
	After uint64 `query:"after" doc:"only entries after the one with this number"`
},
) (*struct{ Body []archive.Entry }, error) {
	incident, err := s.Archive.Incident(ctx, in.ID)
	if err != nil {
		return nil, s.asked("show timeline", err)
	}
	all, err := s.Archive.Timeline(ctx, incident.ID, in.After)
	if err != nil {
		return nil, s.asked("show timeline", err)
	}
	return &struct{ Body []archive.Entry }{all}, nil
}
