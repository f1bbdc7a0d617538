package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/internal/insight/problem"
	"tocsin.dev/pkg/client"
)

// cases reads the incidents of a file of facts.
func (a *app) cases(name string) ([]*problem.Case, error) {
	c := &problem.Collector{}
	if err := a.fromFile(name, c.Add); err != nil {
		return nil, err
	}
	all := c.Cases()
	if len(all) == 0 {
		return nil, fmt.Errorf("%s contains no incident", name)
	}
	return all, nil
}

func newSimilar(a *app) *cobra.Command {
	var limit int
	var file string
	c := &cobra.Command{
		Use: "similar ID", Short: "List incidents similar to this one, and what resolved them", Args: args(cobra.ExactArgs(1)), ValidArgsFunction: a.completeIncidents("all"),
		Long: `List incidents similar to this one by text, labels, service and dedup key, and what resolved them.
docs/problems.md explains the score. --from-file needs no server.`,
		Example: "  tocsin incident similar 86cd\n  tocsin incident similar INC0000066 --from-file history.jsonl --json",
		RunE: func(c *cobra.Command, ids []string) error {
			if limit < 1 || limit > 50 {
				return misuse("--limit must be from 1 to 50")
			}
			all, err := a.similar(c, ids[0], file, limit)
			if err != nil {
				return err
			}
			return a.show(all, func() {
				if len(all) == 0 {
					fmt.Fprintln(a.stderr, "no similar incidents")
				}
				for _, m := range all {
					a.showSimilar(m)
				}
			})
		},
	}
	c.Flags().IntVar(&limit, "limit", problem.DefaultLimit, "maximum number of incidents, up to 50")
	c.Flags().StringVar(&file, "from-file", "", fromFileUsage)
	return c
}

func (a *app) similar(c *cobra.Command, id, file string, limit int) ([]client.SimilarIncident, error) {
	if file == "" {
		all, err := a.client().Similar(c.Context(), id, limit)
		return all, noIncident(err)
	}
	all, err := a.cases(file)
	if err != nil {
		return nil, err
	}
	var to *problem.Case
	for _, one := range all {
		switch {
		case one.ID == id:
			to = one
		case len(id) >= 4 && strings.HasPrefix(one.ID, id) && (to == nil || to.ID != id):
			if to != nil {
				return nil, misuse("several incidents begin with %q", id)
			}
			to = one
		}
	}
	if to == nil {
		return nil, fault{err: fmt.Errorf("%s: no such incident: %s", file, id), hint: "an id may be shortened to 4 characters or more", code: codeNotFound}
	}
	out := []client.SimilarIncident{}
	for _, m := range problem.Similar(to, all, problem.Options{Limit: limit}) {
		out = append(out, client.SimilarIncident{
			Incident: m.Incident, Service: m.Service, Title: m.Title, OpenedAt: m.OpenedAt, ResolvedAt: m.ResolvedAt,
			Score: m.Score, Parts: client.ScoreParts(m.Parts), Words: m.Words, Labels: m.Labels,
			Resolution: m.Resolution, Outcome: m.Outcome, Cause: m.Cause, ResolvedBy: m.ResolvedBy,
		})
	}
	return out, nil
}

// showSimilar prints what is similar about an incident, and how it ended.
func (a *app) showSimilar(m client.SimilarIncident) {
	state := "open"
	if !m.ResolvedAt.IsZero() {
		state = "resolved after " + shortDuration(m.ResolvedAt.Sub(m.OpenedAt).String())
	}
	fmt.Fprintf(a.stdout, "%s  %.2f  %s  %s: %s (%s)\n", briefOurs(m.Incident), m.Score, a.short(m.OpenedAt), clean(m.Service), clean(fit(m.Title, 80)), state)
	fmt.Fprintf(a.stdout, "          text %.2f, labels %.2f, service %.2f, key %.2f", m.Parts.Text, m.Parts.Labels, m.Parts.Service, m.Parts.Key)
	if len(m.Words) > 0 {
		fmt.Fprintf(a.stdout, "; words %s", clean(strings.Join(m.Words, " ")))
	}
	if len(m.Labels) > 0 {
		fmt.Fprintf(a.stdout, "; labels %s", clean(strings.Join(m.Labels, ", ")))
	}
	fmt.Fprintln(a.stdout)
	for _, one := range [][2]string{{"resolution", m.Resolution}, {"outcome", m.Outcome}, {"cause", m.Cause}, {"by", name(m.ResolvedBy)}} {
		if one[1] != "" {
			fmt.Fprintf(a.stdout, "          %s: %s\n", one[0], clean(one[1]))
		}
	}
}

