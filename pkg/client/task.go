package client

import "context"

// ListedTask is a follow-up task with its incident.
type ListedTask struct {
	Task
	Incident string `json:"incident"` // id
	Service  string `json:"service"`
	Team     string `json:"team"`
	Title    string `json:"title"` // of the incident
}

// TaskQuery selects follow-up tasks. The zero value selects the open ones.
type TaskQuery struct {
	// State is "open", "done" or "all". Defaults to "open".
	State                string
	Team, Service, Owner string
	// Limit is from 1 to 1000. Defaults to 200; the last incident is listed whole.
	Limit int
	// Before is the id of an incident: only tasks of incidents opened before it.
	Before string
}

// Tasks returns the tasks that match the query, newest incident first.
func (c *Client) Tasks(ctx context.Context, q TaskQuery) ([]ListedTask, error) {
	return get[[]ListedTask](ctx, c, "/api/v1/tasks", values(map[string]string{
		"state": q.State, "team": q.Team, "service": q.Service, "owner": q.Owner, "before": q.Before, "limit": number(q.Limit),
	}))
}
