package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/internal/insight/live"
	"tocsin.dev/internal/insight/measure"
	kpi "tocsin.dev/internal/insight/report"
	"tocsin.dev/pkg/events"
)

// reporter holds the flags of `report`.
type reporter struct {
	*app
	file, archive, catalog      string
	week, month, from, to, zone string
	team, format, out           string
	night                       string
	eachTeam                    bool
}

func newReport(a *app) *cobra.Command {
	r := &reporter{app: a}
	c := &cobra.Command{
		Use: "report", Short: "Compute KPIs: response times, escalations, goals, pages", Args: args(cobra.NoArgs),
		Long: `Compute KPIs of incidents: how fast they are acknowledged and resolved, how often they escalate, who is paged
and when, compared with the previous period. docs/reports.md defines each number.

The facts come from the archive, or with --from-file from a file with one CloudEvent per line: an export
of the archive, or a history of intake facts. No server is needed.`,
		Example: `  tocsin report --week --team payments --format md
  tocsin report --week --each-team --format html --out reviews
  tocsin report --from-file history.jsonl --month=2016-03 --json`,
		RunE: func(c *cobra.Command, _ []string) error { return r.run(c) },
	}
	f := c.Flags()
	f.StringVar(&r.file, "from-file", "", fromFileUsage)
	archiveVar(f, &r.archive)
	f.StringVar(&r.catalog, "catalog", "", "`folder` of the catalog, for people's time zones and for levels that were never reached")
	f.StringVar(&r.week, "week", "", "ISO `week`, such as --week=2016-W09; without a value the last full one, or with --from-file that of the newest incident")
	f.StringVar(&r.month, "month", "", "`month`, such as --month=2016-03; without a value as for --week")
	f.Lookup("week").NoOptDefVal = measure.Last
	f.Lookup("month").NoOptDefVal = measure.Last
	f.StringVar(&r.from, "from", "", "only incidents opened at or after this `instant`")
	f.StringVar(&r.to, "to", "", "only incidents opened before this `instant`")
	f.StringVar(&r.team, "team", "", "only incidents of this team, compared with the median of all teams")
	f.BoolVar(&r.eachTeam, "each-team", false, "write a document per team, into the folder --out")
	f.StringVar(&r.out, "out", "", "write to this `file`, or folder with --each-team (default: stdout)")
	f.StringVar(&r.format, "format", "table", strings.Join(formats(), ", "))
	f.StringVar(&r.zone, "timezone", "UTC", "time `zone` of weeks and months, and of people whose zone is unknown")
	f.StringVar(&r.night, "night", "22:00-07:00", "hours in which a page counts as at night")
	return c
}

func (r *reporter) run(c *cobra.Command) error {
	if r.json {
		r.format = "json"
	}
	for _, pair := range [][2]string{{"week", "month"}, {"week", "from"}, {"week", "to"}, {"month", "from"}, {"month", "to"}, {"team", "each-team"}} {
		if c.Flags().Changed(pair[0]) && c.Flags().Changed(pair[1]) {
			return misuse("--%s and --%s cannot be combined", pair[0], pair[1])
		}
	}
	if renderings[r.format].write == nil {
		return misuse("--format %q: not one of %s", r.format, strings.Join(formats(), ", "))
	}
	if r.eachTeam && r.out == "" {
		return misuse("--each-team needs --out with a folder")
	}
	o, err := r.options()
	if err != nil {
		return misuse("%w", err)
	}
	facts := &kpi.Collector{}
	if err := r.eachFact(c.Context(), r.file, r.archive, facts.Add); err != nil {
		return err
	}
	incidents := facts.Incidents()
	if n := facts.Unknown(); n > 0 {
		fmt.Fprintf(r.stderr, "skipped %s about incidents that opened before the first fact\n", count(n, "fact"))
	}
	o.Suggestions = facts.Suggestions()
	if o.Period, err = r.period(o.Location, facts); err != nil {
		return misuse("%w", err)
	}
	if r.eachTeam {
		return r.perTeam(incidents, o)
	}
	return r.single(incidents, o)
}

