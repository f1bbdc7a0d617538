package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

func newProblem(a *app) *cobra.Command {
	problem := group(&cobra.Command{Use: "problem", Short: "What lies behind incidents: candidates, records, known errors"})
	problem.AddCommand(
		newCandidates(a), newProblemList(a), newProblemShow(a), newProblemOpen(a),
		newProblemLink(a, "link", "Say that incidents belong to a problem", (*client.Client).LinkProblem),
		newProblemLink(a, "unlink", "Say that incidents do not belong to it", (*client.Client).UnlinkProblem),
		newProblemUpdate(a), newProblemClose(a),
	)
	return problem
}

// lostProblem adds where to look to an error about a problem.
func lostProblem(err error) error {
	if err != nil && classify(err).code == codeNotFound {
		return fault{err: err, hint: "'tocsin problem list --status all' lists them; an id may be shortened, and PRB- left out", code: codeNotFound}
	}
	return err
}

func newProblemList(a *app) *cobra.Command {
	var q client.ProblemQuery
	c := &cobra.Command{
		Use: "list", Short: "List problem records, the newest first", Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			all, err := a.client().Problems(c.Context(), q)
			if err != nil {
				return err
			}
			if a.json {
				return object(a.stdout, all)
			}
			if len(all) == 0 {
				fmt.Fprintln(a.stderr, "no problems")
				return nil
			}
			rows := [][]string{{"ID", "STATUS", "SERVICE", "INCIDENTS", "OPENED", "BY", "TITLE"}}
			for _, p := range all {
				rows = append(rows, []string{p.ID, p.Status, p.Service, strconv.Itoa(len(p.Incidents)), a.short(p.OpenedAt), name(p.OpenedBy), fit(p.Title, 80)})
			}
			table(a.stdout, rows)
			return nil
		},
	}
	c.Flags().StringVar(&q.Status, "status", "open", "open (all but closed), known-error, closed or all")
	c.Flags().StringVar(&q.Service, "service", "", "only of this service")
	c.Flags().StringVar(&q.Incident, "incident", "", "only those to which the incident with this full `id` belongs")
	a.complete(c, "status", cobra.FixedCompletions([]string{"open", "known-error", "closed", "all"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

func newProblemShow(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show one problem record", Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, ids []string) error {
			p, err := a.client().Problem(c.Context(), ids[0])
			if err != nil {
				return lostProblem(err)
			}
			if a.json {
				return object(a.stdout, p)
			}
			a.showProblem(p)
			return nil
		},
	}
}

func (a *app) showProblem(p client.Problem) {
	opened := a.short(p.OpenedAt)
	if p.OpenedBy != "" {
		opened += " by " + name(p.OpenedBy)
	}
	rows := [][]string{{"id", p.ID}, {"title", p.Title}, {"status", p.Status}, {"service", p.Service}, {"opened", opened}}
	if p.Cause != "" {
		rows = append(rows, []string{"root cause", p.Cause})
	}
	if p.Known != nil {
		rows = append(rows, []string{"workaround", p.Known.Workaround}, []string{"concerns", concerns(*p.Known)})
	}
	if !p.ClosedAt.IsZero() {
		rows = append(rows, []string{"closed", a.when(&p.ClosedAt, p.ClosedBy)}, []string{"resolution", p.Resolution})
	}
	for _, id := range p.Incidents {
		rows = append(rows, []string{"incident", id})
	}
	table(a.stdout, rows)
}

// concerns says by what incidents of a known error are known.
func concerns(k client.KnownError) string {
	all := []string{"services " + strings.Join(k.Services, ", ")}
	for _, one := range [][2]string{{"dedup key ", k.Key}, {"alert ", k.Alert}} {
		if one[1] != "" {
			all = append(all, one[0]+one[1])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(k.Labels)) {
		all = append(all, name+"="+k.Labels[name])
	}
	return strings.Join(all, "; ")
}

// asked tells what became of a question about a problem.
func (a *app) asked(out client.ProblemOutcome, did string) error {
	if a.json {
		return object(a.stdout, out)
	}
	if !out.Done {
		fmt.Fprintln(a.stderr, "accepted; what comes of it is not known yet")
	}
	if out.Problem != nil {
		fmt.Fprintf(a.stdout, "%s  %s (%s, %s): %s\n", out.Problem.ID, did, out.Problem.Status, plural(len(out.Problem.Incidents), "incident"), clean(out.Problem.Title))
	}
	if len(out.Open) > 0 {
		fmt.Fprintf(a.stderr, "still open: %s\n", strings.Join(out.Open, ", "))
	}
	return nil
}

func newProblemOpen(a *app) *cobra.Command {
	var o client.Opening
	c := &cobra.Command{
		Use: "open TITLE", Short: "Open a problem record", Args: args(cobra.MinimumNArgs(1)),
		Example: "  tocsin problem open 'The cache is cold after a deploy' --incident 86cd --incident 05da",
		RunE: func(c *cobra.Command, words []string) error {
			o.Title = strings.Join(words, " ")
			out, err := a.client().OpenProblem(c.Context(), o)
			if err != nil {
				return lost(err)
			}
			return a.asked(out, "opened")
		},
	}
	c.Flags().StringVar(&o.Service, "service", "", "whose it is (default: that of the first incident)")
	c.Flags().StringVar(&o.Cause, "cause", "", "the root cause, where it is known")
	c.Flags().StringArrayVar(&o.Incidents, "incident", nil, "`id` of an incident that belongs to it; may be given several times")
	c.Flags().StringVar(&o.Note, "note", "", "free text: why")
	a.complete(c, "incident", a.completeIncidents("all"))
	a.by(c, &o.By)
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
					return lost(err)
				case err != nil:
					return lostProblem(err)
				}
				if err := a.asked(out, verb+"ed "+handy(incident)); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().StringVar(&l.Note, "note", "", "free text: why")
	a.by(c, &l.By)
	return c
}

func newProblemUpdate(a *app) *cobra.Command {
	var p client.ProblemChange
	var k client.KnownError
	var labels []string
	c := &cobra.Command{
		Use: "update ID", Short: "Record the root cause, or a known error with its workaround", Args: args(cobra.ExactArgs(1)),
		Long: `Record the root cause, or a known error with its workaround. When an incident of one of the services opens or is
opened again and everything holds that --key, --alert and --label name, its timeline says so and its pages
show the workaround. Nobody is paged less for it. A later --workaround replaces all that was recorded before.`,
		Example: "  tocsin problem update PRB-5f0c --cause 'a deploy replaces every cache node at once'\n  tocsin problem update PRB-5f0c --workaround 'run make warm' --alert CacheCold --label region=eu",
		RunE: func(c *cobra.Command, ids []string) (err error) {
			if k.Labels, err = pairs(labels); err != nil {
				return misuse(c, err)
			}
			if k.Workaround != "" {
				p.Known = &k
			} else if k.Key != "" || k.Alert != "" || len(labels) > 0 || len(k.Services) > 0 {
				return misuse(c, errors.New("--service, --key, --alert and --label say which incidents a --workaround concerns, and there is none"))
			}
			if p.Known != nil && k.Key == "" && k.Alert == "" && len(labels) == 0 {
				return misuse(c, errors.New("say which incidents the workaround is for: --key, --alert or --label"))
			}
			out, err := a.client().ChangeProblem(c.Context(), ids[0], p)
			if err != nil {
				return lostProblem(err)
			}
			return a.asked(out, "updated")
		},
	}
	f := c.Flags()
	f.StringVar(&p.Title, "title", "", "what it is called")
	f.StringVar(&p.Cause, "cause", "", "the root cause")
	f.StringVar(&k.Workaround, "workaround", "", "what helps until the cause is gone, for the pages; makes it a known error")
	f.StringArrayVar(&k.Services, "service", nil, "`id` of a service that it concerns; may be given several times (default: the problem's)")
	f.StringVar(&k.Key, "key", "", "the dedup key of the incidents that it concerns")
	f.StringVar(&k.Alert, "alert", "", "the value of their label alertname")
	f.StringArrayVar(&labels, "label", nil, "`NAME=VALUE` that they have; may be given several times")
	f.BoolVar(&p.Unknown, "unknown", false, "the problem is not a known error any more: the workaround does not help")
	f.StringVar(&p.Note, "note", "", "free text: why")
	a.by(c, &p.By)
	return c
}

func newProblemClose(a *app) *cobra.Command {
	var p client.ProblemClosure
	c := &cobra.Command{
		Use: "close ID", Short: "Close a problem; its workaround is shown no more", Args: args(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, ids []string) error {
			out, err := a.client().CloseProblem(c.Context(), ids[0], p)
			if err != nil {
				return lostProblem(err)
			}
			return a.asked(out, "closed")
		},
	}
	c.Flags().StringVar(&p.Resolution, "resolution", "", "what was done about the cause")
	c.Flags().StringVar(&p.Note, "note", "", "free text: why")
	a.by(c, &p.By)
	return needs(c, "resolution")
}
