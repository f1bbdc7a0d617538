package housekeeping

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/files"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/insight/shadow"
	"tocsin.dev/internal/insight/shadow/exports"
)

// exportName matches an export's file name: day, pager, and optionally more, as in
// 2026-03-02.pagerduty.incidents.csv.
var exportName = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)\.([a-z]+)(?:\..+)?\.(?:json|jsonl|csv)$`)

// Comparisons compares a shadow run with the pager in charge and writes one document for each day whose
// export is in Dir. It compares a day again when an export is newer than its document, and when the day is
// over.
type Comparisons struct {
	Dir     string
	Zone    *time.Location // of the days
	Archive archive.Viewer
	Catalog func() *catalog.Catalog // returns the one in force, or nil
	Log     *zap.Logger
}

// dayExport is what one pager exported about one day.
type dayExport struct {
	day    string
	format string
	names  []string
	newest time.Time
}

// Run writes the documents that are missing or out of date. It is a [Task].
func (c *Comparisons) Run(ctx context.Context, now time.Time) error {
	days, err := c.days()
	if err != nil {
		return err
	}
	var faults []error
	for _, d := range days {
		period, err := c.period(d.day)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", d.names[0], err))
			continue
		}
		if !c.stale(d, period, now) {
			continue
		}
		if err := c.write(ctx, d, period); err != nil {
			faults = append(faults, err)
			continue
		}
		c.Log.Info("shadow run compared with the pager in charge", zap.String("day", d.day), zap.String("pager", d.format))
	}
	return errors.Join(faults...)
}

// days groups the exports in the folder by day and pager.
func (c *Comparisons) days() ([]*dayExport, error) {
	entries, err := os.ReadDir(c.Dir)
	if err != nil {
		return nil, fmt.Errorf("folder of exports: %w", err)
	}
	var all []*dayExport
	for _, e := range entries {
		m := exportName.FindStringSubmatch(e.Name())
		if m == nil || exports.Formats[m[2]] == nil {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // removed in the meantime
		}
		i := slices.IndexFunc(all, func(d *dayExport) bool { return d.day == m[1] && d.format == m[2] })
		if i < 0 {
			i, all = len(all), append(all, &dayExport{day: m[1], format: m[2]})
		}
		all[i].names = append(all[i].names, e.Name())
		if info.ModTime().After(all[i].newest) {
			all[i].newest = info.ModTime()
		}
	}
	return all, nil
}

func (c *Comparisons) period(day string) (p measure.Period, err error) {
	if p.From, err = time.ParseInLocation(time.DateOnly, day, c.Zone); err != nil {
		return p, fmt.Errorf("%q is not a day", day)
	}
	p.To = p.From.AddDate(0, 0, 1)
	return p, nil
}

// document names the Markdown file of a day. The JSON file next to it is written first.
func (c *Comparisons) document(d *dayExport) string {
	return filepath.Join(c.Dir, d.day+"."+d.format+"-comparison.md")
}

// settled is how long after its end a day may still change, since pages may be late.
const settled = time.Hour

// stale reports whether a day must be compared (again).
func (c *Comparisons) stale(d *dayExport, p measure.Period, now time.Time) bool {
	info, err := os.Stat(c.document(d))
	if err != nil {
		return true
	}
	made := info.ModTime()
	return made.Before(d.newest) || made.Before(p.To.Add(settled)) && !now.Before(p.To.Add(settled))
}

func (c *Comparisons) write(ctx context.Context, d *dayExport, p measure.Period) error {
	var all [][]byte
	for _, name := range d.names {
		b, err := os.ReadFile(filepath.Join(c.Dir, name))
		if err != nil {
			return err
		}
		all = append(all, b)
	}
	theirs, err := exports.Formats[d.format](all, exports.Options{Location: c.Zone})
	if err != nil {
		return fmt.Errorf("%v: %w", d.names, err)
	}
	facts := &shadow.Collector{}
	if err := eachEvent(ctx, c.Archive, facts.Add); err != nil {
		return err
	}
	made := shadow.Compare(theirs, facts.Incidents(), shadow.Options{Period: p, People: PeopleOf(c.Catalog())})
	name := c.document(d)
	if err := files.Replace(name[:len(name)-len(".md")]+".json", 0o644, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(made)
	}); err != nil {
		return err
	}
	return files.Replace(name, 0o644, func(w io.Writer) error { return made.Markdown(w) })
}

// PeopleOf maps the names that another pager's export may use, display names and mail addresses, to the
// people of a catalog. A nil catalog has none.
func PeopleOf(c *catalog.Catalog) shadow.People {
	people := shadow.People{}
	if c == nil {
		return people
	}
	for id, p := range c.People {
		names := []string{p.Name}
		for _, contact := range p.Contacts {
			names = append(names, contact.Email)
		}
		people.Add(id, names...)
	}
	return people
}
