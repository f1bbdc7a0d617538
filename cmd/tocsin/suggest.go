package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/cmd/internal/assembly"
	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/insight/measure"
	kpi "tocsin.dev/internal/insight/report"
	"tocsin.dev/internal/insight/suggest"
	"tocsin.dev/pkg/client"
	"tocsin.dev/pkg/events"
)

// suggester is what `suggest` was asked.
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
		Use: "suggest [INCIDENT]", Short: "What incidents like it came to; with --evaluate how good suggestions were", Args: args(cobra.MaximumNArgs(1)),
		Long: `What incidents like it came to when they were over before it opened: whether to page the next level
now, another priority, the team that resolves these, and more alerts than usual, each with what it
rests on. docs/suggestions.md has the formulas. Nothing is done by this.

With --evaluate a whole history is gone through as it happened, and what would have been suggested is
held against what became of each incident, beside the base rate.

The facts come from the archive, or with --from-file from a file with one CloudEvent on each line.`,
		Example: `  tocsin suggest 86cd
  tocsin suggest --evaluate
  tocsin suggest --evaluate --from-file history.jsonl --json`,
		ValidArgsFunction: a.completeIncidents("open"),
		RunE:              func(c *cobra.Command, ids []string) error { return s.run(c, ids) },
	}
	f := c.Flags()
	f.BoolVar(&s.evaluate, "evaluate", false, "precision and recall of all suggestions of the history, beside the base rate")
	f.StringVar(&s.file, "from-file", "", "read facts from this `file` instead of the archive; - reads stdin")
	f.StringVar(&s.archive, "archive", os.Getenv("TOCSIN_ARCHIVE"), "the archive: a SQLite `file`, or postgres://… (TOCSIN_ARCHIVE; default <data>/archive.db)")
	f.Lookup("archive").DefValue = assembly.ShownArchive(s.archive) // the help shows it
	f.StringVar(&s.team, "team", "", "with --evaluate: only incidents of this team")
	f.StringVar(&s.from, "from", "", "with --evaluate: only incidents opened at this `instant` or later; all before it are learned from")
	f.StringVar(&s.to, "to", "", "with --evaluate: only incidents opened before this `instant`")
	f.Float64Var(&s.o.At, "at", suggest.DefaultAt, "the least share that the incidents must speak for")
	f.IntVar(&s.o.Min, "min", suggest.DefaultMin, "the fewest incidents that speak")
	f.IntVar(&s.o.Last, "last", suggest.DefaultLast, "the most incidents that are counted, the newest")
	return c
}

func (s *suggester) run(c *cobra.Command, ids []string) error {
	switch {
	case s.evaluate && len(ids) > 0:
		return misuse(c, errors.New("--evaluate is about all incidents: name none"))
	case !s.evaluate && len(ids) == 0:
		return misuse(c, errors.New("name an incident, or say --evaluate"))
	case s.o.At <= 0 || s.o.At >= 1:
		return misuse(c, fmt.Errorf("--at %v: not between 0 and 1", s.o.At))
	case s.o.Min < 1 || s.o.Last < s.o.Min:
		return misuse(c, fmt.Errorf("--min %d, --last %d: at least 1 of at least as many", s.o.Min, s.o.Last))
	case s.o.Last > maxLast:
		return misuse(c, fmt.Errorf("--last %d: at most %d", s.o.Last, maxLast))
	}
	if !s.evaluate {
		for _, flag := range []string{"team", "from", "to"} {
			if c.Flags().Changed(flag) {
				return misuse(c, fmt.Errorf("--%s goes with --evaluate", flag))
			}
		}
		return s.single(c, ids[0])
	}
	from, err := measure.ParseInstant(s.from, time.UTC)
	if err != nil {
		return misuse(c, fmt.Errorf("--from: %w", err))
	}
	to, err := measure.ParseInstant(s.to, time.UTC)
	if err != nil {
		return misuse(c, fmt.Errorf("--to: %w", err))
	}
	return s.scores(c.Context(), from, to)
}

// maxLast bounds the memory of a count.
const maxLast = 1000

func (s *suggester) scores(ctx context.Context, from, to time.Time) error {
	e := suggest.NewEvaluator(s.o)
	if err := s.eachFact(ctx, s.file, s.archive, e.Add); err != nil {
		return err
	}
	if e.Learner().Mixed() {
		return kpi.ErrMixed
	}
	all := e.Scores(from, to, s.team)
	if s.json {
		return object(s.stdout, all)
	}
	t := kpi.SuggestionsTable(all)
	if len(t.Rows) == 0 {
		fmt.Fprintln(s.stderr, "nothing can be judged: no incident is over")
		return nil
	}
	t.Head[0] = "suggestion"
	table(s.stdout, append([][]string{t.Head}, t.Rows...))
	return nil
}

