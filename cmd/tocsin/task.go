package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

func newTasks(a *app) *cobra.Command {
	task := group(&cobra.Command{Use: "task", Short: "Follow-ups of all incidents"})
	task.AddCommand(newTaskList(a))
	return task
}

func newTaskList(a *app) *cobra.Command {
	var q client.TaskQuery
	c := &cobra.Command{
		Use: "list", Short: "List follow-ups by incident, the newest incident first", Args: args(cobra.NoArgs),
		Long: `List follow-ups by incident, the newest incident first. 'tocsin incident task' adds one, or says that it is done.`,
		RunE: func(c *cobra.Command, _ []string) error {
			all, err := a.client().Tasks(c.Context(), q)
			if err != nil {
				return lost(err)
			}
			if a.json {
				return object(a.stdout, all)
			}
			if len(all) == 0 {
				fmt.Fprintln(a.stderr, "no tasks")
				return nil
			}
			a.showTasks(all)
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&q.State, "state", "open", "open, done or all")
	f.StringVar(&q.Team, "team", "", "only of incidents of this team")
	f.StringVar(&q.Service, "service", "", "only of incidents of this service")
	a.person(c, &q.Owner, "owner", "only of this `person`")
	f.IntVar(&q.Limit, "limit", 200, "the most to list, up to 1000; the last incident is listed whole")
	f.StringVar(&q.Before, "before", "", "only of incidents that opened before the one with this `id`, to page on")
	a.complete(c, "state", cobra.FixedCompletions([]string{"open", "done", "all"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func (a *app) showTasks(all []client.ListedTask) {
	rows := [][]string{{"INCIDENT", "TASK", "STATE", "AGE", "OWNER", "TEAM", "TEXT"}}
	for _, t := range all {
		state, until := "open", a.now()
		if t.Done {
			state, until = "done", t.DoneAt
		}
		rows = append(rows, []string{brief(t.Incident), strconv.Itoa(t.Number), state, age(t.AddedAt, until), nobody(name(t.Owner)), t.Team, fit(t.Text, 80)})
	}
	table(a.stdout, rows)
}

// age tells how long something stood, as roughly as people say it; "" where that is not known.
func age(since, until time.Time) string {
	d := until.Sub(since)
	switch {
	case since.IsZero() || until.IsZero():
		return ""
	case d >= 48*time.Hour:
		return strconv.Itoa(int(d/(24*time.Hour))) + "d"
	case d >= 2*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	case d >= time.Minute:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	}
	return strconv.Itoa(int(max(d, 0)/time.Second)) + "s"
}
