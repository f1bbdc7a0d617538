package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

func newProblem(a *app) *cobra.Command {
	return group(&cobra.Command{Use: "problem", Short: "Manage problem records: the causes behind incidents, and known errors"},
		newCandidates(a), newProblemList(a), newProblemShow(a), newProblemOpen(a),
		newProblemLink(a, "link", "Link incidents to a problem", (*client.Client).LinkProblem),
		newProblemLink(a, "unlink", "Unlink incidents from a problem", (*client.Client).UnlinkProblem),
		newProblemUpdate(a), newProblemClose(a),
	)
}

func newProblemList(a *app) *cobra.Command {
	var q client.ProblemQuery
	c := &cobra.Command{
		Use: "list", Short: "List problem records, newest first", Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			all, err := a.client().Problems(c.Context(), q)
			if err != nil {
				return err
			}
			return list(a, all, "no problems", []string{"ID", "STATUS", "SERVICE", "INCIDENTS", "OPENED", "BY", "TITLE"}, func(p client.Problem) []string {
				return []string{p.ID, p.Status, p.Service, strconv.Itoa(len(p.Incidents)), a.short(p.OpenedAt), name(p.OpenedBy), fit(p.Title, 80)}
			})
		},
	}
	a.choice(c, &q.Status, "status", "open", "open (all but closed), known-error, closed or all", "open", "known-error", "closed", "all")
	c.Flags().StringVar(&q.Service, "service", "", "only problems of this service")
	c.Flags().StringVar(&q.Incident, "incident", "", "only problems to which the incident with this full `id` is linked")
	return c
}

func newProblemShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show a problem record", Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, ids []string) error {
			p, err := a.client().Problem(c.Context(), ids[0])
			if err != nil {
				return noProblem(err)
			}
			return a.show(p, func() { a.showProblem(p) })
		},
	}
}

func (a *app) showProblem(p client.Problem) {
	rows := [][]string{{"id", p.ID}, {"title", p.Title}, {"status", p.Status}, {"service", p.Service}, {"opened", a.when(&p.OpenedAt, p.OpenedBy)}}
	if p.Cause != "" {
		rows = append(rows, []string{"root cause", p.Cause})
	}
	if p.Known != nil {
		rows = append(rows, []string{"workaround", p.Known.Workaround}, []string{"applies to", matches(*p.Known)})
	}
	if !p.ClosedAt.IsZero() {
		rows = append(rows, []string{"closed", a.when(&p.ClosedAt, p.ClosedBy)}, []string{"resolution", p.Resolution})
	}
	for _, id := range p.Incidents {
		rows = append(rows, []string{"incident", id})
	}
	table(a.stdout, rows)
}

// matches describes the incidents that a known error applies to.
func matches(k client.KnownError) string {
	all := []string{"services " + strings.Join(k.Services, ", ")}
	if k.Key != "" {
		all = append(all, "dedup key "+k.Key)
	}
	if k.Alert != "" {
		all = append(all, "alert "+k.Alert)
	}
	if len(k.Labels) > 0 {
		all = append(all, joinLabels(k.Labels, "; "))
	}
	return strings.Join(all, "; ")
}

// problemOutcome prints what became of a command on a problem.
func (a *app) problemOutcome(out client.ProblemOutcome, did string) error {
	return a.show(out, func() {
		if !out.Done {
			fmt.Fprintln(a.stderr, pending)
		}
		if p := out.Problem; p != nil {
			fmt.Fprintf(a.stdout, "%s  %s (%s, %s): %s\n", p.ID, did, p.Status, count(len(p.Incidents), "incident"), clean(p.Title))
		}
		if len(out.Open) > 0 {
			fmt.Fprintf(a.stderr, "still open: %s\n", strings.Join(out.Open, ", "))
		}
	})
}

func newProblemOpen(a *app) *cobra.Command {
	var p client.NewProblem
	c := &cobra.Command{
		Use: "open TITLE", Short: "Open a problem record", Args: args(cobra.MinimumNArgs(1)),
		Example: "  tocsin problem open 'The cache is cold after a deploy' --incident 86cd --incident 05da",
		RunE: func(c *cobra.Command, words []string) error {
			p.Title = strings.Join(words, " ")
			out, err := a.client().OpenProblem(c.Context(), p)
			if err != nil {
				return noIncident(err)
			}
			return a.problemOutcome(out, "opened")
		},
	}
	a.ask(c, &p.Ask)
	c.Flags().StringVar(&p.Service, "service", "", "service that has the problem (default: that of the first incident)")
	c.Flags().StringVar(&p.Cause, "cause", "", "root cause, if known")
	c.Flags().StringArrayVar(&p.Incidents, "incident", nil, "`id` of an incident to link; may be repeated")
	a.complete(c, "incident", a.completeIncidents("all"))
	return c
}

