package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin.dev/internal/insight/suggest"
)

// readHistory bounds how long one request reads what has come since the last one.
const readHistory = 10 * time.Second

// IncidentSuggestions is what was suggested for an incident when it opened.
type IncidentSuggestions struct {
	Incident    string               `json:"incident"`
	Known       bool                 `json:"known" doc:"false: it is over for so long that its suggestions are not kept"`
	Suggestions []suggest.Suggestion `json:"suggestions"`
}

func (s *server) suggestions(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "show-suggestions", Method: http.MethodGet, Path: "/api/v1/incidents/{id}/suggestions", Summary: "What incidents like it came to",
		Description: "As it was suggested when the incident opened, by what was known before. 503 while the history is being read for the first time: ask again.",
		Tags:        []string{"incidents"},
	}, s.showSuggestions)
}

func (s *server) showSuggestions(ctx context.Context, in *Named) (*struct{ Body IncidentSuggestions }, error) {
	incident, err := s.Archive.Incident(ctx, in.ID)
	if err != nil {
		return nil, s.archiveError("show suggestions", err)
	}
	if s.Suggestions == nil {
		return nil, huma.Error501NotImplemented("this gateway makes no suggestions")
	}
	ctx, cancel := context.WithTimeout(ctx, readHistory)
	defer cancel()
	made, known, err := s.Suggestions(ctx, incident.ID)
	if err != nil {
		return nil, s.historyError(ctx, "show suggestions", err)
	}
	if made == nil {
		made = []suggest.Suggestion{}
	}
	return &struct{ Body IncidentSuggestions }{IncidentSuggestions{Incident: incident.ID, Known: known, Suggestions: made}}, nil
}
