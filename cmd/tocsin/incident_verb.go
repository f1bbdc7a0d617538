package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

// verb is a command that asks the same thing, an R, of one or more incidents.
type verb[R any] struct {
	use, short, long, example string
	args                      cobra.PositionalArgs // nil: one or more incidents
	offer                     string               // status of the incidents that completion offers; empty: open
	flags                     func(c *cobra.Command, r *R)
	read                      func(r *R, words []string) error // reads the arguments after the id; nil: all are ids
	do                        func(*client.Client, context.Context, string, R) (client.Outcome, error)
}

func (v verb[R]) command(a *app) *cobra.Command {
	if v.args == nil {
		v.args = cobra.MinimumNArgs(1)
	}
	if v.offer == "" {
		v.offer = "open"
	}
	var r R
	c := &cobra.Command{
		Use: v.use, Short: v.short, Long: v.long, Example: v.example, Args: args(v.args), ValidArgsFunction: a.completeIncidents(v.offer),
		RunE: func(c *cobra.Command, ids []string) error {
			if v.read != nil {
				if err := v.read(&r, ids[1:]); err != nil {
					return err
				}
				ids = ids[:1]
			}
			return a.each(ids, func(id string) (client.Outcome, error) { return v.do(a.client(), c.Context(), id, r) })
		},
	}
	v.flags(c, &r)
	return c
}

// each runs a command on one incident after the other and stops at the first error.
func (a *app) each(ids []string, do func(id string) (client.Outcome, error)) error {
	for _, id := range ids {
		out, err := do(id)
		if err != nil {
			if len(ids) > 1 {
				err = fmt.Errorf("incident %s: %w", id, err)
			}
			return noIncident(err)
		}
		if err := a.outcome(out); err != nil {
			return err
		}
	}
	return nil
}

