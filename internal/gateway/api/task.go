package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/rules/timeline"
)

// ListedTask is a follow-up with the incident it belongs to.
type ListedTask struct {
	timeline.Task
	Incident string `json:"incident"` // id
	Service  string `json:"service"`
	Team     string `json:"team"`
	Title    string `json:"title" doc:"of the incident"`
}

// Remaining is the query of the list of tasks.
type Remaining struct {
	State   string `query:"state" enum:"open,done,all" default:"open"`
	Team    string `query:"team" doc:"only of incidents of this team"`
	Service string `query:"service" doc:"only of incidents of this service"`
	Owner   string `query:"owner" maxLength:"200" doc:"only of this person, with or without person: before the id"`
	Limit   int    `query:"limit" minimum:"1" maximum:"1000" default:"200" doc:"the most to list; the last incident is listed whole"`
	Before  string `query:"before" doc:"only of incidents opened before the one with this id, to page on"`
}

func (s *server) tasks(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "list-tasks", Method: http.MethodGet, Path: "/api/v1/tasks", Summary: "Follow-ups of all incidents, by incident, the newest first", Tags: []string{"incidents"},
	}, s.listTasks)
}

// taskPage is how many incidents are looked at at once.
const taskPage = 200

func (s *server) listTasks(ctx context.Context, in *Remaining) (*struct{ Body []ListedTask }, error) {
	q := archive.Query{Status: "all", Service: in.Service, Team: in.Team, Tasks: "any", Limit: taskPage, Before: in.Before}
	if in.State == "open" {
		q.Tasks = "open"
	}
	all := []ListedTask{}
	for {
		incidents, err := s.Archive.Incidents(ctx, q)
		if err != nil {
			return nil, s.archiveError("list tasks", err)
		}
		for i := range incidents {
			if all = append(all, in.of(&incidents[i])...); len(all) >= in.Limit {
				return &struct{ Body []ListedTask }{all}, nil
			}
		}
		if len(incidents) < taskPage {
			return &struct{ Body []ListedTask }{all}, nil
		}
		q.Before = incidents[len(incidents)-1].ID
	}
}

// of returns those of one incident that are asked for.
func (in *Remaining) of(i *archive.Incident) (some []ListedTask) {
	for _, t := range i.Tasks {
		if in.State == "open" && t.Done || in.State == "done" && !t.Done {
			continue
		}
		if in.Owner != "" && strings.TrimPrefix(t.Owner, "person:") != strings.TrimPrefix(in.Owner, "person:") {
			continue
		}
		some = append(some, ListedTask{Task: t, Incident: i.ID, Service: i.Service, Team: i.Team, Title: i.Title})
	}
	return some
}
