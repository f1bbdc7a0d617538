package assembly

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

// exportName is how exports are called: the day, whose it is, and anything more.
var exportName = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)\.([a-z]+)(?:\..+)?\.(?:json|jsonl|csv)$`)

// comparisons writes a document for each day of a shadow run of which the present pager's export lies
// in a folder. A day is done again when an export is newer than its document, and once more when the day
// is over.
type comparisons struct {
	dir     string
	zone    *time.Location
	archive archive.Viewer
	catalog func() *catalog.Catalog
	log     *zap.Logger
}

// exported is one day's exports of one pager.
type exported struct {
	day    string
	format string
	names  []string
	newest time.Time
}

// look writes what is missing or old.
func (c *comparisons) look(ctx context.Context, now time.Time) error {
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
		c.log.Info("the shadow run is compared with the present pager", zap.String("day", d.day), zap.String("pager", d.format))
	}
	return errors.Join(faults...)
}

// days gives what lies in the folder, by day.
func (c *comparisons) days() ([]*exported, error) {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return nil, fmt.Errorf("folder of exports: %w", err)
	}
	var all []*exported
	for _, e := range entries {
		m := exportName.FindStringSubmatch(e.Name())
		if m == nil || exports.Formats[m[2]] == nil {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // it went away
		}
		i := slices.IndexFunc(all, func(d *exported) bool { return d.day == m[1] && d.format == m[2] })
		if i < 0 {
			i, all = len(all), append(all, &exported{day: m[1], format: m[2]})
		}
		all[i].names = append(all[i].names, e.Name())
		if info.ModTime().After(all[i].newest) {
			all[i].newest = info.ModTime()
		}
	}
	return all, nil
}

func (c *comparisons) period(day string) (p measure.Period, err error) {
	if p.From, err = time.ParseInLocation(time.DateOnly, day, c.zone); err != nil {
		return p, fmt.Errorf("%q is no day", day)
	}
	p.To = p.From.AddDate(0, 0, 1)
	return p, nil
}

// document is where the comparison of a day goes; the JSON beside it is written first.
func (c *comparisons) document(d *exported) string {
	return filepath.Join(c.dir, d.day+"."+d.format+"-comparison.md")
}

// settled is how long after its end a day can still change: pages about its incidents may be late.
const settled = time.Hour

// stale says whether a day is to be compared now.
func (c *comparisons) stale(d *exported, p measure.Period, now time.Time) bool {
	info, err := os.Stat(c.document(d))
	if err != nil {
		return true
	}
	made := info.ModTime()
	return made.Before(d.newest) || made.Before(p.To.Add(settled)) && !now.Before(p.To.Add(settled))
}

func (c *comparisons) write(ctx context.Context, d *exported, p measure.Period) error {
	var all [][]byte
	for _, name := range d.names {
		b, err := os.ReadFile(filepath.Join(c.dir, name))
		if err != nil {
			return err
		}
		all = append(all, b)
	}
	theirs, err := exports.Formats[d.format](all, exports.Options{Location: c.zone})
	if err != nil {
		return fmt.Errorf("%v: %w", d.names, err)
	}
	facts := &shadow.Collector{}
	v, err := c.archive.View(ctx)
	if err != nil {
		return err
	}
	defer v.Close() //nolint:errcheck // it only read
	if _, err := EachFact(ctx, v, facts.Add); err != nil {
		return err
	}
	made := shadow.Compare(theirs, facts.Incidents(), shadow.Options{Period: p, People: PeopleOf(c.catalog())})
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
