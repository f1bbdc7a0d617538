package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/internal/archive"
	kpi "tocsin.dev/internal/insight/report"
	"tocsin.dev/internal/insight/suggest"
	"tocsin.dev/pkg/client"
	"tocsin.dev/pkg/events"
)

// suggester holds the flags of `suggest`.
type suggester struct {
	*app
	file, archive string
	evaluate      bool
	team          string
	from, to      string
	o             suggest.Options
}

func newSuggest(a *app) *cobra.Command {
	s := &suggester{app: a}
	c := &cobra.Command{
		Use: "suggest [INCIDENT]", Short: "Suggest what to do about an incident, from similar past incidents", Args: args(cobra.MaximumNArgs(1)),
		Long: `Suggest what to do about an incident, from how similar incidents ended that were resolved before it opened:
to page the next level now, to change the priority, or to hand over to the team that resolves these. It also
says when there are more alerts than usual. Each suggestion comes with its evidence, and nothing is done
automatically. docs/suggestions.md has the formulas.

With --evaluate, go through a whole history and compare what would have been suggested with how each incident
ended: precision and recall, and the base rate.

Suggestions come from the gateway, or with --archive or --from-file from facts.`,
		Example: `  tocsin suggest 86cd
  tocsin suggest --evaluate
  tocsin suggest --evaluate --from-file history.jsonl --json`,
		ValidArgsFunction: a.completeIncidents("open"),
		RunE:              func(c *cobra.Command, ids []string) error { return s.run(c, ids) },
	}
	f := c.Flags()
	f.BoolVar(&s.evaluate, "evaluate", false, "evaluate the suggestions for a whole history: precision, recall and base rate")
	f.StringVar(&s.file, "from-file", "", fromFileUsage)
	archiveVar(f, &s.archive)
	f.StringVar(&s.team, "team", "", "with --evaluate: only incidents of this team")
	f.StringVar(&s.from, "from", "", "with --evaluate: only incidents opened at or after this `instant`; earlier ones are still learned from")
	f.StringVar(&s.to, "to", "", "with --evaluate: only incidents opened before this `instant`")
	f.Float64Var(&s.o.At, "at", suggest.DefaultAt, "least share of the similar incidents that must agree, between 0 and 1")
	f.IntVar(&s.o.Min, "min", suggest.DefaultMin, "fewest similar incidents for a suggestion")
	f.IntVar(&s.o.Last, "last", suggest.DefaultLast, "most similar incidents to count, newest first")
	return c
}

func (s *suggester) run(c *cobra.Command, ids []string) error {
	switch {
	case s.evaluate && len(ids) > 0:
		return misuse("--evaluate covers all incidents; do not name one")
	case !s.evaluate && len(ids) == 0:
		return misuse("name an incident, or use --evaluate")
	case s.o.At <= 0 || s.o.At >= 1:
		return misuse("--at %v: not between 0 and 1", s.o.At)
	case s.o.Min < 1 || s.o.Last < s.o.Min:
		return misuse("--min %d, --last %d: --min must be at least 1, and --last at least --min", s.o.Min, s.o.Last)
	case s.o.Last > maxLast:
		return misuse("--last %d: the maximum is %d", s.o.Last, maxLast)
	}
	if !s.evaluate {
		for _, flag := range []string{"team", "from", "to"} {
			if c.Flags().Changed(flag) {
				return misuse("--%s needs --evaluate", flag)
			}
		}
		return s.single(c, ids[0])
	}
	from, to, err := reportPeriod(s.from, s.to, time.UTC)
	if err != nil {
		return err
	}
	return s.scores(c.Context(), from, to)
}

// maxLast bounds the memory that counting needs.
const maxLast = 1000

func (s *suggester) scores(ctx context.Context, from, to time.Time) error {
	e := suggest.NewEvaluator(s.o)
	if err := s.eachFact(ctx, s.file, s.archive, e.Add); err != nil {
		return err
	}
	all := e.Scores(from, to, s.team)
	if s.json {
		return object(s.stdout, all)
	}
	t := kpi.SuggestionsTable(all)
	if len(t.Rows) == 0 {
		fmt.Fprintln(s.stderr, "nothing to evaluate: no incident is resolved")
		return nil
	}
	t.Head[0] = "suggestion"
	table(s.stdout, append([][]string{t.Head}, t.Rows...))
	return nil
}