// incidentVerbs returns the commands that change an incident.
func incidentVerbs(a *app) []*cobra.Command {
	plain := func(use, short, offer string, do func(*client.Client, context.Context, string, client.Ask) (client.Outcome, error)) *cobra.Command {
		return verb[client.Ask]{use: use, short: short, offer: offer, flags: a.ask, do: do}.command(a)
	}
	return []*cobra.Command{
		plain("ack ID…", "Acknowledge incidents; escalation pauses", "triggered", (*client.Client).Acknowledge),
		plain("unack ID…", "Withdraw acknowledgements; escalation starts over", "acknowledged", (*client.Client).Unacknowledge),
		plain("resolve ID…", "Resolve incidents", "", (*client.Client).Resolve),
		plain("reopen ID…", "Reopen resolved incidents", "resolved", (*client.Client).Reopen),
		plain("wake ID…", "End a snooze; escalation starts over", "snoozed", (*client.Client).Wake),
		plain("resume ID…", "Resume the response and resolution clocks", "", (*client.Client).Resume),
		plain("cancel-clocks ID…", "Stop measuring incidents against their goals", "", (*client.Client).CancelClocks),
		verb[client.Escalation]{
			use: "escalate ID…", short: "Escalate now: to the next level, a level, another team, or the managers",
			example: "  tocsin incident escalate 86cd --to platform\n  tocsin incident escalate 86cd --up",
			flags: func(c *cobra.Command, r *client.Escalation) {
				a.ask(c, &r.Ask)
				c.Flags().IntVar(&r.Level, "level", 0, "level to escalate to, from 1 (default: the next one)")
				c.Flags().StringVar(&r.To, "to", "", "`team` that takes over the incident")
				c.Flags().BoolVar(&r.Up, "up", false, "page the managers of the people who have the incident")
			},
			do: (*client.Client).Escalate,
		}.command(a),
		verb[client.Snooze]{
			use: "snooze ID…", short: "Pause escalation for a while; then it starts over",
			long:    "Pause the escalation of incidents for up to 30 days. Then, or with 'tocsin incident wake', escalation starts over.",
			example: "  tocsin incident snooze 86cd --for 2h\n  tocsin incident snooze 86cd --until 08:00",
			flags: func(c *cobra.Command, r *client.Snooze) {
				a.ask(c, &r.Ask)
				a.span(c, &r.Span, true)
			},
			do: (*client.Client).Snooze,
		}.command(a),
		verb[client.Pause]{
			use: "pause ID…", short: "Pause the response and resolution clocks, such as while you wait for a vendor",
			long: "Pause the response and resolution clocks until --for, --until, or 'tocsin incident resume'.",
			flags: func(c *cobra.Command, r *client.Pause) {
				a.ask(c, &r.Ask)
				a.span(c, &r.Span, false)
			},
			do: (*client.Client).Pause,
		}.command(a),
		verb[client.Assignment]{
			use: "assign ID…", short: "Assign incidents to a person",
			long: "Assign incidents to a person, who is paged unless they assign it to themselves.",
			flags: func(c *cobra.Command, r *client.Assignment) {
				a.ask(c, &r.Ask)
				a.person(c, &r.To, "to", "id of the `person`")
				needs(c, "to")
			},
			do: (*client.Client).Assign,
		}.command(a),
		verb[client.Invitation]{
			use: "responders ID…", short: "Ask more people to help; the assignee stays the same",
			example: "  tocsin incident responders 86cd --target cleo --target schedule:dba",
			flags: func(c *cobra.Command, r *client.Invitation) {
				a.ask(c, &r.Ask)
				c.Flags().StringSliceVar(&r.Targets, "target", nil, "person's id, or a `target` as in policies; may be repeated")
				a.complete(c, "target", a.completePeople)
				needs(c, "target")
			},
			do: (*client.Client).AddResponders,
		}.command(a),
		verb[client.Priority]{
			use: "priority ID…", short: "Set the priority; alerts no longer change it",
			example: "  tocsin incident priority 86cd --to P2\n  tocsin incident priority 86cd --impact high --urgency low",
			flags: func(c *cobra.Command, r *client.Priority) {
				a.ask(c, &r.Ask)
				a.choice(c, &r.Priority, "to", "", "priority, P1 to P5", priorities...)
				c.Flags().StringVar(&r.Impact, "impact", "", "impact as named in the catalog's matrix; needs --urgency")
				c.Flags().StringVar(&r.Urgency, "urgency", "", "urgency as named in the catalog's matrix; needs --impact")
			},
			do: (*client.Client).SetPriority,
		}.command(a),
		verb[client.Merge]{
			use: "merge ID…", short: "Merge incidents into another one, which may be of another service",
			flags: func(c *cobra.Command, r *client.Merge) {
				a.ask(c, &r.Ask)
				c.Flags().StringVar(&r.Into, "into", "", "`id` of the incident that stays open")
				a.complete(c, "into", a.completeIncidents("open"))
				needs(c, "into")
			},
			do: (*client.Client).Merge,
		}.command(a),
		verb[client.Split]{
			use: "split ID", short: "Move alerts of an incident to a new incident", args: cobra.ExactArgs(1),
			flags: func(c *cobra.Command, r *client.Split) {
				a.ask(c, &r.Ask)
				c.Flags().StringArrayVar(&r.Alerts, "alert", nil, "`key` of an alert to move; may be repeated")
				c.Flags().StringVar(&r.Title, "title", "", "title of the new incident (default: that of the old one)")
				needs(c, "alert")
			},
			do: (*client.Client).Split,
		}.command(a),
		verb[client.Role]{
			use: "role ID…", short: "Give a person a role in the response, or take it away",
			example: "  tocsin incident role 86cd --role incident-manager --person ana",
			flags: func(c *cobra.Command, r *client.Role) {
				a.ask(c, &r.Ask)
				a.choice(c, &r.Role, "role", "", "incident-manager, communications or scribe", "incident-manager", "communications", "scribe")
				a.person(c, &r.Person, "person", "id of the `person` (default: nobody, which takes the role away)")
				needs(c, "role")
			},
			do: (*client.Client).SetRole,
		}.command(a),
		verb[client.Closure]{
			use: "close ID…", short: "Close incidents with an outcome; open ones are resolved too", offer: "all",
			flags: func(c *cobra.Command, r *client.Closure) {
				outcomes := []string{"fixed", "workaround", "duplicate", "false-alarm", "expected", "unexplained"}
				a.ask(c, &r.Ask)
				a.choice(c, &r.Outcome, "outcome", "", strings.Join(outcomes[:5], ", ")+" or "+outcomes[5], outcomes...)
				c.Flags().StringVar(&r.Cause, "cause", "", "cause in a few words")
				needs(c, "outcome")
			},
			do: (*client.Client).Close,
		}.command(a),
		verb[client.Ask]{
			use: "note ID TEXT", short: "Add a note to the timeline", args: cobra.MinimumNArgs(2), offer: "all",
			flags: func(c *cobra.Command, r *client.Ask) { a.by(c, &r.By) },
			read:  func(r *client.Ask, words []string) error { r.Note = strings.Join(words, " "); return nil },
			do:    (*client.Client).Note,
		}.command(a),
		verb[client.Document]{
			use: "attach ID FILE", short: "Attach a document to an incident, such as its finished review", args: cobra.ExactArgs(2), offer: "all",
			long:    "Attach a text document of up to 48 KiB to an incident. - reads stdin. Documents cannot be changed later.",
			example: "  tocsin incident attach 86cd review.md\n  tocsin incident attach 86cd plan.txt --type text/plain --title 'The plan'",
			flags: func(c *cobra.Command, r *client.Document) {
				a.ask(c, &r.Ask)
				c.Flags().StringVar(&r.Title, "title", "", "title (default: the file's name)")
				c.Flags().StringVar(&r.Type, "type", "", "media `type` (default: text/markdown)")
			},
			read: func(r *client.Document, words []string) (err error) {
				if r.Title == "" {
					r.Title = filepath.Base(words[0])
				}
				r.Text, err = a.readText(words[0])
				return err
			},
			do: attach,
		}.command(a),
		group(&cobra.Command{Use: "task", Short: "Add and complete the follow-up tasks of an incident"},
			verb[client.NewTask]{
				use: "add ID TEXT", short: "Add a follow-up task", args: cobra.MinimumNArgs(2), offer: "all",
				flags: func(c *cobra.Command, r *client.NewTask) {
					a.ask(c, &r.Ask)
					a.person(c, &r.Owner, "owner", "id of the `person` who does it")
				},
				read: func(r *client.NewTask, words []string) error { r.Text = strings.Join(words, " "); return nil },
				do:   (*client.Client).AddTask,
			}.command(a),
			verb[client.TaskDone]{
				use: "done ID NUMBER", short: "Complete a follow-up task", args: cobra.ExactArgs(2), offer: "all",
				flags: func(c *cobra.Command, r *client.TaskDone) { a.ask(c, &r.Ask) },
				read: func(r *client.TaskDone, words []string) (err error) {
					if r.Task, err = strconv.Atoi(words[0]); err != nil {
						return misuse("%q is not the number of a task", words[0])
					}
					return nil
				},
				do: (*client.Client).CompleteTask,
			}.command(a),
		),
	}
}

var priorities = []string{"P1", "P2", "P3", "P4", "P5"}
