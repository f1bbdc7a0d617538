package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/internal/insight/history"
	"tocsin.dev/internal/insight/problem"
	"tocsin.dev/pkg/client"
	"tocsin.dev/pkg/events"
)

// cases reads a file of facts, one a line, and folds them.
func (a *app) cases(name string) ([]*problem.Case, error) {
	in, err := a.open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close() //nolint:errcheck // it only read
	c := &problem.Collector{}
	if err := history.Read(in, func(_ int, e events.Event) error { c.Add(e); return nil }); err != nil {
		return nil, fault{err: fmt.Errorf("%s: %w", name, err), hint: "it should hold one CloudEvent on each line, as 'tocsin archive export' writes them"}
	}
	all, err := c.Cases()
	if err == nil && len(all) == 0 {
		err = fault{err: fmt.Errorf("%s: there is no incident in it", name), code: codeFailed}
	}
	return all, err
}

func newSimilar(a *app) *cobra.Command {
	var limit int
	var file string
	c := &cobra.Command{
		Use: "similar ID", Short: "Incidents that resemble one, and what resolved them", Args: args(cobra.ExactArgs(1)), ValidArgsFunction: a.completeIncidents("all"),
		Long: `Incidents that resemble one, and what resolved them, by text, labels, service and dedup key.
docs/problems.md has the formula. With --from-file no server is needed.`,
		Example: "  tocsin incident similar 86cd\n  tocsin incident similar INC0000066 --from-file history.jsonl --json",
		RunE: func(c *cobra.Command, ids []string) error {
			if limit < 1 || limit > 50 {
				return misuse(c, errors.New("--limit is from 1 to 50"))
			}
			all, err := a.similar(c, ids[0], file, limit)
			if err != nil {
				return err
			}
			if a.json {
				return object(a.stdout, all)
			}
			if len(all) == 0 {
				fmt.Fprintln(a.stderr, "nothing resembles it")
				return nil
			}
			for _, m := range all {
				a.showResemblance(m)
			}
			return nil
		},
	}
	c.Flags().IntVar(&limit, "limit", problem.DefaultLimit, "the most to list, up to 50")
	fromFile(c, &file)
	return c
}

func fromFile(c *cobra.Command, file *string) {
	c.Flags().StringVar(file, "from-file", "", "read facts from this `file` instead: an export, or a history of intake facts; - reads stdin")
}

func (a *app) similar(c *cobra.Command, id, file string, limit int) ([]client.Resemblance, error) {
	if file == "" {
		all, err := a.client().Similar(c.Context(), id, limit)
		if err != nil {
			err = lost(err)
		}
		return all, err
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
				return nil, misuse(c, fmt.Errorf("several incidents begin with %q", id))
			}
			to = one
		}
	}
	if to == nil {
		return nil, fault{err: fmt.Errorf("%s: no such incident: %s", file, id), hint: "an id may be shortened to 4 characters or more", code: codeNotFound}
	}
	out := []client.Resemblance{}
	for _, m := range problem.Similar(to, all, problem.Options{Limit: limit}) {
		out = append(out, client.Resemblance{
			Incident: m.Incident, Service: m.Service, Title: m.Title, OpenedAt: m.OpenedAt, ResolvedAt: m.ResolvedAt,
			Score: m.Score, Parts: client.Parts(m.Parts), Words: m.Words, Labels: m.Labels,
			Resolution: m.Resolution, Outcome: m.Outcome, Cause: m.Cause, ResolvedBy: m.ResolvedBy,
		})
	}
	return out, nil
}

// showResemblance tells what is alike, and what came of it.
func (a *app) showResemblance(m client.Resemblance) {
	state := "open"
	if !m.ResolvedAt.IsZero() {
		state = "resolved after " + length(m.ResolvedAt.Sub(m.OpenedAt).String())
	}
	fmt.Fprintf(a.stdout, "%s  %.2f  %s  %s: %s (%s)\n", handy(m.Incident), m.Score, a.short(m.OpenedAt), clean(m.Service), clean(fit(m.Title, 80)), state)
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
		Use: "candidates", Short: "What recurs, or was closed with a workaround", Args: args(cobra.NoArgs),
		Long: `What may deserve a problem record: incidents of one fingerprint that recur, and those that were closed with a
workaround. A fingerprint is a service with a dedup key, with the label alertname, or with equal labels.
docs/problems.md defines each. With --from-file no server is needed.`,
		Example: "  tocsin problem candidates --times 5 --days 7\n  tocsin problem candidates --from-file history.jsonl --label category --label subcategory",
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if q.Times < 2 || q.Days < 1 {
				return misuse(c, errors.New("--times is 2 or more, --days 1 or more"))
			}
			if q.Since, err = instant(since, a.now()); err != nil {
				return misuse(c, fmt.Errorf("--since: %w", err))
			}
			all, err := a.candidates(c, q, file)
			if err != nil {
				return err
			}
			if a.json {
				return object(a.stdout, all)
			}
			return a.showCandidates(all)
		},
	}
	f := c.Flags()
	f.IntVar(&q.Times, "times", problem.DefaultTimes, "how many incidents of one fingerprint make a candidate")
	f.IntVar(&q.Days, "days", int(problem.DefaultWithin/(24*time.Hour)), "within how many days")
	f.StringArrayVar(&q.Labels, "label", nil, "`name` of a label that makes up a fingerprint; may be given several times (default: whole sets of labels are compared)")
	f.StringVar(&q.Service, "service", "", "only incidents of this service")
	f.StringVar(&q.Team, "team", "", "only incidents of this team")
	f.StringVar(&since, "since", "", "only incidents that opened at this `instant` or later (default: the last 90 days; of a file all)")
	f.BoolVar(&q.All, "all", false, "also what belongs to one problem already")
	fromFile(c, &file)
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

func (a *app) showCandidates(all []client.Candidate) error {
	if len(all) == 0 {
		fmt.Fprintln(a.stderr, "no candidates")
		return nil
	}
	rows := [][]string{{"COUNT", "FROM", "TO", "HOURS", "PRIO", "SERVICE", "SAME", "PROBLEM", "NEWEST"}}
	for _, c := range all {
		rows = append(rows, []string{
			strconv.Itoa(c.Count) + " of " + strconv.Itoa(c.Total), a.short(c.From), a.short(c.To), strconv.FormatFloat(c.Hours, 'f', 1, 64), c.Priority,
			c.Service, fit(same(c), 60), c.Problem, handy(c.Incidents[len(c.Incidents)-1]) + " " + fit(c.Title, 60),
		})
	}
	table(a.stdout, rows)
	_, err := io.WriteString(a.stderr, "'tocsin problem open' makes a record of one; --json has the incidents of each\n")
	return err
}

// same says what the incidents of a candidate have in common.
func same(c client.Candidate) string {
	switch c.Kind {
	case problem.ByKey:
		return "key " + c.Key
	case problem.ByAlert:
		return "alert " + c.Alert
	case problem.ByWorkaround:
		return "closed with a workaround"
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(c.Labels)) {
		all = append(all, name+"="+c.Labels[name])
	}
	return strings.Join(all, ", ")
}

// handy shortens ids of ours; numbers of another system stay whole.
func handy(id string) string {
	if len(id) == 36 {
		return brief(id)
	}
	return id
}