func newProblemLink(a *app, verb, short string, do func(*client.Client, context.Context, string, client.ProblemLink) (client.ProblemOutcome, error)) *cobra.Command {
	var l client.ProblemLink
	c := &cobra.Command{
		Use: verb + " ID INCIDENT…", Short: short, Args: args(cobra.MinimumNArgs(2)),
		RunE: func(c *cobra.Command, words []string) error {
			for _, incident := range words[1:] {
				l.Incident = incident
				out, err := do(a.client(), c.Context(), words[0], l)
				switch {
				case err != nil && strings.Contains(err.Error(), "no such incident"):
					return noIncident(err)
				case err != nil:
					return noProblem(err)
				}
				if err := a.problemOutcome(out, verb+"ed "+briefOurs(incident)); err != nil {
					return err
				}
			}
			return nil
		},
	}
	a.ask(c, &l.Ask)
	return c
}

func newProblemUpdate(a *app) *cobra.Command {
	var p client.ProblemChange
	var k client.KnownError
	var labels []string
	c := &cobra.Command{
		Use: "update ID", Short: "Record the root cause, or a known error with its workaround", Args: args(cobra.ExactArgs(1)),
		Long: `Record the root cause, or a known error with its workaround.

A known error applies to incidents of the given services that match all of --key, --alert and --label. When
such an incident opens or reopens, its timeline and its pages show the workaround. It never pages fewer
people. A new --workaround replaces the old one and its conditions.`,
		Example: "  tocsin problem update PRB-5f0c --cause 'a deploy replaces every cache node at once'\n  tocsin problem update PRB-5f0c --workaround 'run make warm' --alert CacheCold --label region=eu",
		RunE: func(c *cobra.Command, ids []string) (err error) {
			if k.Labels, err = pairs(labels); err != nil {
				return err
			}
			matching := k.Key != "" || k.Alert != "" || len(labels) > 0
			switch {
			case k.Workaround != "" && !matching:
				return misuse("say which incidents the workaround applies to: --key, --alert or --label")
			case k.Workaround != "":
				p.Known = &k
			case matching || len(k.Services) > 0:
				return misuse("--service, --key, --alert and --label need --workaround")
			}
			out, err := a.client().ChangeProblem(c.Context(), ids[0], p)
			if err != nil {
				return noProblem(err)
			}
			return a.problemOutcome(out, "updated")
		},
	}
	a.ask(c, &p.Ask)
	f := c.Flags()
	f.StringVar(&p.Title, "title", "", "new title")
	f.StringVar(&p.Cause, "cause", "", "root cause")
	f.StringVar(&k.Workaround, "workaround", "", "what helps until the cause is fixed; makes the problem a known error")
	f.StringArrayVar(&k.Services, "service", nil, "`id` of a service that it applies to; may be repeated (default: that of the problem)")
	f.StringVar(&k.Key, "key", "", "dedup key of the incidents that it applies to")
	f.StringVar(&k.Alert, "alert", "", "value of the label alertname")
	f.StringArrayVar(&labels, "label", nil, "label that an alert has, `name=value`; may be repeated")
	f.BoolVar(&p.Unknown, "unknown", false, "drop the known error: the workaround does not help")
	return c
}

func newProblemClose(a *app) *cobra.Command {
	var p client.ProblemClosure
	c := &cobra.Command{
		Use: "close ID", Short: "Close a problem; its workaround is no longer shown", Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, ids []string) error {
			out, err := a.client().CloseProblem(c.Context(), ids[0], p)
			if err != nil {
				return noProblem(err)
			}
			return a.problemOutcome(out, "closed")
		},
	}
	a.ask(c, &p.Ask)
	c.Flags().StringVar(&p.Resolution, "resolution", "", "what fixed the cause")
	needs(c, "resolution")
	return c
}
