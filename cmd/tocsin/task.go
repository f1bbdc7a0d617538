package main

import (
	"strconv"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

func newTasks(a *app) *cobra.Command {
	return group(&cobra.Command{Use: "task", Short: "List the follow-up tasks of all incidents"}, newTaskList(a))
}

func newTaskList(a *app) *cobra.Command {
	var q client.TaskQuery
	c := &cobra.Command{
		Use: "list", Short: "List follow-up tasks, newest incident first", Args: args(cobra.NoArgs),
		Long: "List follow-up tasks, newest incident first. 'tocsin incident task' adds and completes tasks.",
		RunE: func(c *cobra.Command, _ []string) error {
			all, err := a.client().Tasks(c.Context(), q)
			if err != nil {
				return noIncident(err)
			}
			return list(a, all, "no tasks", []string{"INCIDENT", "TASK", "STATE", "AGE", "OWNER", "TEAM", "TEXT"}, a.taskRow)
		},
	}
	a.choice(c, &q.State, "state", "open", "open, done or all", "open", "done", "all")
	a.person(c, &q.Owner, "owner", "only tasks of this `person`")
	f := c.Flags()
	f.StringVar(&q.Team, "team", "", "only incidents of this team")
	f.StringVar(&q.Service, "service", "", "only incidents of this service")
	f.IntVar(&q.Limit, "limit", 200, "maximum number of tasks, up to 1000; the last incident is listed whole")
	f.StringVar(&q.Before, "before", "", "next page: only incidents opened before the one with this `id`")
	return c
}

func (a *app) taskRow(t client.ListedTask) []string {
	state, until := "open", a.now()
	if t.Done {
		state, until = "done", t.DoneAt
	}
	return []string{brief(t.Incident), strconv.Itoa(t.Number), state, age(t.AddedAt, until), nobody(name(t.Owner)), t.Team, fit(t.Text, 80)}
}
