package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"
	"time"

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
			a.showIncident(i)
			return nil
		},
	}
}

func (a *app) showIncident(i client.Incident) {
	rows := [][]string{
		{"id", i.ID},
		{"title", i.Title},
		{"status", i.Status},
		{"priority", i.Priority},
		{"severity", i.Severity},
		{"service", i.Service},
		{"team", i.Team},
		{"policy", i.Policy},
		{"level", fmt.Sprintf("%d of round %d", i.Level, i.Round)},
		{"opened", a.short(i.OpenedAt)},
		{"acknowledged", a.when(i.AcknowledgedAt, i.AcknowledgedBy)},
		{"resolved", a.when(i.ResolvedAt, "")},
	}
	for _, alert := range i.Alerts {
		rows = append(rows, []string{"alert", fmt.Sprintf("%s (%s): %s", alert.Key, alert.Status, alert.Summary)})
	}
	table(a.stdout, rows)
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

type command func(*client.Client, context.Context, string, client.Ask) (client.Outcome, error)

// newVerb makes a command that asks the same of one or more incidents.
func newVerb(a *app, verb, short string, do command) *cobra.Command {
	var ask client.Ask
	c := &cobra.Command{
		Use: verb + " ID…", Short: short, Args: args(cobra.MinimumNArgs(1)), ValidArgsFunction: a.completeIncidents(likely(verb)),
		RunE: func(c *cobra.Command, ids []string) error { return a.each(c.Context(), ids, ask, do) },
	}
	by(c, &ask)
	c.Flags().StringVar(&ask.Note, "note", "", "free text for the timeline")
	return c
}

func newEscalate(a *app) *cobra.Command {
	var ask client.Ask
	c := &cobra.Command{
		Use: "escalate ID", Short: "Climb now instead of at the deadline", Args: args(cobra.ExactArgs(1)), ValidArgsFunction: a.completeIncidents("open"),
		RunE: func(c *cobra.Command, ids []string) error {
			return a.each(c.Context(), ids, ask, (*client.Client).Escalate)
		},
	}
	by(c, &ask)
	c.Flags().IntVar(&ask.Level, "level", 0, "the level to climb to, counted from 1 (default: the next one)")
	c.Flags().StringVar(&ask.Note, "note", "", "free text for the timeline")
	return c
}

func newNote(a *app) *cobra.Command {
	var ask client.Ask
	c := &cobra.Command{
		Use: "note ID TEXT", Short: "Leave a note in the timeline", Args: args(cobra.MinimumNArgs(2)), ValidArgsFunction: a.completeIncidents("all"),
		RunE: func(c *cobra.Command, words []string) error {
			ask.Note = strings.Join(words[1:], " ")
			return a.each(c.Context(), words[:1], ask, (*client.Client).Note)
		},
	}
	by(c, &ask)
	return c
}

func by(c *cobra.Command, ask *client.Ask) {
	c.Flags().StringVar(&ask.By, "by", me(), "who asks: a person's id, or any name")
}

// me is who asks when nobody is named: the shell's user, else the system's.
func me() string {
	if name := os.Getenv("USER"); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

// each asks for every incident in turn and stops at the first that fails.
func (a *app) each(ctx context.Context, ids []string, ask client.Ask, do command) error {
	for _, id := range ids {
		out, err := do(a.client(), ctx, id, ask)
		if err != nil {
			if len(ids) > 1 {
				err = fmt.Errorf("incident %s: %w", id, err)
			}
			return lost(err)
		}
		if err := a.outcome(out); err != nil {
			return err
		}
	}
	return nil
}

// happened tells a fact as the answer to a command.
func happened(f client.Entry) string {
	var data struct {
		By string `json:"by"`
	}
	if json.Unmarshal(f.Data, &data) != nil || data.By == "" {
		return f.Summary
	}
	switch f.Type {
	case "incident.acknowledged":
		return "acknowledged by " + name(data.By)
	case "incident.unacknowledged":
		return "given back by " + name(data.By)
	case "incident.resolved":
		return "resolved by " + name(data.By)
	case "incident.reopened":
		return "reopened by " + name(data.By)
	}
	return f.Summary
}

// name gives a person's id without the word before it.
func name(actor string) string { return strings.TrimPrefix(actor, "person:") }

// lost adds where to look to an error about an incident.
func lost(err error) error {
	if code := classify(err).code; code == codeNotFound {
		return fault{err: err, hint: "'tocsin incident list --status all' lists them; an id may be shortened to 4 characters or more"}
	}
	return err
}
