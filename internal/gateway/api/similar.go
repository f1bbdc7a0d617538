package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/insight/problem"
)

// How many incidents are looked at.
const (
	similarOfService = 1000 // the newest of the same service
	similarByLabel   = 200  // the newest for each label of the one at hand, whatever their service
	similarLabels    = 8
	similarRead      = 50 // the best of them, whose notes are read
	candidateMost    = 20_000
	candidateSince   = 90 * 24 * time.Hour
)

func (s *server) resemblances(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "similar-incidents", Method: http.MethodGet, Path: "/api/v1/incidents/{id}/similar", Tags: []string{"problems"},
		Summary: "Incidents that resemble one, with what resolved them", Description: "The score is explained: by its parts, and the words and labels that both have. docs/problems.md has the formula.",
	}, s.similar)
	huma.Register(api, huma.Operation{
		OperationID: "problem-candidates", Method: http.MethodGet, Path: "/api/v1/problems/candidates", Tags: []string{"problems"},
		Summary: "Incidents that recur, and those that were closed with a workaround",
	}, s.candidates)
}

func (s *server) similar(ctx context.Context, in *struct {
	Named
	Limit int `query:"limit" minimum:"1" maximum:"50" default:"10"`
},
) (*struct{ Body []problem.Match }, error) {
	incident, err := s.Archive.Incident(ctx, in.ID)
	if err != nil {
		return nil, s.archiveError("similar incidents", err)
	}
	near, err := s.near(ctx, &incident)
	if err != nil {
		return nil, s.archiveError("similar incidents", err)
	}
	all := make([]*problem.Case, len(near))
	at := map[string]int{}
	for n := range near {
		all[n] = problem.CaseOf(near[n], nil)
		at[near[n].ID] = n
	}
	to := all[at[incident.ID]]
	// The notes of the best are read, and they are ranked once more by all that is known of them.
	for _, m := range append(problem.Similar(to, all, problem.Options{Limit: similarRead, Least: 0.01}), problem.Match{Incident: incident.ID}) {
		told, err := s.Archive.Timeline(ctx, m.Incident, 0)
		if err != nil {
			return nil, s.archiveError("similar incidents", err)
		}
		n := at[m.Incident]
		all[n] = problem.CaseOf(near[n], told)
	}
	found := problem.Similar(all[at[incident.ID]], all, problem.Options{Limit: in.Limit})
	return &struct{ Body []problem.Match }{append([]problem.Match{}, found...)}, nil
}

// near returns the incident itself, and those that may resemble it.
func (s *server) near(ctx context.Context, to *archive.Incident) ([]archive.Incident, error) {
	asks := []archive.Query{{Service: to.Service, Limit: similarOfService}}
	if len(to.Alerts) > 0 {
		for name, value := range firstLabels(to.Alerts[0].Labels.Map()) {
			asks = append(asks, archive.Query{Labels: map[string]string{name: value}, Limit: similarByLabel})
		}
	}
	all, seen := []archive.Incident{*to}, map[string]bool{to.ID: true}
	for _, q := range asks {
		q.Status = "all"
		some, err := s.Archive.Incidents(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, one := range some {
			if !seen[one.ID] && one.MergedInto == "" {
				seen[one.ID] = true
				all = append(all, one)
			}
		}
	}
	return all, nil
}

// firstLabels returns some labels, the same ones every time.
func firstLabels(all map[string]string) map[string]string {
	some := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if len(some) < similarLabels && all[name] != "" {
			some[name] = all[name]
		}
	}
	return some
}

// CandidateQuery is the query of the list of candidates.
type CandidateQuery struct {
	Times   int       `query:"times" minimum:"2" maximum:"1000" default:"3" doc:"how many incidents of one fingerprint make a candidate"`
	Days    int       `query:"days" minimum:"1" maximum:"366" default:"30" doc:"within how many days"`
	Label   []string  `query:"label,explode" maxItems:"20" doc:"the labels that make up a fingerprint; left out, whole sets of labels are compared"`
	Service string    `query:"service" doc:"only incidents of this service"`
	Team    string    `query:"team" doc:"only incidents of this team"`
	Since   time.Time `query:"since" doc:"only incidents that opened at this instant or later; 90 days ago when left out"`
	All     bool      `query:"all" doc:"also what belongs to one problem already"`
}

func (s *server) candidates(ctx context.Context, in *CandidateQuery) (*struct{ Body []problem.Candidate }, error) {
	q := archive.Query{Status: "all", Service: in.Service, Team: in.Team, From: in.Since, Limit: archive.MaxLimit}
	if q.From.IsZero() {
		q.From = s.Clock().Add(-candidateSince)
	}
	var all []*problem.Case
	for len(all) < candidateMost {
		some, err := s.Archive.Incidents(ctx, q)
		if err != nil {
			return nil, s.archiveError("candidates", err)
		}
		for _, one := range some {
			if one.MergedInto == "" {
				all = append(all, problem.CaseOf(one, nil))
			}
		}
		if len(some) < q.Limit {
			break
		}
		q.Before = some[len(some)-1].ID
	}
	var linked map[string]string
	if s.Journal != nil {
		known, err := s.problemIndex(ctx)
		if err != nil {
			return nil, err
		}
		linked = known.linked()
	}
	found := problem.Candidates(all, problem.Recurrence{
		Linked: linked, Times: in.Times, Within: time.Duration(in.Days) * 24 * time.Hour, Labels: in.Label, All: in.All,
	})
	return &struct{ Body []problem.Candidate }{found}, nil
}
