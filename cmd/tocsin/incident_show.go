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
		Use: "show ID", Short: "Show one incident", Args: args(cobra.ExactArgs(1)), ValidArgsFunction: a.completeIncidents("all"),
		RunE: func(c *cobra.Command, ids []string) error {
			i, err := a.client().Incident(c.Context(), ids[0])
			if err != nil {
				return lost(err)
			}
			if a.json {
				return object(a.stdout, i)
			}
			a.showIncident(i, a.suggested(c.Context(), i))
			return nil
		},
	}
}

func (a *app) showIncident(i client.Incident, suggested [][]string) {
	rows := [][]string{
		{"id", i.ID},
		{"title", i.Title},
		{"status", a.statusOf(i)},
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
	if i.Runbook != "" {
		rows = append(rows, []string{"runbook", i.Runbook})
	}
	rows = append(rows, a.clocks(i)...)
	rows = append(rows, response(i)...)
	if i.KnownError != nil {
		rows = append(rows, []string{"known error", i.KnownError.Problem + ": " + i.KnownError.Title}, []string{"workaround", i.KnownError.Workaround})
	}
	rows = append(rows, kin(i)...)
	rows = append(rows, suggested...)
	for _, alert := range i.Alerts {
		rows = append(rows, []string{"alert", fmt.Sprintf("%s (%s): %s", alert.Key, alert.Status, alert.Summary)})
	}
	table(a.stdout, rows)
}

// suggestTime bounds how long suggestions are waited for: they are an addition.
const suggestTime = time.Second

// suggested tells what is suggested for an open incident; nothing when that is not known in time.
func (a *app) suggested(ctx context.Context, i client.Incident) (rows [][]string) {
	if i.ResolvedAt != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, suggestTime)
	defer cancel()
	f, err := a.client().Suggestions(ctx, i.ID)
	if err != nil {
		return nil
	}
	for _, s := range f.Suggestions {
		rows = append(rows, []string{"suggested", s.Says})
	}
	return rows
}

// statusOf tells where the incident stands, and until when where that ends by itself.
func (a *app) statusOf(i client.Incident) string {
	switch {
	case !i.SnoozedUntil.IsZero():
		return i.Status + " until " + a.moment(i.SnoozedUntil)
	case i.Outcome != "":
		return i.Status + ", closed"
	}
	return i.Status
}

// clocks tells each target with when it is due, or what came of it.
func (a *app) clocks(i client.Incident) (rows [][]string) {
	for _, c := range i.Clocks {
		state := "due " + a.moment(c.DueAt)
		switch {
		case c.Met && c.Breached:
			state = "breached, done after " + length(c.Elapsed)
		case c.Met:
			state = "met after " + length(c.Elapsed)
		case c.Breached:
			state = "breached at " + a.moment(c.DueAt)
		case c.Paused && i.PausedUntil.IsZero():
			state = "paused"
		case c.Paused:
			state = "paused until " + a.moment(i.PausedUntil)
		case c.DueAt.IsZero():
			state = "never due"
		case c.AtRisk:
			state += ", at risk"
		}
		rows = append(rows, []string{c.Clock, state + " (target " + length(c.Goal) + within(c.Calendar) + ")"})
	}
	return rows
}

func within(calendar string) string {
	if calendar == "" {
		return ""
	}
	return " of calendar " + calendar
}

// length writes a duration without the units that say nothing: "4h0m0s" is 4h.
func length(s string) string {
	d, err := time.ParseDuration(s)
	if err != nil {
		return s
	}
	s = d.Round(time.Second).String()
	if short, ok := strings.CutSuffix(s, "m0s"); ok {
		s = short + "m"
	}
	if short, ok := strings.CutSuffix(s, "h0m"); ok {
		s = short + "h"
	}
	return s
}

// response tells who does what.
func response(i client.Incident) (rows [][]string) {
	for _, role := range slices.Sorted(maps.Keys(i.Roles)) {
		rows = append(rows, []string{role, name(i.Roles[role])})
	}
	if len(i.Responders) > 0 {
		var all []string
		for _, one := range i.Responders {
			all = append(all, name(one))
		}
		rows = append(rows, []string{"responders", strings.Join(all, ", ")})
	}
	for _, t := range i.Tasks {
		state := map[bool]string{true: "done", false: "open"}[t.Done]
		if t.Owner != "" {
			state += ", " + name(t.Owner)
		}
		rows = append(rows, []string{"task " + strconv.Itoa(t.Number), t.Text + " (" + state + ")"})
	}
	for _, d := range i.Documents {
		rows = append(rows, []string{"document " + strconv.Itoa(d.Number), d.Title + " (" + name(d.By) + ")"})
	}
	return rows
}

// kin tells of other incidents, and of the end.
func kin(i client.Incident) (rows [][]string) {
	for _, one := range [][2]string{{"merged into", i.MergedInto}, {"split from", i.SplitFrom}, {"outcome", i.Outcome}, {"cause", i.Cause}} {
		if one[1] != "" {
			rows = append(rows, one[:])
		}
	}
	for _, id := range i.Absorbed {
		rows = append(rows, []string{"took in", id})
	}
	return rows
}

// when tells an instant that may be missing, and whose doing it was.
func (a *app) when(t *time.Time, by string) string {
	switch {
	case t == nil:
		return "no"
	case by == "":
		return a.short(*t)
	}
	return a.short(*t) + " by " + name(by)
}

func nobody(who string) string {
	if who == "" {
		return "nobody"
	}
	return who
}