// single tells of one incident: the gateway knows, unless facts are named.
func (s *suggester) single(c *cobra.Command, id string) error {
	var f client.Foreseen
	var err error
	if s.file == "" && !c.Flags().Changed("archive") {
		for _, flag := range []string{"at", "min", "last"} {
			if c.Flags().Changed(flag) {
				return misuse(c, fmt.Errorf("--%s goes with --from-file, --archive or --evaluate; the gateway has the defaults", flag))
			}
		}
		if f, err = s.client().Suggestions(c.Context(), id); err != nil {
			return lost(err)
		}
	} else if f, err = s.foresee(c.Context(), id); err != nil {
		return err
	}
	if s.json {
		return object(s.stdout, f)
	}
	if len(f.Suggestions) == 0 {
		fmt.Fprintln(s.stderr, map[bool]string{true: "nothing to suggest: too few incidents like it, or they do not agree", false: "not kept: it is over for long"}[f.Known])
		return nil
	}
	for _, one := range f.Suggestions {
		fmt.Fprintln(s.stdout, clean(one.Says))
		for _, line := range restsOn(one) {
			fmt.Fprintln(s.stdout, "  "+clean(line))
		}
	}
	return nil
}

// mostShown is how many incidents are named in a terminal.
const mostShown = 8

// restsOn tells what a suggestion rests on.
func restsOn(s client.Suggestion) (lines []string) {
	e := s.Evidence
	if s.AtLeast > 0 {
		lines = append(lines, fmt.Sprintf("%s: %s; speaks for %.0f %% or more, nine times of ten", e.Basis, fit(e.Among, 60), 100*s.AtLeast))
	}
	var ids []string
	for _, id := range e.Incidents[:min(len(e.Incidents), mostShown)] {
		ids = append(ids, named(id))
	}
	if more := len(e.Incidents) - len(ids); more > 0 {
		ids = append(ids, fmt.Sprintf("and %d more", more))
	}
	return append(lines, strings.Join(ids, ", "))
}

// named shortens an id that the engine made; keys of another system stay as they are.
func named(id string) string {
	if len(id) == len("86cde31c-699a-5f59-8f48-3237ef6e8a84") {
		return brief(id)
	}
	return fit(id, 40)
}

// foresee goes through the whole history for one incident.
func (s *suggester) foresee(ctx context.Context, id string) (client.Foreseen, error) {
	l := suggest.New(s.o)
	made := map[string][]suggest.Suggestion{}
	fresh := map[string]time.Time{}
	keep := func(now time.Time) { // before they are forgotten
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
		return client.Foreseen{}, err
	}
	if l.Mixed() {
		return client.Foreseen{}, kpi.ErrMixed
	}
	for one := range fresh {
		made[one], _ = l.Suggestions(one)
	}
	if _, whole := made[id]; !whole {
		switch all := slices.Collect(maps.Keys(made)); len(all) {
		case 0:
			return client.Foreseen{}, fault{err: fmt.Errorf("incident %q: not among the facts", id), hint: "give its whole id, or its first 4 characters or more", code: codeNotFound}
		case 1:
			id = all[0]
		default:
			return client.Foreseen{}, fault{err: fmt.Errorf("incident %q: %s begin with that", id, plural(len(all), "incident")), code: codeFailed}
		}
	}
	return client.Foreseen{Incident: id, Known: true, Suggestions: told(made[id])}, nil
}

// opens gives the incident that the fact may have opened.
func opens(e events.Event) string {
	switch d := e.Data.(type) {
	case events.IncidentTriggered:
		return e.Subject
	case events.AlertReceived:
		return d.Dedup()
	}
	return ""
}

// told gives suggestions as the gateway tells them.
func told(all []suggest.Suggestion) []client.Suggestion {
	out := make([]client.Suggestion, 0, len(all))
	for _, s := range all {
		out = append(out, client.Suggestion{
			Kind: s.Kind, Says: s.Says, Action: client.Action(s.Action),
			Probability: s.Probability, AtLeast: s.AtLeast, Evidence: client.Evidence(s.Evidence),
		})
	}
	return out
}
