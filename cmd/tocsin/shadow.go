package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/internal/housekeeping"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/insight/shadow"
	"tocsin.dev/internal/insight/shadow/exports"
)

func newShadow(a *app) *cobra.Command {
	return group(&cobra.Command{
		Use: "shadow", Short: "Compare a shadow run with your current pager",
		Long: "Compare a shadow run with your current pager. 'tocsin up --shadow' is a shadow run: it records every page and sends none.",
	}, newShadowCompare(a))
}

// comparer holds the flags of `shadow compare`.
type comparer struct {
	*app
	format                 string
	exports                []string
	day, from, to, zone    string
	file, archive, catalog string
	outFormat, out         string
	window                 time.Duration
}

func newShadowCompare(a *app) *cobra.Command {
	m := &comparer{app: a}
	c := &cobra.Command{
		Use: "compare", Short: "Compare the pages of a shadow run with those of your current pager", Args: args(cobra.NoArgs),
		Long: `Compare whom Tocsin would have paged with whom your current pager paged.

The pager's alerts come from --export, in the format --format. Tocsin's incidents come from the archive of the
shadow run, or with --from-file from an export of it. An alert and an incident match if they have the same
dedup key, or else the same title, and opened within --window of each other. --catalog is needed to know that
ana, "Ana Ruiz" and ana@example.com are one person.

docs/shadow.md says what to export, and how to read the result. No server is needed.`,
		Example: `  tocsin shadow compare --format opsgenie --export alerts.json --day 2026-03-02 --catalog tocsin.d
  tocsin shadow compare --format pagerduty --export incidents.json --export log_entries.json --format-out md --out day.md`,
		RunE: func(c *cobra.Command, _ []string) error { return m.run(c) },
	}
	f := c.Flags()
	f.StringVar(&m.format, "format", "", "your current pager: "+strings.Join(pagers(), ", "))
	f.StringArrayVar(&m.exports, "export", nil, "export of your current pager, a `file`; may be repeated; - reads stdin")
	f.StringVar(&m.day, "day", "", "only what opened on this `day`, such as 2026-03-02")
	f.StringVar(&m.from, "from", "", "only what opened at or after this `instant`")
	f.StringVar(&m.to, "to", "", "only what opened before this `instant`")
	f.StringVar(&m.zone, "timezone", "UTC", "time `zone` of days, and of times in the export that have none")
	f.StringVar(&m.file, "from-file", "", fromFileUsage)
	archiveVar(f, &m.archive)
	f.StringVar(&m.catalog, "catalog", "", "`folder` of the catalog, for the names of people")
	durationVar(f, &m.window, "window", shadow.Window, "how far apart a matching alert and incident may open")
	f.StringVar(&m.outFormat, "format-out", "table", "table, md or json (also --json)")
	f.StringVar(&m.out, "out", "", "write to this `file` (default: stdout)")
	needs(c, "format", "export")
	return c
}

func pagers() []string { return slices.Sorted(maps.Keys(exports.Formats)) }

// comparisons holds the formats of the result.
var comparisons = map[string]func(shadow.Comparison, io.Writer) error{
	"table": comparisonTables, "md": shadow.Comparison.Markdown, "json": func(c shadow.Comparison, w io.Writer) error { return object(w, c) },
}

func (m *comparer) run(c *cobra.Command) error {
	if m.json {
		m.outFormat = "json"
	}
	write := comparisons[m.outFormat]
	if write == nil {
		return misuse("--format-out %q: not one of table, md, json", m.outFormat)
	}
	if exports.Formats[m.format] == nil {
		return misuse("--format %q: not one of %s", m.format, strings.Join(pagers(), ", "))
	}
	zone, err := timezone(m.zone)
	if err != nil {
		return err
	}
	o := shadow.Options{Window: m.window}
	if o.Period, err = m.period(zone); err != nil {
		return err
	}
	if m.catalog != "" {
		known, err := catalogIn("--catalog", m.catalog)
		if err != nil {
			return err
		}
		o.People = housekeeping.PeopleOf(known)
	}
	theirs, err := m.theirs(zone)
	if err != nil {
		return err
	}
	ours := &shadow.Collector{}
	if err := m.eachFact(c.Context(), m.file, m.archive, ours.Add); err != nil {
		return err
	}
	result := shadow.Compare(theirs, ours.Incidents(), o)
	return m.output(m.out, 0o644, func(w io.Writer) error { return write(result, w) })
}

func (m *comparer) period(zone *time.Location) (p measure.Period, err error) {
	switch {
	case m.window <= 0:
		return p, misuse("--window needs a positive duration such as 5m")
	case m.day == "":
		p.From, p.To, err = reportPeriod(m.from, m.to, zone)
		return p, err
	case m.from != "" || m.to != "":
		return p, misuse("--day cannot be combined with --from or --to")
	}
	if p.From, err = time.ParseInLocation(time.DateOnly, m.day, zone); err != nil {
		return p, misuse("--day %q: not a day such as 2026-03-02", m.day)
	}
	p.To = p.From.AddDate(0, 0, 1)
	return p, nil
}

// theirs reads the exports of the current pager.
func (m *comparer) theirs(zone *time.Location) ([]shadow.Alert, error) {
	var all [][]byte
	for _, name := range m.exports {
		in, err := m.open(name)
		if err != nil {
			return nil, err
		}
		b, err := io.ReadAll(in)
		if err = errors.Join(err, in.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, b)
	}
	alerts, err := exports.Formats[m.format](all, exports.Options{Location: zone})
	if err != nil {
		return nil, fault{err: inFile(strings.Join(m.exports, ", "), err), hint: "docs/shadow.md says what to export from " + m.format}
	}
	return alerts, nil
}

// comparisonTables writes a comparison for a terminal.
func comparisonTables(c shadow.Comparison, w io.Writer) error {
	fmt.Fprintln(w, clean(c.Title()))
	for _, s := range c.Sections() {
		section(w, s.Title, s.Head, s.Rows)
	}
	_, err := fmt.Fprintf(w, "\n%s\n", shadow.Footnote)
	return err
}