// single prints the suggestions for one incident. The gateway has them, unless the flags name facts.
func (s *suggester) single(c *cobra.Command, id string) error {
	var f client.Suggestions
	var err error
	if s.file == "" && !c.Flags().Changed("archive") {
		for _, flag := range []string{"at", "min", "last"} {
			if c.Flags().Changed(flag) {
				return misuse("--%s needs --from-file, --archive or --evaluate; the gateway uses the defaults", flag)
			}
		}
		if f, err = s.client().Suggestions(c.Context(), id); err != nil {
			return noIncident(err)
		}
	} else if f, err = s.fromHistory(c.Context(), id); err != nil {
		return err
	}
	return s.show(f, func() {
		if len(f.Suggestions) == 0 {
			fmt.Fprintln(s.stderr, map[bool]string{
				true:  "no suggestions: too few similar incidents, or they do not agree",
				false: "no suggestions: they are dropped a while after an incident is resolved",
			}[f.Known])
		}
		for _, one := range f.Suggestions {
			fmt.Fprintln(s.stdout, clean(one.Says))
			for _, line := range evidence(one) {
				fmt.Fprintln(s.stdout, "  "+clean(line))
			}
		}
	})
}

// maxShown is how many incidents of the evidence are printed.
const maxShown = 8

// evidence describes the evidence for a suggestion.
func evidence(s client.Suggestion) (lines []string) {
	e := s.Evidence
	if s.AtLeast > 0 {
		lines = append(lines, fmt.Sprintf("%s: %s; at least %.0f %% likely, with 90 %% confidence", e.Basis, fit(e.Among, 60), 100*s.AtLeast))
	}
	var ids []string
	for _, id := range e.Incidents[:min(len(e.Incidents), maxShown)] {
		ids = append(ids, fit(briefOurs(id), 40))
	}
	if more := len(e.Incidents) - len(ids); more > 0 {
		ids = append(ids, fmt.Sprintf("and %d more", more))
	}
	return append(lines, strings.Join(ids, ", "))
}

// fromHistory goes through the whole history for one incident.
func (s *suggester) fromHistory(ctx context.Context, id string) (client.Suggestions, error) {
	l := suggest.New(s.o)
	made := map[string][]suggest.Suggestion{}
	fresh := map[string]time.Time{}
	keep := func(now time.Time) { // before the learner drops them
		for one, opened := range fresh {
			if now.After(opened) {
				made[one], _ = l.Suggestions(one)
				delete(fresh, one)
			}
		}
	}
	err := s.eachFact(ctx, s.file, s.archive, func(e events.Event) {
		keep(e.Time)
		l.Add(e)
		if one := opens(e); one == id || len(id) >= archive.MinPrefix && strings.HasPrefix(one, id) {
			fresh[one] = e.Time
		}
	})
	if err != nil {
		return client.Suggestions{}, err
	}
	for one := range fresh {
		made[one], _ = l.Suggestions(one)
	}
	if _, whole := made[id]; !whole {
		switch all := slices.Collect(maps.Keys(made)); len(all) {
		case 0:
			return client.Suggestions{}, fault{err: fmt.Errorf("incident %q is not in the facts", id), hint: "give the id, or its first 4 characters or more", code: codeNotFound}
		case 1:
			id = all[0]
		default:
			return client.Suggestions{}, fmt.Errorf("%q is ambiguous: %s begin with it", id, count(len(all), "incident"))
		}
	}
	return client.Suggestions{Incident: id, Known: true, Suggestions: asClient(made[id])}, nil
}

// opens returns the incident that a fact opens.
func opens(e events.Event) string {
	if _, ok := e.Data.(events.IncidentTriggered); ok {
		return e.Subject
	}
	return ""
}

// asClient converts suggestions to the form of the gateway.
func asClient(all []suggest.Suggestion) []client.Suggestion {
	out := make([]client.Suggestion, 0, len(all))
	for _, s := range all {
		out = append(out, client.Suggestion{
			Kind: s.Kind, Says: s.Says, Action: client.Action(s.Action),
			Probability: s.Probability, AtLeast: s.AtLeast, Evidence: client.Evidence(s.Evidence),
		})
	}
	return out
}
