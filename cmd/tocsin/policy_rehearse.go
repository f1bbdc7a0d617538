package main

import (
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

// horizon is how far a rehearsal looks ahead: longer than any sensible policy escalates.
const horizon = 30 * 24 * time.Hour

// policyRehearsal is a run of `policy rehearse`.
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
		Use: "rehearse", Short: "Show whom an alert would page, how, when and why", Args: args(cobra.NoArgs),
		Long: `Play an alert against a catalog, on virtual time and without a server, and print the whole escalation: who is
paged, by which contact method, when, at which level and why, until somebody acknowledges or nobody is left. It also
shows which levels wait, which triggers fire and which goals are missed. It assumes that every contact method
works.

With --week, play the alert at every hour of the week from --at on instead, and list the hours in which nobody
would be reached --within the given time.`,
		Example: "  tocsin policy rehearse --service checkout --severity critical --at '2026-12-24 18:00'\n" +
			"  tocsin policy rehearse --labels job=checkout,severity=critical --answer-after 7m\n  tocsin policy rehearse --service checkout --week --within 15m",
		RunE: func(c *cobra.Command, _ []string) error { return p.run(c) },
	}
	f := c.Flags()
	f.StringVar(&p.service, "service", "", "`id` of the service (default: the catalog's routes choose it by the labels)")
	f.StringVar(&p.at, "at", "", "when the alert fires: "+instantForms+" (default: now)")
	f.StringVar(&p.severity, "severity", "", "`severity` of the alert (default: its label severity)")
	f.StringToStringVar(&p.labels, "labels", nil, "labels of the alert, `name=value,…`")
	durationVar(f, &p.answerAfter, "answer-after", 0, "the person reached last acknowledges after this time (default: nobody does)")
	f.StringVar(&p.catalog, "catalog", "./tocsin.d", "`folder` of the catalog")
	f.BoolVar(&p.week, "week", false, "list the hours of a week in which nobody would be reached in time")
	durationVar(f, &p.within, "within", 15*time.Minute, "with --week: time in which somebody must be reached")
	return c
}

func (p *policyRehearsal) run(c *cobra.Command) error {
	at, err := instant(p.at, p.now())
	switch {
	case err != nil:
		return misuse("--at: %w", err)
	case p.service == "" && len(p.labels) == 0:
		return misuse("give --service or --labels")
	case p.answerAfter < 0 || p.answerAfter > horizon || p.within < 0 || p.within > horizon:
		return misuse("--answer-after and --within must be from 0 to 30 days")
	case p.week && c.Flags().Changed("answer-after"):
		return misuse("--week and --answer-after cannot be combined")
	case !p.week && c.Flags().Changed("within"):
		return misuse("--within needs --week")
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
		return fault{err: fmt.Errorf("the catalog has no service %q", p.service), hint: "its services are " + strings.Join(known, ", "), code: codeNotFound}
	}
	if p.week {
		return p.sweep(cat, at)
	}
	return p.rehearse(cat, at, c.Flags().Changed("answer-after"))
}

// alert builds the alert from the flags.
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

// The outcomes of a rehearsal.
const (
	endAnswered   = "answered"
	endExhausted  = "exhausted"
	endUnfinished = "unfinished" // still escalating at the horizon
)

// rehearsed is the JSON of `policy rehearse`. Team, policy and priority are the initial ones; Changes has the later
// ones.
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
	Clocks     []rehearsal.Clock   `json:"clocks"` // at the end
}

// rehearsedPage is a page with the name and the local time of its target.
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
	return p.show(out, func() { p.print(out, story) })
}

// answer makes the person who was reached last acknowledge; if the level needs more people, those reached before
// too. It returns the person whose acknowledgement counted; empty if too few people were reached.
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
	problem := "nobody was reached within %s, so nobody acknowledges\n"
	if answers > 0 {
		problem = "within %s too few people were reached for the acknowledgements that the level needs\n"
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
		fmt.Fprintf(p.stdout, "in every hour of the week from %s, somebody is reached within %s\n", at.Format(momentForm+" 2006"), rehearsal.Brief(p.within))
		return nil
	}
	rows := [][]string{{"FROM", "TO", "HOURS", "WHY"}}
	total := 0
	for _, g := range out.Gaps {
		total += g.Hours
		rows = append(rows, []string{g.From.Format(momentForm), g.To.Format(momentForm), strconv.Itoa(g.Hours), g.Why})
	}
	table(p.stdout, rows)
	fmt.Fprintf(p.stdout, "\nin %d of %s, nobody is reached within %s\n", total, count(out.Hours, "hour"), rehearsal.Brief(p.within))
	return nil
}
