package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

func newIncidentShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show an incident", Args: args(cobra.ExactArgs(1)), ValidArgsFunction: a.completeIncidents("all"),
		RunE: func(c *cobra.Command, ids []string) error {
			i, err := a.client().Incident(c.Context(), ids[0])
			if err != nil {
				return noIncident(err)
			}
			return a.show(i, func() { a.showIncident(i, a.suggestions(c.Context(), i)) })
		},
	}
}

func (a *app) showIncident(i client.Incident, suggestions []string) {
	rows := [][]string{
		{"id", i.ID},
		{"title", i.Title},
		{"status", a.status(i)},
		{"priority", i.Priority},
		{"severity", i.Severity},
		{"service", i.Service},
		{"team", i.Team},
		{"policy", i.Policy},
		{"level", fmt.Sprintf("%d of round %d", i.Level, i.Round)},
		{"opened", a.short(i.OpenedAt)},
		{"acknowledged", a.when(i.AcknowledgedAt, i.AcknowledgedBy)},
		{"assignee", nobody(name(i.Assignee))},
		{"resolved", a.when(i.ResolvedAt, "")},
	}
	add := func(title, text string) {
		if text != "" {
			rows = append(rows, []string{title, text})
		}
	}
	add("runbook", i.Runbook)
	for _, c := range i.Clocks {
		add(c.Clock, a.clock(c, i.PausedUntil))
	}
	for _, role := range slices.Sorted(maps.Keys(i.Roles)) {
		add(role, name(i.Roles[role]))
	}
	if len(i.Responders) > 0 {
		add("responders", names(i.Responders))
	}
	for _, t := range i.Tasks {
		state := map[bool]string{true: "done", false: "open"}[t.Done]
		if t.Owner != "" {
			state += ", " + name(t.Owner)
		}
		add("task "+strconv.Itoa(t.Number), t.Text+" ("+state+")")
	}
	for _, d := range i.Documents {
		add("document "+strconv.Itoa(d.Number), d.Title+" ("+name(d.By)+")")
	}
	if i.KnownError != nil {
		add("known error", i.KnownError.Problem+": "+i.KnownError.Title)
		add("workaround", i.KnownError.Workaround)
	}
	add("merged into", i.MergedInto)
	add("split from", i.SplitFrom)
	add("outcome", i.Outcome)
	add("cause", i.Cause)
	for _, id := range i.Absorbed {
		add("merged in", id)
	}
	for _, text := range suggestions {
		add("suggestion", text)
	}
	for _, alert := range i.Alerts {
		add("alert", fmt.Sprintf("%s (%s): %s", alert.Key, alert.Status, alert.Summary))
	}
	table(a.stdout, rows)
}

// suggestTime is how long `incident show` waits for suggestions, which are optional.
const suggestTime = time.Second

// suggestions returns those for an open incident; none if they cannot be had in time.
func (a *app) suggestions(ctx context.Context, i client.Incident) (all []string) {
	if i.ResolvedAt != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, suggestTime)
	defer cancel()
	found, err := a.client().Suggestions(ctx, i.ID)
	if err != nil {
		return nil
	}
	for _, s := range found.Suggestions {
		all = append(all, s.Says)
	}
	return all
}

// status returns the status, and until when it lasts if it ends by itself.
func (a *app) status(i client.Incident) string {
	switch {
	case !i.SnoozedUntil.IsZero():
		return i.Status + " until " + a.moment(i.SnoozedUntil)
	case i.Outcome != "":
		return i.Status + ", closed"
	}
	return i.Status
}

// clock describes a goal: when it is due, or whether it was met.
func (a *app) clock(c client.Clock, pausedUntil time.Time) string {
	state := "due " + a.moment(c.DueAt)
	switch {
	case c.Met && c.Breached:
		state = "breached, done after " + shortDuration(c.Elapsed)
	case c.Met:
		state = "met after " + shortDuration(c.Elapsed)
	case c.Breached:
		state = "breached at " + a.moment(c.DueAt)
	case c.Paused:
		state = "paused" + a.until(pausedUntil)
	case c.DueAt.IsZero():
		state = "never due"
	case c.AtRisk:
		state += ", at risk"
	}
	goal := shortDuration(c.Goal)
	if c.Calendar != "" {
		goal += " of calendar " + c.Calendar
	}
	return state + " (goal " + goal + ")"
}

// when formats an instant that may be missing, and who caused it.
func (a *app) when(t *time.Time, by string) string {
	switch {
	case t == nil:
		return "no"
	case by == "":
		return a.short(*t)
	}
	return a.short(*t) + " by " + name(by)
}

// joinLabels formats labels as name=value, sorted by name.
func joinLabels(labels map[string]string, separator string) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		all = append(all, name+"="+labels[name])
	}
	return strings.Join(all, separator)
}
