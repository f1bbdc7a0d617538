package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/cmd/internal/assembly"
	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/files"
	"tocsin.dev/internal/housekeeping"
	"tocsin.dev/internal/insight/history"
	kpi "tocsin.dev/internal/insight/report"
	"tocsin.dev/internal/insight/shadow"
	"tocsin.dev/internal/insight/shadow/exports"
	"tocsin.dev/pkg/events"
)

func newShadow(a *app) *cobra.Command {
	c := group(&cobra.Command{
		Use: "shadow", Short: "Lay a shadow run beside the pager you have",
		Long: "Lay a shadow run beside the pager you have. 'tocsin up --shadow' makes one: every page is recorded, and none is sent.",
	})
	c.AddCommand(newShadowCompare(a))
	return c
}

// comparer is what `shadow compare` was asked.
type comparer struct {
	*app
	format                string
	exports               []string
	day, from, to, zone   string
	file, archive, folder string
	form, out             string
	window                time.Duration
}

func newShadowCompare(a *app) *cobra.Command {
	m := &comparer{app: a}
	c := &cobra.Command{
		Use: "compare", Short: "Who would have been paged by Tocsin, beside who was by the present pager", Args: args(cobra.NoArgs),
		Long: `Who would have been paged by Tocsin, beside who was by the present pager.

Its alerts come from --export, in the form of --format; ours from the archive of the shadow run, or with --from-file
from an export of it. An alert and an incident are one when they have the same dedup key, or else the same
title, and opened within --window of each other. --catalog tells that ana, "Ana Ruiz" and ana@example.com are one person.
docs/shadow.md says what to export and how to read the answer. No server is needed.`,
		Example: `  tocsin shadow compare --format opsgenie --export alerts.json --day 2026-03-02 --catalog tocsin.d
  tocsin shadow compare --format pagerduty --export incidents.json --export log_entries.json --format-out md --out day.md`,
		RunE: func(c *cobra.Command, _ []string) error { return m.run(c) },
	}
	f := c.Flags()
	f.StringVar(&m.format, "format", "", "whose export it is: "+strings.Join(pagers(), ", "))
	f.StringArrayVar(&m.exports, "export", nil, "the present pager's export, a `file`; may be repeated; - reads stdin")
	f.StringVar(&m.day, "day", "", "only what opened on this `day`, such as 2026-03-02")
	f.StringVar(&m.from, "from", "", "only what opened at this `instant` or later")
	f.StringVar(&m.to, "to", "", "only what opened before this `instant`")
	f.StringVar(&m.zone, "timezone", "UTC", "the `zone` of days, and of times in an export that name none")
	f.StringVar(&m.file, "from-file", "", "read our facts from this `file`, one a line, instead of the archive")
	f.StringVar(&m.archive, "archive", os.Getenv("TOCSIN_ARCHIVE"), "the archive: a SQLite `file`, or postgres://… (TOCSIN_ARCHIVE; default <data>/archive.db)")
	f.Lookup("archive").DefValue = assembly.ShownArchive(m.archive) // the help shows it
	f.StringVar(&m.folder, "catalog", "", "the catalog's `folder`, for the names of people")
	lengthVar(f, &m.window, "window", shadow.Window, "how far apart the two may open and still be one")
	f.StringVar(&m.form, "format-out", "table", "table, md or json (also --json)")
	f.StringVar(&m.out, "out", "", "write to this `file` (default: stdout)")
	c.MarkFlagRequired("format") //nolint:errcheck // the flag is there
	c.MarkFlagRequired("export") //nolint:errcheck // as above
	return c
}

func pagers() []string { return slices.Sorted(maps.Keys(exports.Formats)) }

// comparisons are the forms of an answer.
var comparisons = map[string]func(shadow.Comparison, io.Writer) error{
	"table": compared, "md": shadow.Comparison.Markdown, "json": func(c shadow.Comparison, w io.Writer) error { return object(w, c) },
}

