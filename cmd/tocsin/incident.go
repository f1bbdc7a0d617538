package main

import (
	"fmt"
	"strconv"
	"strings"

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
		newSimilar(a),
		newReview(a),
		newAttach(a),
		newDocument(a),
	)
	return incident
}

// listing is what `incident list` was asked, as it was written.
type listing struct {
	client.Query
	from, to string
	labels   []string
}

func newIncidentList(a *app) *cobra.Command {
	var l listing
	c := &cobra.Command{
		Use: "list", Short: "List and search incidents, newest first", Args: args(cobra.NoArgs),
		Long: `List and search incidents, newest first. An incident is listed when it fits all that is asked.

--text finds whole words, all of them in any order, whatever their case: in the title, the service, notes, and the
summaries, descriptions and label values of alerts. When as many are listed as --limit allows, a line on
stderr says how to go on.`,
		Example: `  tocsin incident list --status all --text "connection refused" --service checkout
  tocsin incident list --status all --person ana --priority P1 --from 2026-03-01 --to 2026-04-01
  tocsin incident list --status resolved --label cluster=eu1 --label job=api --limit 200`,
	}
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := l.read(a); err != nil {
			return misuse(c, err)
		}
		all, err := a.client().Incidents(c.Context(), l.Query)
		if err != nil {
			return err
		}
		return a.listed(all, l.Query)
	}
	f := c.Flags()
	f.StringVar(&l.Status, "status", "open", "open, all, triggered, acknowledged, snoozed or resolved")
	f.StringVar(&l.Service, "service", "", "only of this service")
	f.StringVar(&l.Team, "team", "", "only of this team")
	f.StringVar(&l.Priority, "priority", "", "only those that have this priority now, P1 to P5")
	f.StringVar(&l.Person, "person", "", "only those that this person was paged for or answered")
	f.StringArrayVar(&l.labels, "label", nil, "only with an alert that has this label, `name=value`; may be repeated")
	f.StringVar(&l.Text, "text", "", "only those in which all these `words` occur")
	f.StringVar(&l.from, "from", "", "only those opened at this `instant` or later")
	f.StringVar(&l.to, "to", "", "only those opened before this `instant`")
	f.IntVar(&l.Limit, "limit", 50, "the most to list, up to 1000")
	f.StringVar(&l.Before, "before", "", "only those listed after the incident with this `id`, to page on")
	c.RegisterFlagCompletionFunc("status", cobra.FixedCompletions([]string{"open", "all", "triggered", "acknowledged", "snoozed", "resolved"}, cobra.ShellCompDirectiveNoFileComp)) //nolint:errcheck // the flag is there
	c.RegisterFlagCompletionFunc("priority", cobra.FixedCompletions([]string{"P1", "P2", "P3", "P4", "P5"}, cobra.ShellCompDirectiveNoFileComp))                                    //nolint:errcheck // as above
	return c
}

// read turns what was written into a query.
func (l *listing) read(a *app) (err error) {
	l.Priority = strings.ToUpper(l.Priority)
	if l.From, err = instant(l.from, a.now()); err != nil {
		return fmt.Errorf("--from: %w", err)
	}
	if l.To, err = instant(l.to, a.now()); err != nil {
		return fmt.Errorf("--to: %w", err)
	}
	l.Labels = map[string]string{}
	for _, one := range l.labels {
		name, value, ok := strings.Cut(one, "=")
		if !ok || name == "" {
			return fmt.Errorf("--label %q: not name=value", one)
		}
		if was, twice := l.Labels[name]; twice && was != value {
			return fmt.Errorf("--label %q: %s=%s was asked for already, and an alert has one of them at most", one, name, was)
		}
		l.Labels[name] = value
	}
	return nil
}

// listed writes the answer, and how to go on behind its end.
func (a *app) listed(all []client.Incident, q client.Query) error {
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
	if len(all) == q.Limit {
		fmt.Fprintf(a.stderr, "there may be more: the same with --before %s\n", all[len(all)-1].ID)
	}
	return nil
}
