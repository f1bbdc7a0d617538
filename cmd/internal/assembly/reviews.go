package assembly

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/files"
	"tocsin.dev/internal/insight/live"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/insight/report"
	"tocsin.dev/pkg/events"
)

// weekly is an instant of each week, by the clock of a zone.
type weekly struct {
	day    time.Weekday
	minute int // since midnight
	zone   *time.Location
}

// parseWeekly reads "Mon 06:30 Europe/Berlin"; without a zone it is UTC.
func parseWeekly(text string) (w weekly, err error) {
	words := strings.Fields(text)
	wrong := fmt.Errorf("%q: no instant of a week such as \"Mon 06:30 Europe/Berlin\"", text)
	if len(words) < 2 || len(words) > 3 {
		return w, wrong
	}
	day := slices.IndexFunc([]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, func(d string) bool { return strings.EqualFold(d, words[0]) })
	clock, err := time.Parse("15:04", words[1])
	if day < 0 || err != nil {
		return w, wrong
	}
	w = weekly{day: time.Weekday(day), minute: clock.Hour()*60 + clock.Minute(), zone: time.UTC}
	if len(words) == 3 {
		if w.zone, err = time.LoadLocation(words[2]); err != nil {
			return w, fmt.Errorf("%q: there is no zone %q", text, words[2])
		}
	}
	return w, nil
}

// last gives the newest such instant that is not after now.
func (w weekly) last(now time.Time) time.Time {
	local := now.In(w.zone)
	back := (int(local.Weekday()) - int(w.day) + 7) % 7
	at := time.Date(local.Year(), local.Month(), local.Day()-back, 0, w.minute, 0, 0, w.zone)
	if at.After(now) {
		at = time.Date(local.Year(), local.Month(), local.Day()-back-7, 0, w.minute, 0, 0, w.zone)
	}
	return at
}

// catchUp is how many weeks are written after an absence, at most.
const catchUp = 8

// reviews writes the weekly documents: one for each team, and last one for all of them, whose presence says
// that the week is done. So nothing is written twice, whatever is restarted when.
type reviews struct {
	dir     string
	at      weekly
	archive archive.Viewer
	catalog func() *catalog.Catalog
	log     *zap.Logger
}

// look writes what is due.
func (r *reviews) look(ctx context.Context, now time.Time) error {
	due := r.due(now)
	if len(due) == 0 {
		return nil
	}
	if err := os.MkdirAll(r.dir, 0o750); err != nil {
		return err
	}
	facts := &report.Collector{}
	v, err := r.archive.View(ctx)
	if err != nil {
		return err
	}
	defer v.Close() //nolint:errcheck // it only read
	if _, err := EachFact(ctx, v, facts.Add); err != nil {
		return err
	}
	incidents, err := facts.Incidents()
	if err != nil {
		return err
	}
	for _, week := range due {
		n, err := r.write(incidents, week)
		if err != nil {
			return fmt.Errorf("week %s: %w", week.Name, err)
		}
		r.log.Info("the weekly reviews are written", zap.String("week", week.Name), zap.Int("teams", n), zap.String("folder", r.dir))
	}
	return nil
}

// due gives the weeks without documents, the oldest first: the one before the newest instant, and those
// before it up to one that was written. In an empty folder it is that one week.
func (r *reviews) due(now time.Time) []measure.Period {
	week := measure.WeekOf(r.at.last(now).AddDate(0, 0, -7))
	var due []measure.Period
	for range catchUp {
		if r.done(week) {
			return due
		}
		due = slices.Insert(due, 0, week)
		week, _ = week.Previous()
	}
	if earlier, err := filepath.Glob(filepath.Join(r.dir, "????-W??.html")); err != nil || len(earlier) == 0 {
		return due[len(due)-1:]
	}
	return due
}

func (r *reviews) done(week measure.Period) bool {
	_, err := os.Stat(r.name(week, ""))
	return !errors.Is(err, fs.ErrNotExist)
}

func (r *reviews) name(week measure.Period, team string) string {
	if team != "" {
		team = "-" + team
	}
	return filepath.Join(r.dir, week.Name+team+".html")
}

// write makes the documents of one week, and gives the number of teams. A team has one when it has incidents
// that opened, or pages that were asked for, in that week or in the week before.
func (r *reviews) write(incidents []*report.Incident, week measure.Period) (int, error) {
	o := live.Options(r.catalog())
	o.Location, o.Period = r.at.zone, week
	whole, err := report.Make(incidents, o)
	if err != nil {
		return 0, err
	}
	teams := map[string]bool{}
	before, _ := week.Previous()
	for _, i := range incidents {
		if events.CheckID(i.Team) == nil && i.In(before, week) { // any other is no name of a file
			teams[i.Team] = true
		}
	}
	for team := range teams {
		o.Team = team
		made, err := report.Make(incidents, o)
		if err == nil {
			err = r.documents(made, r.name(week, team))
		}
		if err != nil {
			return 0, fmt.Errorf("team %s: %w", team, err)
		}
	}
	return len(teams), r.documents(whole, r.name(week, ""))
}

// documents writes Markdown beside HTML, and HTML last.
func (r *reviews) documents(made report.Report, name string) error {
	text := strings.TrimSuffix(name, ".html") + ".md"
	if err := files.Replace(text, 0o644, func(w io.Writer) error { return made.Markdown(w) }); err != nil {
		return err
	}
	return files.Replace(name, 0o644, func(w io.Writer) error { return made.HTML(w) })
}