func (m *comparer) run(c *cobra.Command) error {
	if m.json {
		m.form = "json"
	}
	write := comparisons[m.form]
	if write == nil {
		return misuse(c, fmt.Errorf("--format-out %q: not one of table, md, json", m.form))
	}
	if exports.Formats[m.format] == nil {
		return misuse(c, fmt.Errorf("--format %q: not one of %s", m.format, strings.Join(pagers(), ", ")))
	}
	zone, err := time.LoadLocation(m.zone)
	if err != nil {
		return misuse(c, fmt.Errorf("--timezone: there is no zone %q", m.zone))
	}
	o := shadow.Options{Window: m.window}
	if o.Period, err = m.period(zone); err != nil {
		return misuse(c, err)
	}
	if o.People, err = m.people(); err != nil {
		return err
	}
	theirs, err := m.theirs(zone)
	if err != nil {
		return err
	}
	ours, err := m.ours(c.Context())
	if err != nil {
		return err
	}
	made := shadow.Compare(theirs, ours, o)
	if m.out != "" {
		return files.Replace(m.out, 0o644, func(w io.Writer) error { return write(made, w) })
	}
	return write(made, m.stdout)
}

func (m *comparer) period(zone *time.Location) (p shadow.Period, err error) {
	if m.window <= 0 {
		return p, errors.New("--window must be more than nothing")
	}
	if m.day != "" {
		if m.from != "" || m.to != "" {
			return p, errors.New("--day cannot stand with --from or --to")
		}
		if p.From, err = time.ParseInLocation(time.DateOnly, m.day, zone); err != nil {
			return p, fmt.Errorf("--day %q: no day such as 2026-03-02", m.day)
		}
		p.To = p.From.AddDate(0, 0, 1)
		return p, nil
	}
	if p.From, err = kpi.ParseInstant(m.from, zone); err != nil {
		return p, fmt.Errorf("--from: %w", err)
	}
	if p.To, err = kpi.ParseInstant(m.to, zone); err != nil {
		return p, fmt.Errorf("--to: %w", err)
	}
	if !p.From.IsZero() && !p.To.IsZero() && !p.From.Before(p.To) {
		return p, errors.New("--to is not after --from")
	}
	return p, nil
}

func (m *comparer) people() (shadow.People, error) {
	if m.folder == "" {
		return shadow.People{}, nil
	}
	read, err := readCatalog(m.folder)
	if err != nil {
		return nil, err
	}
	c, faults := catalog.Parse(read)
	if c == nil {
		return nil, fault{err: fmt.Errorf("--catalog %s: it has %s", m.folder, plural(len(faults), "fault")), hint: "'tocsin catalog check' lists them", code: codeFailed}
	}
	return housekeeping.PeopleOf(c), nil
}

// theirs reads the exports.
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

// ours folds the facts of the shadow run.
func (m *comparer) ours(ctx context.Context) ([]shadow.Incident, error) {
	facts := &shadow.Collector{}
	if m.file != "" {
		in, err := m.open(m.file)
		if err != nil {
			return nil, err
		}
		defer in.Close()
		err = history.Read(in, func(_ int, e events.Event) error {
			facts.Add(e)
			return nil
		})
		if err != nil {
			return nil, fault{err: fmt.Errorf("%s: %w", m.file, err), hint: "it should hold one CloudEvent on each line, as 'tocsin archive export' writes them"}
		}
		return facts.Incidents(), nil
	}
	h := &archiver{app: m.app, name: m.archive}
	err := h.view(ctx, func(v archive.View) error {
		_, err := archive.EachEvent(ctx, v, facts.Add)
		return err
	})
	return facts.Incidents(), err
}

// compared writes a comparison for a terminal.
func compared(c shadow.Comparison, w io.Writer) error {
	fmt.Fprintln(w, clean(c.Title()))
	for _, s := range c.Sections() {
		fmt.Fprintf(w, "\n%s\n", strings.ToUpper(s.Title))
		table(w, append([][]string{s.Head}, s.Rows...))
	}
	_, err := fmt.Fprintf(w, "\n%s\n", shadow.Footnote)
	return err
}
