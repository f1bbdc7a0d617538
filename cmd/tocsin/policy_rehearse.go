package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/pkg/events"
)

// horizon is how far a rehearsal looks ahead: longer than any sensible policy climbs.
const horizon = 30 * 24 * time.Hour

// policyRehearsal is one run of `policy rehearse`.
type policyRehearsal struct {
	*app
	service, at, severity, catalog string
	labels                         map[string]string
	answerAfter, within            time.Duration
	week                           bool
}

func newPolicyRehearse(a *app) *cobra.Command {
	p := &policyRehearsal{app: a}
	c := &cobra.Command{
		Use: "rehearse", Short: "Tell who would be paged by an alert, how, when and why", Args: args(cobra.NoArgs),
		Long: `Plays one alert against a catalog, on virtual time and without a server, and tells the whole chain:
who is paged, by which contact method, when, at which level and why, until somebody answers or
nobody is left; also which levels wait, which triggers go off and which targets are missed meanwhile.
Every contact method is taken to work.`,
		Example: "  tocsin policy rehearse --service checkout --severity critical --at '2026-12-24 18:00'\n" +
			"  tocsin policy rehearse --labels job=checkout,severity=critical --answer-after 7m\n  tocsin policy rehearse --service checkout --week --within 15m",
		RunE: func(c *cobra.Command, _ []string) error { return p.run(c) },
	}
	f := c.Flags()
	f.StringVar(&p.service, "service", "", "the `id` of the service (default: the catalog's routes decide by the labels)")
	f.StringVar(&p.at, "at", "", "an instant: RFC 3339, '2026-12-24 18:00' or '18:00' in local time, or '+8h' from now (default: now)")
	f.StringVar(&p.severity, "severity", "", "the alert's `severity` (default: the label severity)")
	f.StringToStringVar(&p.labels, "labels", nil, "the alert's labels, `name=value,…`")
	lengthVar(f, &p.answerAfter, "answer-after", 0, "whoever was reached last acknowledges after this time (default: nobody does)")
	f.StringVar(&p.catalog, "catalog", "./tocsin.d", "the `folder` of the catalog")
	f.BoolVar(&p.week, "week", false, "name the hours of the week from --at on in which nobody would be reached in time")
	lengthVar(f, &p.within, "within", 15*time.Minute, "with --week: how soon somebody must be reached")
	return c
}

func (p *policyRehearsal) run(c *cobra.Command) error {
	at, err := instant(p.at, p.now())
	switch {
	case err != nil:
		return misuse(c, err)
	case p.service == "" && len(p.labels) == 0:
		return misuse(c, errors.New("say what the alert is about: --service or --labels"))
	case p.answerAfter < 0 || p.answerAfter > horizon || p.within < 0 || p.within > horizon:
		return misuse(c, errors.New("a duration from nothing to 30 days is expected"))
	case p.week && c.Flags().Changed("answer-after"):
		return misuse(c, errors.New("--week and --answer-after do not go together"))
	case !p.week && c.Flags().Changed("within"):
		return misuse(c, errors.New("--within goes with --week"))
	}
	if at.IsZero() {
		at = p.now().Truncate(time.Second)
	}
	cat, err := p.offlineCatalog(p.catalog)
	if err != nil {
		return err
	}
	if p.service != "" && cat.Rules.Services[p.service] == nil {
		known := slices.Sorted(maps.Keys(cat.Rules.Services))
		return fault{err: fmt.Errorf("the catalog has no service %q", p.service), hint: "known there: " + strings.Join(known, ", "), code: codeNotFound}
	}
	if p.week {
		return p.sweep(cat, at)
	}
	return p.rehearse(cat, at, c.Flags().Changed("answer-after"))
}

// alert makes the alert of the flags.
func (p *policyRehearsal) alert() events.Alert {
	a := events.Alert{Key: "rehearsal", Severity: p.severity, Summary: "a rehearsal", Labels: events.NewLabels(p.labels), Origin: "rehearsal"}
	if a.Severity == "" {
		a.Severity = p.labels["severity"]
	}
	if name := p.labels["alertname"]; name != "" {
		a.Summary = name
	}
	return a
}

// The ends of a rehearsal.
const (
	endAnswered   = "answered"
	endExhausted  = "exhausted"
	endUnfinished = "unfinished" // the horizon came first
)

// rehearsed is the JSON of `policy rehearse`. Team, policy and priority are those it opens with; what
// becomes of them is among the changes.
type rehearsed struct {
	Service    string              `json:"service"`
	PlacedBy   string              `json:"placed_by"` // "service", "label service", "fallback", or the place of a route
	Team       string              `json:"team"`
	Policy     string              `json:"policy"`
	Severity   string              `json:"severity"`
	Priority   string              `json:"priority"`
	Revision   string              `json:"revision"`
	At         time.Time           `json:"at"`
	Outcome    string              `json:"outcome"`
	Answered   string              `json:"answered_by,omitempty"`
	AnsweredAt time.Time           `json:"answered_at,omitzero"`
	Pages      []rehearsedPage     `json:"pages"`
	Levels     []rehearsal.Level   `json:"levels"`
	Held       []rehearsal.Held    `json:"held"`
	Triggers   []rehearsal.Trigger `json:"triggers"`
	Changes    []rehearsal.Change  `json:"changes"`
	Clocks     []rehearsal.Clock   `json:"clocks"` // as they stand at the end
}

