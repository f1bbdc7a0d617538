package housekeeping

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
	"tocsin.dev/internal/files"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/insight/report"
	"tocsin.dev/pkg/events"
)

// Weekly is an instant of each week, on the clock of a zone.
type Weekly struct {
	day    time.Weekday
	minute int // since midnight
	zone   *time.Location
}

// ParseWeekly reads "Mon 06:30 Europe/Berlin". Without a zone it is UTC.
func ParseWeekly(text string) (w Weekly, err error) {
	words := strings.Fields(text)
	wrong := fmt.Errorf("%q is not a day and time such as \"Mon 06:30 Europe/Berlin\"", text)
	if len(words) < 2 || len(words) > 3 {
		return w, wrong
	}
	day := slices.IndexFunc([]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}, func(d string) bool { return strings.EqualFold(d, words[0]) })
	clock, err := time.Parse("15:04", words[1])
	if day < 0 || err != nil {
		return w, wrong
	}
	w = Weekly{day: time.Weekday(day), minute: clock.Hour()*60 + clock.Minute(), zone: time.UTC}
	if len(words) == 3 {
		if w.zone, err = time.LoadLocation(words[2]); err != nil {
			return w, fmt.Errorf("%q: there is no zone %q", text, words[2])
		}
	}
	return w, nil
}

// last returns the newest such instant that is not after now.
func (w Weekly) last(now time.Time) time.Time {
	local := now.In(w.zone)
	back := (int(local.Weekday()) - int(w.day) + 7) % 7
	at := time.Date(local.Year(), local.Month(), local.Day()-back, 0, w.minute, 0, 0, w.zone)
	if at.After(now) {
		at = time.Date(local.Year(), local.Month(), local.Day()-back-7, 0, w.minute, 0, 0, w.zone)
	}
	return at
}

// catchUp is the most weeks written after an absence.
const catchUp = 8

// Reviews writes the weekly reviews: one for each team, then one for all teams together, which marks the
// week as done. So no week is written twice after a restart.
type Reviews struct {
	Dir     string
	At      Weekly // when a week's reviews are due
	Archive archive.Viewer
	// Options returns what reports take from the catalog in force.
	Options func() report.Options
	Log     *zap.Logger
}

// Run writes the reviews that are due. It is a [Task].
func (r *Reviews) Run(ctx context.Context, now time.Time) error {
	due := r.due(now)
	if len(due) == 0 {
		return nil
	}
	if err := os.MkdirAll(r.Dir, 0o750); err != nil {
		return err
	}
	facts := &report.Collector{}
	if err := eachEvent(ctx, r.Archive, facts.Add); err != nil {
		return err
	}
	for _, week := range due {
		n, err := r.write(facts.Incidents(), week)
		if err != nil {
			return fmt.Errorf("week %s: %w", week.Name, err)
		}
		r.Log.Info("weekly reviews written", zap.String("week", week.Name), zap.Int("teams", n), zap.String("folder", r.Dir))
	}
	return nil
}

// due returns the weeks without reviews, oldest first: the week before the newest instant, and the weeks
// before it back to one that was written. In an empty folder only the last week is due.
func (r *Reviews) due(now time.Time) []measure.Period {
	week := measure.WeekOf(r.At.last(now).AddDate(0, 0, -7))
	var due []measure.Period
	for range catchUp {
		if r.done(week) {
			return due
		}
		due = slices.Insert(due, 0, week)
		week, _ = week.Previous()
	}
	if earlier, err := filepath.Glob(filepath.Join(r.Dir, "????-W??.html")); err != nil || len(earlier) == 0 {
		return due[len(due)-1:]
	}
	return due
}

func (r *Reviews) done(week measure.Period) bool {
	_, err := os.Stat(r.name(week, ""))
	return !errors.Is(err, fs.ErrNotExist)
}

func (r *Reviews) name(week measure.Period, team string) string {
	if team != "" {
		team = "-" + team
	}
	return filepath.Join(r.Dir, week.Name+team+".html")
}

// write writes the reviews of one week and returns the number of teams. A team gets one if its incidents
// opened, or pages were requested, in that week or the week before.
func (r *Reviews) write(incidents []*report.Incident, week measure.Period) (int, error) {
	o := r.Options()
	o.Location, o.Period = r.At.zone, week
	whole, err := report.Make(incidents, o)
	if err != nil {
		return 0, err
	}
	teams := map[string]bool{}
	before, _ := week.Previous()
	for _, i := range incidents {
		if events.CheckID(i.Team) == nil && i.In(before, week) { // other names may not be file names
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

// documents writes a review as Markdown, then as HTML.
func (r *Reviews) documents(made report.Report, name string) error {
	text := strings.TrimSuffix(name, ".html") + ".md"
	if err := files.Replace(text, 0o644, func(w io.Writer) error { return made.Markdown(w) }); err != nil {
		return err
	}
	return files.Replace(name, 0o644, func(w io.Writer) error { return made.HTML(w) })
}
