package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

func newIncident(a *app) *cobra.Command {
	incident := group(&cobra.Command{Use: "incident", Short: "See and answer incidents"})
	incident.AddCommand(
		newIncidentList(a),
		newIncidentShow(a),
		newVerb(a, "ack", "Take incidents; escalation pauses", (*client.Client).Acknowledge),
		newVerb(a, "unack", "Give incidents back; escalation starts anew", (*client.Client).Unacknowledge),
		newVerb(a, "resolve", "End incidents", (*client.Client).Resolve),
		newVerb(a, "reopen", "Open resolved incidents again", (*client.Client).Reopen),
		newEscalate(a),
		newSnooze(a),
		newVerb(a, "wake", "End a snooze; escalation starts anew", (*client.Client).Wake),
		newAssign(a),
		newResponders(a),
		newPriority(a),
		newMerge(a),
		newSplit(a),
		newRole(a),
		newTask(a),
		newClose(a),
		newPause(a),
		newVerb(a, "resume", "Let the clocks of response and resolution run again", (*client.Client).Resume),
		newVerb(a, "cancel-clocks", "Measure incidents by no target any more", (*client.Client).CancelClocks),
		newNote(a),
	)
	return incident
}

func newIncidentList(a *app) *cobra.Command {
	var q client.Query
	c := &cobra.Command{Use: "list", Short: "List incidents, newest first", Args: args(cobra.NoArgs)}
	c.RunE = func(c *cobra.Command, _ []string) error {
		all, err := a.client().Incidents(c.Context(), q)
		if err != nil {
			return err
		}
		if a.json {
			return object(a.stdout, all)
		}
		if len(all) == 0 {
			fmt.Fprintln(a.stderr, "no incidents")
			return nil
		}
		rows := [][]string{{"ID", "STATUS", "PRIO", "SERVICE", "LEVEL", "OPENED", "BY", "TITLE"}}
		for _, i := range all {
			rows = append(rows, []string{
				brief(i.ID), i.Status, i.Priority, i.Service, strconv.Itoa(i.Level), a.short(i.OpenedAt), name(i.AcknowledgedBy), fit(i.Title, 80),
			})
		}
		table(a.stdout, rows)
		return nil
	}
	f := c.Flags()
	f.StringVar(&q.Status, "status", "open", "open, all, triggered, acknowledged, snoozed or resolved")
	f.StringVar(&q.Service, "service", "", "only of this service")
	f.StringVar(&q.Team, "team", "", "only of this team")
	f.IntVar(&q.Limit, "limit", 50, "the most to list, up to 1000")
	f.StringVar(&q.Before, "before", "", "only those that opened before the incident with this `id`, to page on")
	c.RegisterFlagCompletionFunc("status", cobra.FixedCompletions([]string{"open", "all", "triggered", "acknowledged", "snoozed", "resolved"}, cobra.ShellCompDirectiveNoFileComp)) //nolint:errcheck // the flag is there
	return c
}
