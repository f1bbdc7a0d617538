package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

// command asks one thing of one incident.
type command func(c *client.Client, ctx context.Context, id string, ask client.Ask) (client.Outcome, error)

// newVerb makes a command that asks the same of one or more incidents. What it needs besides is for
// its maker to add as flags.
func newVerb(a *app, verb, short string, do command) *cobra.Command {
	var ask client.Ask
	c := &cobra.Command{
		Use: verb + " ID…", Short: short, Args: args(cobra.MinimumNArgs(1)), ValidArgsFunction: a.completeIncidents(likely(verb)),
		RunE: func(c *cobra.Command, ids []string) error { return a.each(c.Context(), ids, ask, do) },
	}
	a.by(c, &ask.By)
	c.Flags().StringVar(&ask.Note, "note", "", "free text for the timeline")
	return c
}

func newEscalate(a *app) *cobra.Command {
	var to client.Escalation
	c := newVerb(a, "escalate", "Climb now: to a level, to the next one, to another team, or up", func(c *client.Client, ctx context.Context, id string, ask client.Ask) (client.Outcome, error) {
		to.Ask = ask
		return c.Escalate(ctx, id, to)
	})
	c.Example = "  tocsin incident escalate 86cd --to platform\n  tocsin incident escalate 86cd --up"
	c.Flags().IntVar(&to.Level, "level", 0, "the level to climb to, counted from 1 (default: the next one)")
	c.Flags().StringVar(&to.To, "to", "", "the `team` that takes it over")
	c.Flags().BoolVar(&to.Up, "up", false, "ask the managers of whoever has it")
	return c
}

func newSnooze(a *app) *cobra.Command {
	var s span
	c := newVerb(a, "snooze", "Leave incidents alone for a while; then escalation starts anew", func(c *client.Client, ctx context.Context, id string, ask client.Ask) (client.Outcome, error) {
		return c.Snooze(ctx, id, client.Snooze{Ask: ask, Span: s.Span})
	})
	c.Example = "  tocsin incident snooze 86cd --for 2h\n  tocsin incident snooze 86cd --until 08:00"
	s.bind(a, c, true)
	return c
}

func newPause(a *app) *cobra.Command {
	var s span
	c := newVerb(a, "pause", "Stop the clocks of response and resolution", func(c *client.Client, ctx context.Context, id string, ask client.Ask) (client.Outcome, error) {
		return c.Pause(ctx, id, client.Pause{Ask: ask, Span: s.Span})
	})
	s.bind(a, c, false)
	return c
}

func newAssign(a *app) *cobra.Command {
	var to string
	c := newVerb(a, "assign", "Make a person answerable", func(c *client.Client, ctx context.Context, id string, ask client.Ask) (client.Outcome, error) {
		return c.Assign(ctx, id, client.Assignment{Ask: ask, To: to})
	})
	a.person(c, &to, "to", "the `person`'s id")
	return needs(c, "to")
}

func newResponders(a *app) *cobra.Command {
	var targets []string
	c := newVerb(a, "responders", "Ask more people to help; who has it keeps it", func(c *client.Client, ctx context.Context, id string, ask client.Ask) (client.Outcome, error) {
		return c.Invite(ctx, id, client.Invitation{Ask: ask, Targets: targets})
	})
	c.Example = "  tocsin incident responders 86cd --target cleo --target schedule:dba"
	c.Flags().StringSliceVar(&targets, "target", nil, "a person's id, or a `target` as in policies; may be given several times")
	a.complete(c, "target", a.completePeople)
	return needs(c, "target")
}

