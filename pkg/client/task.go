package client

import (
	"context"
	"net/url"
	"strconv"
)

// ListedTask is a follow-up with the incident that it came of.
type ListedTask struct {
	Task
	Incident string `json:"incident"` // id
	Service  string `json:"service"`
	Team     string `json:"team"`
	Title    string `json:"title"` // of the incident
}

// TaskQuery selects follow-ups. The zero value asks for those that are to do.
type TaskQuery struct {
	// State is "open", "done" or "all". Defaults to "open".
	State                string
	Team, Service, Owner string
	// Limit is from 1 to 1000. Defaults to 200; the last incident is listed whole.
	Limit int
	// Before is an incident's id: only those of incidents that opened before it.
	Before string
}

// Tasks gives those that fit the query, by incident, the newest first.
func (c *Client) Tasks(ctx context.Context, q TaskQuery) ([]ListedTask, error) {
	v := url.Values{}
	for name, value := range map[string]string{"state": q.State, "team": q.Team, "service": q.Service, "owner": q.Owner, "before": q.Before} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if q.Limit != 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	var all []ListedTask
	err := c.get(ctx, "/api/v1/tasks", v, &all)
	return all, err
}