// rehearsedPage is a page with what people want to know of it besides.
type rehearsedPage struct {
	rehearsal.Page
	After    string    `json:"after"` // a Go duration since the alert
	Name     string    `json:"name"`
	Local    time.Time `json:"local"` // At where the person is
	Timezone string    `json:"timezone"`
}

func (p *policyRehearsal) rehearse(cat *catalog.Catalog, at time.Time, answers bool) error {
	r := rehearsal.New(cat, at)
	alert := p.alert()
	placed := r.Fire(p.service, alert)
	i := r.Story().Incidents[0]
	out := rehearsed{
		Service: i.Service, PlacedBy: placed.Rule, Team: i.Team, Policy: i.Policy, Severity: alert.Severity, Priority: i.Priority,
		Revision: cat.Rules.Revision, At: at,
	}
	if answers {
		r.Before(at.Add(p.answerAfter))
		out.Answered = p.answer(r)
	}
	switch {
	case out.Answered != "":
		out.Outcome, out.AnsweredAt = endAnswered, r.Now()
	case r.Finish(at.Add(horizon)):
		out.Outcome = endExhausted
	default:
		out.Outcome = endUnfinished
	}
	story := r.Story()
	out.Levels, out.Pages, out.Held, out.Triggers, out.Changes = story.Levels, pagesOf(cat, story), story.Held, story.Triggers, story.Changes
	out.Clocks = append([]rehearsal.Clock{}, story.Incidents[0].Clocks...)
	if p.json {
		return object(p.stdout, out)
	}
	p.show(out, story)
	return nil
}

// answer lets whoever was reached last acknowledge, and where the level asks for more people those
// who were reached before as well. It gives the one by whose answer it was acknowledged; empty where
// nobody was reached so far, or too few.
func (p *policyRehearsal) answer(r *rehearsal.Rehearsal) (by string) {
	answers := 0
	for _, page := range slices.Backward(r.Story().Pages) {
		if page.Outcome != rehearsal.PageDelivered || !strings.HasPrefix(page.To, personPrefix) {
			continue
		}
		command := events.Command{Incident: page.Incident, By: page.To, Via: "cli"}
		if refusal := r.Ask(events.AcknowledgementReceived{Command: command}); refusal != "" {
			continue
		}
		if answers++; r.Story().Incidents[0].Status == "acknowledged" {
			return page.To
		}
	}
	problem := "nobody had been reached after %s, so nobody answers\n"
	if answers > 0 {
		problem = "after %s too few had been reached for as many answers as the level asks for\n"
	}
	fmt.Fprintf(p.stderr, problem, rehearsal.Brief(p.answerAfter))
	return ""
}

// swept is the JSON of `policy rehearse --week`.
type swept struct {
	Service string          `json:"service"`
	From    time.Time       `json:"from"`
	To      time.Time       `json:"to"`
	Within  string          `json:"within"` // a Go duration
	Hours   int             `json:"hours"`
	Gaps    []rehearsal.Gap `json:"gaps"`
}

func (p *policyRehearsal) sweep(cat *catalog.Catalog, at time.Time) error {
	r := rehearsal.New(cat, at)
	out := swept{
		Service: r.Fire(p.service, p.alert()).Service, From: at, To: at.Add(rehearsal.HoursOfWeek * time.Hour), Within: p.within.String(),
		Hours: rehearsal.HoursOfWeek, Gaps: rehearsal.Sweep(cat, p.service, p.alert(), at, rehearsal.HoursOfWeek, p.within),
	}
	if p.json {
		return object(p.stdout, out)
	}
	if len(out.Gaps) == 0 {
		fmt.Fprintf(p.stdout, "in every hour of the week from %s somebody is reached within %s\n", at.Format(momentForm+" 2006"), rehearsal.Brief(p.within))
		return nil
	}
	rows := [][]string{{"FROM", "TO", "HOURS", "WHY"}}
	total := 0
	for _, g := range out.Gaps {
		total += g.Hours
		rows = append(rows, []string{g.From.Format(momentForm), g.To.Format(momentForm), strconv.Itoa(g.Hours), g.Why})
	}
	table(p.stdout, rows)
	fmt.Fprintf(p.stdout, "\nin %s of %d nobody is reached within %s\n", count(total, "hour", "hours"), out.Hours, rehearsal.Brief(p.within))
	return nil
}