func newCandidates(a *app) *cobra.Command {
	var q client.CandidateQuery
	var since, file string
	c := &cobra.Command{
		Use: "candidates", Short: "List recurring incidents, and those closed with a workaround", Args: args(cobra.NoArgs),
		Long: `List what may deserve a problem record: incidents that recur with the same fingerprint, and incidents closed
with a workaround. A fingerprint is a service together with a dedup key, an alert name, or a set of labels.
docs/problems.md defines each. --from-file needs no server.`,
		Example: "  tocsin problem candidates --times 5 --days 7\n  tocsin problem candidates --from-file history.jsonl --label category --label subcategory",
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if q.Times < 2 || q.Days < 1 {
				return misuse("--times must be at least 2, and --days at least 1")
			}
			if q.Since, err = instant(since, a.now()); err != nil {
				return misuse("--since: %w", err)
			}
			all, err := a.candidates(c, q, file)
			if err != nil {
				return err
			}
			return a.listCandidates(all)
		},
	}
	f := c.Flags()
	f.IntVar(&q.Times, "times", problem.DefaultTimes, "how many incidents with the same fingerprint make a candidate")
	f.IntVar(&q.Days, "days", int(problem.DefaultWithin/(24*time.Hour)), "number of days in which they must occur")
	f.StringArrayVar(&q.Labels, "label", nil, "`name` of a label that is part of the fingerprint; may be repeated (default: all labels)")
	f.StringVar(&q.Service, "service", "", "only incidents of this service")
	f.StringVar(&q.Team, "team", "", "only incidents of this team")
	f.StringVar(&since, "since", "", "only incidents opened at or after this `instant` (default: the last 90 days; with --from-file: all)")
	f.BoolVar(&q.All, "all", false, "also incidents that all belong to one problem already")
	f.StringVar(&file, "from-file", "", fromFileUsage)
	return c
}

func (a *app) candidates(c *cobra.Command, q client.CandidateQuery, file string) ([]client.Candidate, error) {
	if file == "" {
		return a.client().Candidates(c.Context(), q)
	}
	all, err := a.cases(file)
	if err != nil {
		return nil, err
	}
	var some []*problem.Case
	for _, one := range all {
		if (q.Service == "" || one.Service == q.Service) && (q.Team == "" || one.Team == q.Team) && !one.OpenedAt.Before(q.Since) {
			some = append(some, one)
		}
	}
	out := []client.Candidate{}
	for _, one := range problem.Candidates(some, problem.Recurrence{Times: q.Times, Within: time.Duration(q.Days) * 24 * time.Hour, Labels: q.Labels, All: q.All}) {
		out = append(out, client.Candidate(one))
	}
	return out, nil
}

func (a *app) listCandidates(all []client.Candidate) error {
	titles := []string{"COUNT", "FROM", "TO", "HOURS", "PRIO", "SERVICE", "SAME", "PROBLEM", "NEWEST"}
	err := list(a, all, "no candidates", titles, func(c client.Candidate) []string {
		return []string{
			strconv.Itoa(c.Count) + " of " + strconv.Itoa(c.Total), a.short(c.From), a.short(c.To), strconv.FormatFloat(c.Hours, 'f', 1, 64), c.Priority,
			c.Service, fit(fingerprint(c), 60), c.Problem, briefOurs(c.Incidents[len(c.Incidents)-1]) + " " + fit(c.Title, 60),
		}
	})
	if err == nil && !a.json && len(all) > 0 {
		fmt.Fprintln(a.stderr, "'tocsin problem open' opens a problem record; --json lists the incidents")
	}
	return err
}

// fingerprint describes what the incidents of a candidate have in common.
func fingerprint(c client.Candidate) string {
	switch c.Kind {
	case problem.ByKey:
		return "key " + c.Key
	case problem.ByAlert:
		return "alert " + c.Alert
	case problem.ByWorkaround:
		return "closed with a workaround"
	}
	return joinLabels(c.Labels, ", ")
}
