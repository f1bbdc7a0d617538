package main

import (
	"context"
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

	"tocsin.dev/cmd/internal/assembly"
	"tocsin.dev/internal/files"
	"tocsin.dev/internal/insight/measure"
	kpi "tocsin.dev/internal/insight/report"
	"tocsin.dev/pkg/events"
)

// reporting is what `report` was asked.
type reporting struct {
	*app
	file, archive, catalog      string
	week, month, from, to, zone string
	team, format, out           string
	night                       string
	eachTeam                    bool
}

func newReport(a *app) *cobra.Command {
	r := &reporting{app: a}
	c := &cobra.Command{
		Use: "report", Short: "KPIs: times, escalations, targets, pages, with the period before beside them", Args: args(cobra.NoArgs),
		Long: `KPIs of incidents: how soon they are answered and resolved, how often they climb, who is paged and when.
docs/reports.md has the formula of each number.

The facts come from the archive, or with --from-file from a file with one CloudEvent on each line: an
export of the archive, or a history of intake facts. No server is needed.`,
		Example: `  tocsin report --week --team payments --format md
  tocsin report --week --each-team --format html --out reviews
  tocsin report --from-file history.jsonl --month=2016-03 --json`,
		RunE: func(c *cobra.Command, _ []string) error { return r.run(c) },
	}
	f := c.Flags()
	f.StringVar(&r.file, "from-file", "", "read facts from this `file` instead of the archive; - reads stdin")
	f.StringVar(&r.archive, "archive", os.Getenv("TOCSIN_ARCHIVE"), "the archive: a SQLite `file`, or postgres://… (TOCSIN_ARCHIVE; default <data>/archive.db)")
	f.Lookup("archive").DefValue = assembly.ShownArchive(r.archive) // the help shows it
	f.StringVar(&r.catalog, "catalog", "", "the catalog's `folder`, for people's time zones and levels that were never reached")
	f.StringVar(&r.week, "week", "", "one ISO `week` such as --week=2016-W09; alone the last whole one, of a file the one of its newest incident")
	f.StringVar(&r.month, "month", "", "one `month` such as --month=2016-03; alone as with --week")
	f.Lookup("week").NoOptDefVal = measure.Last
	f.Lookup("month").NoOptDefVal = measure.Last
	f.StringVar(&r.from, "from", "", "only incidents opened at this `instant` or later")
	f.StringVar(&r.to, "to", "", "only incidents opened before this `instant`")
	f.StringVar(&r.team, "team", "", "only incidents of this team, beside the median of all teams")
	f.BoolVar(&r.eachTeam, "each-team", false, "one document for each team, into the folder that --out names")
	f.StringVar(&r.out, "out", "", "write to this `file`, or folder with --each-team (default: stdout)")
	f.StringVar(&r.format, "format", "table", strings.Join(formats(), ", "))
	f.StringVar(&r.zone, "timezone", "UTC", "the `zone` in which weeks and months begin, and nights of people whose zone is not known")
	f.StringVar(&r.night, "night", "22:00-07:00", "when pages count as such at night")
	return c
}

func (r *reporting) run(c *cobra.Command) error {
	if r.json {
		r.format = "json"
	}
	for _, pair := range [][2]string{{"week", "month"}, {"week", "from"}, {"week", "to"}, {"month", "from"}, {"month", "to"}, {"team", "each-team"}} {
		if c.Flags().Changed(pair[0]) && c.Flags().Changed(pair[1]) {
			return misuse(c, fmt.Errorf("--%s and --%s cannot stand together", pair[0], pair[1]))
		}
	}
	if renderings[r.format].write == nil {
		return misuse(c, fmt.Errorf("--format %q: not one of %s", r.format, strings.Join(formats(), ", ")))
	}
	if r.eachTeam && r.out == "" {
		return misuse(c, errors.New("--each-team needs --out with a folder"))
	}
	o, err := r.options()
	if err != nil {
		return misuse(c, err)
	}
	facts, err := r.facts(c.Context())
	if err != nil {
		return err
	}
	incidents, err := facts.Incidents()
	if err != nil {
		return err
	}
	if n := facts.Unknown(); n > 0 {
		fmt.Fprintf(r.stderr, "left out: %s about incidents whose opening is not among them\n", plural(n, "fact"))
	}
	o.Foresight = facts.Foresight()
	if o.Period, err = r.period(o.Location, facts); err != nil {
		return misuse(c, err)
	}
	if r.eachTeam {
		return r.perTeam(incidents, o)
	}
	return r.single(incidents, o)
}

func (r *reporting) single(incidents []*kpi.Incident, o kpi.Options) error {
	made, err := kpi.Make(incidents, o)
	if errors.Is(err, kpi.ErrNoTeam) {
		return fault{err: err, hint: "'tocsin report' without --team lists the teams", code: codeNotFound}
	} else if err != nil {
		return err
	}
	if r.out == "" {
		return renderings[r.format].write(made, r.stdout)
	}
	return r.toFile(r.out, made)
}

// perTeam writes a document for each team that has incidents, over one of an earlier run.
func (r *reporting) perTeam(incidents []*kpi.Incident, o kpi.Options) error {
	teams := map[string]bool{}
	for _, i := range incidents {
		if events.CheckID(i.Team) == nil { // any other is no name of a file
			teams[i.Team] = true
		}
	}
	if err := os.MkdirAll(r.out, 0o750); err != nil {
		return err
	}
	for _, team := range slices.Sorted(maps.Keys(teams)) {
		o.Team = team
		made, err := kpi.Make(incidents, o)
		if err != nil {
			return err
		}
		name := team + "." + renderings[r.format].ending
		if o.Period.Name != "" {
			name = o.Period.Name + "-" + name
		}
		if err := r.toFile(filepath.Join(r.out, name), made); err != nil {
			return err
		}
	}
	fmt.Fprintf(r.stderr, "%s in %s\n", plural(len(teams), "document"), r.out)
	return nil
}

func (r *reporting) toFile(name string, made kpi.Report) error {
	return files.Replace(name, 0o644, func(w io.Writer) error { return renderings[r.format].write(made, w) })
}

// rendering is one form of a report.
type rendering struct {
	ending string // of files
	write  func(kpi.Report, io.Writer) error
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

// tables writes the report for a terminal.
func tables(r kpi.Report, w io.Writer) error {
	fmt.Fprintf(w, "%s\n%s\n", clean(r.Title()), clean(r.Subtitle()))
	for _, s := range r.Sections() {
		fmt.Fprintf(w, "\n%s\n", strings.ToUpper(s.Title))
		table(w, append([][]string{s.Head}, s.Rows...))
	}
	_, err := fmt.Fprintf(w, "\n%s\n", clean(r.Footnote()))
	return err
}

// facts folds those of the file or the archive.
func (r *reporting) facts(ctx context.Context) (*kpi.Collector, error) {
	c := &kpi.Collector{}
	return c, r.eachFact(ctx, r.file, r.archive, c.Add)
}

// period is the one that was asked for.
func (r *reporting) period(zone *time.Location, facts *kpi.Collector) (measure.Period, error) {
	w := measure.Query{Week: r.week, Month: r.month, From: r.from, To: r.to}
	at := facts.LastOpened()
	if r.file == "" { // an archive goes on: its present week is not whole
		at = w.LastWhole(r.now(), zone)
	}
	p, err := w.Period(at, zone)
	var f measure.QueryError
	if errors.As(err, &f) {
		return p, fmt.Errorf("--%s: %w", f.Field, f.Err)
	}
	return p, err
}