func newPriority(a *app) *cobra.Command {
	var p client.Priority
	c := newVerb(a, "priority", "Set the priority by hand", func(c *client.Client, ctx context.Context, id string, ask client.Ask) (client.Outcome, error) {
		p.Ask = ask
		return c.Prioritize(ctx, id, p)
	})
	c.Example = "  tocsin incident priority 86cd --to P2\n  tocsin incident priority 86cd --impact high --urgency low"
	c.Flags().StringVar(&p.Priority, "to", "", "P1 to P5")
	c.Flags().StringVar(&p.Impact, "impact", "", "a word of the catalog's matrix, together with --urgency")
	c.Flags().StringVar(&p.Urgency, "urgency", "", "a word of the catalog's matrix, together with --impact")
	a.complete(c, "to", cobra.FixedCompletions([]string{"P1", "P2", "P3", "P4", "P5"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func newMerge(a *app) *cobra.Command {
	var into string
	c := newVerb(a, "merge", "End incidents in favour of another one", func(c *client.Client, ctx context.Context, id string, ask client.Ask) (client.Outcome, error) {
		return c.Merge(ctx, id, client.Merge{Ask: ask, Into: into})
	})
	c.Flags().StringVar(&into, "into", "", "`id` of the incident that goes on")
	a.complete(c, "into", a.completeIncidents("open"))
	return needs(c, "into")
}

func newSplit(a *app) *cobra.Command {
	var s client.Split
	c := newVerb(a, "split", "Make an incident of its own of some alerts", func(c *client.Client, ctx context.Context, id string, ask client.Ask) (client.Outcome, error) {
		s.Ask = ask
		return c.Split(ctx, id, s)
	})
	c.Use, c.Args = "split ID", args(cobra.ExactArgs(1))
	c.Flags().StringArrayVar(&s.Alerts, "alert", nil, "`key` of an alert that is to go; may be given several times")
	c.Flags().StringVar(&s.Title, "title", "", "of the new incident (default: the old one's)")
	return needs(c, "alert")
}

func newRole(a *app) *cobra.Command {
	var r client.Role
	c := newVerb(a, "role", "Give a role in the response to a person, or take it away", func(c *client.Client, ctx context.Context, id string, ask client.Ask) (client.Outcome, error) {
		r.Ask = ask
		return c.Cast(ctx, id, r)
	})
	c.Example = "  tocsin incident role 86cd --role incident-manager --person ana"
	c.Flags().StringVar(&r.Role, "role", "", "incident-manager, communications or scribe")
	a.complete(c, "role", cobra.FixedCompletions([]string{"incident-manager", "communications", "scribe"}, cobra.ShellCompDirectiveNoFileComp))
	a.person(c, &r.Person, "person", "the `person`'s id (default: nobody has it any more)")
	return needs(c, "role")
}

func newClose(a *app) *cobra.Command {
	var end client.Closure
	c := newVerb(a, "close", "Close the books; an open incident is resolved as well", func(c *client.Client, ctx context.Context, id string, ask client.Ask) (client.Outcome, error) {
		end.Ask = ask
		return c.CloseBooks(ctx, id, end)
	})
	outcomes := []string{"fixed", "workaround", "duplicate", "false-alarm", "expected", "unexplained"}
	c.Flags().StringVar(&end.Outcome, "outcome", "", strings.Join(outcomes[:5], ", ")+" or "+outcomes[5])
	c.Flags().StringVar(&end.Cause, "cause", "", "the cause in a few words")
	a.complete(c, "outcome", cobra.FixedCompletions(outcomes, cobra.ShellCompDirectiveNoFileComp))
	return needs(c, "outcome")
}

func newTask(a *app) *cobra.Command {
	task := group(&cobra.Command{Use: "task", Short: "Follow-ups of an incident"})
	var what client.FollowUp
	add := newVerb(a, "add", "Note a follow-up", nil)
	add.Use, add.Args, add.ValidArgsFunction = "add ID TEXT", args(cobra.MinimumNArgs(2)), a.completeIncidents("all")
	add.RunE = func(c *cobra.Command, words []string) error {
		what.Text = strings.Join(words[1:], " ")
		return a.each(c.Context(), words[:1], asks(c), func(c *client.Client, ctx context.Context, id string, ask client.Ask) (client.Outcome, error) {
			what.Ask = ask
			return c.FollowUp(ctx, id, what)
		})
	}
	a.person(add, &what.Owner, "owner", "id of the `person` who does it")
	done := newVerb(a, "done", "Say that a follow-up is done", nil)
	done.Use, done.Args, done.ValidArgsFunction = "done ID NUMBER", args(cobra.ExactArgs(2)), a.completeIncidents("all")
	done.RunE = func(c *cobra.Command, words []string) error {
		n, err := strconv.Atoi(words[1])
		if err != nil {
			return misuse(c, fmt.Errorf("%q is no number of a task", words[1]))
		}
		return a.each(c.Context(), words[:1], asks(c), func(c *client.Client, ctx context.Context, id string, ask client.Ask) (client.Outcome, error) {
			return c.Complete(ctx, id, client.Completion{Ask: ask, Task: n})
		})
	}
	task.AddCommand(add, done)
	return task
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
	a.by(c, &ask.By)
	return c
}

// asks gives what the flags of a verb say of who asks.
func asks(c *cobra.Command) client.Ask {
	by, _ := c.Flags().GetString("by")
	note, _ := c.Flags().GetString("note")
	return client.Ask{By: by, Note: note}
}

// needs marks flags without which the command means nothing.
func needs(c *cobra.Command, flags ...string) *cobra.Command {
	for _, flag := range flags {
		c.MarkFlagRequired(flag) //nolint:errcheck // the flag is there
	}
	return c
}

// complete names what a flag can be.
func (a *app) complete(c *cobra.Command, flag string, words completion) {
	c.RegisterFlagCompletionFunc(flag, words) //nolint:errcheck // the flag is there
}

// person adds a flag that names a person.
func (a *app) person(c *cobra.Command, to *string, flag, usage string) {
	c.Flags().StringVar(to, flag, "", usage)
	a.complete(c, flag, a.completePeople)
}

func (a *app) by(c *cobra.Command, by *string) {
	c.Flags().StringVar(by, "by", me(), "who asks: a person's id, or any name")
	a.complete(c, "by", a.completePeople)
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

// span is how long something lasts, as two flags say it.
type span struct {
	until string
	lasts time.Duration

	client.Span // what they come to; empty for neither
}

// bind adds the flags, and reads them before the command runs.
func (s *span) bind(a *app, c *cobra.Command, needed bool) {
	c.Flags().StringVar(&s.until, "until", "", "its end: RFC 3339, '2026-12-24 18:00' or '18:00' in local time, or '+8h' from now")
	lengthVar(c.Flags(), &s.lasts, "for", 0, "how long, in place of --until, such as 2h or 3d")
	c.PreRunE = func(c *cobra.Command, _ []string) error {
		if err := s.read(c, a.now(), needed); err != nil {
			return misuse(c, err)
		}
		return nil
	}
}

func (s *span) read(c *cobra.Command, now time.Time, needed bool) (err error) {
	lasts := c.Flags().Changed("for")
	switch {
	case lasts && s.until != "":
		return errors.New("--for and --until exclude each other")
	case lasts && s.lasts <= 0:
		return errors.New("--for needs a length of time, such as 2h")
	case lasts:
		s.For = s.lasts.String()
	case s.until != "":
		s.Until, err = ahead(s.until, now, time.Local)
	case needed:
		return errors.New("say how long: --for 2h, or --until 18:00")
	}
	return err
}