// options returns the options from the flags and the catalog, without the period.
func (r *reporter) options() (o kpi.Options, err error) {
	o.Team = r.team
	if o.Location, err = timezone(r.zone); err != nil {
		return o, err
	}
	if o.Night, err = measure.ParseHours(r.night); err != nil {
		return o, misuse("--night: %w", err)
	}
	if r.catalog == "" {
		return o, nil
	}
	c, err := catalogIn("--catalog", r.catalog)
	if err != nil {
		return o, err
	}
	known := live.Options(c)
	o.Zones, o.Levels = known.Zones, known.Levels
	return o, nil
}

// period returns the period that the flags ask for.
func (r *reporter) period(zone *time.Location, facts *kpi.Collector) (measure.Period, error) {
	w := measure.Query{Week: r.week, Month: r.month, From: r.from, To: r.to}
	at := facts.LastOpened()
	if r.file == "" { // the archive is still growing: its current week is not full
		at = w.LastWhole(r.now(), zone)
	}
	p, err := w.Period(at, zone)
	var f measure.QueryError
	if errors.As(err, &f) {
		return p, fmt.Errorf("--%s: %w", f.Field, f.Err)
	}
	return p, err
}

func (r *reporter) single(incidents []*kpi.Incident, o kpi.Options) error {
	report, err := kpi.Make(incidents, o)
	if errors.Is(err, kpi.ErrNoTeam) {
		return fault{err: err, hint: "'tocsin report' without --team lists the teams", code: codeNotFound}
	} else if err != nil {
		return err
	}
	return r.render(r.out, report)
}

func (r *reporter) render(file string, report kpi.Report) error {
	return r.output(file, 0o644, func(w io.Writer) error { return renderings[r.format].write(report, w) })
}

// perTeam writes a document for each team that has incidents. It replaces those of an earlier run.
func (r *reporter) perTeam(incidents []*kpi.Incident, o kpi.Options) error {
	teams := map[string]bool{}
	for _, i := range incidents {
		if events.CheckID(i.Team) == nil { // anything else is not safe as a file name
			teams[i.Team] = true
		}
	}
	if err := os.MkdirAll(r.out, 0o750); err != nil {
		return err
	}
	for _, team := range slices.Sorted(maps.Keys(teams)) {
		o.Team = team
		report, err := kpi.Make(incidents, o)
		if err != nil {
			return err
		}
		name := team + "." + renderings[r.format].extension
		if o.Period.Name != "" {
			name = o.Period.Name + "-" + name
		}
		if err := r.render(filepath.Join(r.out, name), report); err != nil {
			return err
		}
	}
	fmt.Fprintf(r.stderr, "wrote %s to %s\n", count(len(teams), "document"), r.out)
	return nil
}

// rendering is a format of a report.
type rendering struct {
	extension string
	write     func(kpi.Report, io.Writer) error
}

var renderings = map[string]rendering{
	"table":      {"txt", tables},
	"json":       {"json", func(r kpi.Report, w io.Writer) error { return object(w, r) }},
	"csv":        {"csv", kpi.Report.CSV},
	"md":         {"md", kpi.Report.Markdown},
	"html":       {"html", kpi.Report.HTML},
	"prometheus": {"prom", kpi.Report.Prometheus},
}

func formats() []string { return slices.Sorted(maps.Keys(renderings)) }

// tables writes a report for a terminal.
func tables(r kpi.Report, w io.Writer) error {
	fmt.Fprintf(w, "%s\n%s\n", clean(r.Title()), clean(r.Subtitle()))
	for _, s := range r.Sections() {
		section(w, s.Title, s.Head, s.Rows)
	}
	_, err := fmt.Fprintf(w, "\n%s\n", clean(r.Footnote()))
	return err
}

// section writes a table under its title.
func section(w io.Writer, title string, head []string, rows [][]string) {
	fmt.Fprintf(w, "\n%s\n", strings.ToUpper(title))
	table(w, append([][]string{head}, rows...))
}
