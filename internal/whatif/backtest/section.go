package backtest

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tocsin.dev/internal/insight/document"
	"tocsin.dev/internal/insight/measure"
)

// Headline says in one line what the backtest shows.
func (r Result) Headline() string {
	if r.Diff == nil {
		return fmt.Sprintf("%s: %s (%d at night); answered %d, not answered %d, exhausted %d",
			count1(r.Incidents, "incident"), count1(r.Pages, "page"), r.AtNight, r.Answered, r.Unanswered, r.Exhausted)
	}
	d := r.Diff
	pages := fmt.Sprintf("pages %d → %d, at night %d → %d", d.Pages.Before, d.Pages.After, d.AtNight.Before, d.AtNight.After)
	if d.Pageless {
		pages = fmt.Sprintf("%s (%d at night; the record has none)", count1(d.Pages.After, "page"), d.AtNight.After)
	}
	exhausted := fmt.Sprintf("%d → %d", d.Exhausted.Before, d.Exhausted.After)
	if d.Levelless {
		exhausted = strconv.Itoa(d.Exhausted.After)
	}
	return fmt.Sprintf("%s: %s; answered sooner %d, later %d, no longer %d, newly %d; exhausted %s",
		count1(d.Incidents.After, "incident"), pages, d.Incidents.Sooner, d.Incidents.Later, d.Incidents.Nobody, d.Incidents.Somebody, exhausted)
}

func count1(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// Subtitle says what was played.
func (r Result) Subtitle() string {
	against := ""
	if r.Diff != nil {
		against = ", compared with the record"
		if r.Diff.Against == "baseline" {
			against = fmt.Sprintf(", compared with catalog %.12s", r.Baseline)
		}
	}
	return fmt.Sprintf("%s, %s through catalog %.12s%s", periodWords(r.Period, r.whole), count1(r.Inputs, "input"), r.Catalog, against)
}

func periodWords(p measure.Period, whole bool) string {
	switch {
	case whole:
		return "the whole history"
	case p.From.IsZero():
		return "incidents opened before " + stamp(p.To)
	case p.To.IsZero():
		return "incidents opened from " + stamp(p.From) + " on"
	}
	return "incidents opened from " + stamp(p.From) + " to " + stamp(p.To)
}

func stamp(t time.Time) string { return t.Format("2006-01-02 15:04 MST") }

// maxRows is how many rows a table may have; the others are only counted.
const maxRows = 20

// Sections returns the tables; those without rows are left out.
func (r Result) Sections() []document.Section {
	all := []document.Section{r.numbers()}
	if r.Diff != nil {
		all = append(all, r.Diff.peopleTable(), r.Diff.levelTable())
		all = append(all, r.Diff.lists()...)
	} else {
		all = append(all, r.peopleTable(), r.levelTable())
	}
	all = append(all, groups("By service", r.ByService), groups("By team", r.ByTeam), r.notPlayed())
	all = document.WithRows(all...)
	for n := range all {
		all[n] = all[n].Limit(maxRows)
	}
	return all
}

func (r Result) numbers() document.Section {
	if r.Diff == nil {
		return document.Section{Title: "At a glance", Head: []string{"", "number"}, Rows: [][]string{
			{"incidents", strconv.Itoa(r.Incidents)},
			{"answered", strconv.Itoa(r.Answered)},
			{"not answered", strconv.Itoa(r.Unanswered)},
			{"time to answer, p50", seconds(r.TimeToAnswer.P50)},
			{"time to answer, p90", seconds(r.TimeToAnswer.P90)},
			{"exhausted", strconv.Itoa(r.Exhausted)},
			{"pages", strconv.Itoa(r.Pages)},
			{"pages at night", strconv.Itoa(r.AtNight)},
		}}
	}
	d := r.Diff
	row := func(name string, c Change) []string {
		return []string{name, strconv.Itoa(c.Before), strconv.Itoa(c.After), signed(c.After - c.Before)}
	}
	pages, night := row("pages", d.Pages), row("pages at night", d.AtNight)
	if d.Pageless {
		pages[1], pages[3], night[1], night[3] = "not known", "", "not known", ""
	}
	exhausted := row("exhausted", d.Exhausted)
	if d.Levelless {
		exhausted[1], exhausted[3] = "not known", ""
	}
	return document.Section{Title: "At a glance", Head: []string{"", "before", "after", "change"}, Rows: [][]string{
		row("incidents", Change{d.Incidents.Before, d.Incidents.After}),
		row("not answered", d.Unanswered),
		{"time to answer, p50", seconds(d.P50.Before), seconds(d.P50.After), ""},
		exhausted, pages, night,
	}}
}

func signed(n int) string {
	if n == 0 {
		return "="
	}
	return fmt.Sprintf("%+d", n)
}

func seconds(v *float64) string {
	if v == nil {
		return "–"
	}
	return time.Duration(*v * float64(time.Second)).Round(time.Second).String()
}

func (r Result) peopleTable() document.Section {
	s := document.Section{Title: "Who is paged", Head: []string{"", "pages", "at night", "incidents", "answered"}}
	for _, p := range r.ByPerson {
		if p.Pages == 0 {
			continue // people who only answer are in the JSON
		}
		s.Rows = append(s.Rows, []string{p.Person, strconv.Itoa(p.Pages), strconv.Itoa(p.AtNight), strconv.Itoa(p.Incidents), strconv.Itoa(p.Answered)})
	}
	return s
}

func (d *Diff) peopleTable() document.Section {
	s := document.Section{Title: "Who is paged", Head: []string{"", "before", "after", "change", "at night", "earlier", "later", "new", "no longer"}}
	for _, p := range d.People {
		before, change, night := strconv.Itoa(p.Before), signed(p.After-p.Before), fmt.Sprintf("%d → %d", p.AtNightBefore, p.AtNightAfter)
		if d.Pageless {
			before, change, night = "not known", "", strconv.Itoa(p.AtNightAfter)
		}
		s.Rows = append(s.Rows, []string{
			p.Person, before, strconv.Itoa(p.After), change, night,
			strconv.Itoa(p.Earlier), strconv.Itoa(p.Later), strconv.Itoa(p.Added), strconv.Itoa(p.Removed),
		})
	}
	return s
}

func (r Result) levelTable() document.Section {
	s := document.Section{Title: "How far incidents climb", Head: []string{"highest level", "incidents", "pages of the level"}}
	for _, l := range r.ByLevel {
		s.Rows = append(s.Rows, []string{levelName(l.Level), strconv.Itoa(l.Incidents), strconv.Itoa(l.Pages)})
	}
	return s
}

func (d *Diff) levelTable() document.Section {
	s := document.Section{Title: "How far incidents climb", Head: []string{"highest level", "before", "after", "change"}}
	if d.Levelless { // there is nothing to compare
		s.Head = []string{"highest level", "after"}
	}
	for _, l := range d.Levels {
		if d.Levelless {
			if l.After > 0 {
				s.Rows = append(s.Rows, []string{levelName(l.Level), strconv.Itoa(l.After)})
			}
			continue
		}
		s.Rows = append(s.Rows, []string{levelName(l.Level), strconv.Itoa(l.Before), strconv.Itoa(l.After), signed(l.After - l.Before)})
	}
	return s
}

// lists has the incidents for which something changes.
func (d *Diff) lists() []document.Section {
	titles := []struct{ how, title string }{
		{"nobody", "No longer answered"},
		{"later", "Answered later"},
		{"sooner", "Answered sooner"},
		{"somebody", "Newly answered"},
		{"only_before", "Incidents that no longer open"},
		{"only_after", "New incidents"},
	}
	var all []document.Section
	for _, t := range titles {
		s := document.Section{Title: t.title, Head: []string{"incident", "opened", "service", "answered before", "after", "title"}, Detail: true}
		for _, m := range d.Incidents.Lists {
			if m.How == t.how {
				s.Rows = append(s.Rows, []string{
					brief(m.Incident), stamp(m.OpenedAt.UTC()), m.Service, reply(m.OpenedAt, m.Before, m.ByBefore), reply(m.OpenedAt, m.After, m.ByAfter), m.Title,
				})
			}
		}
		all = append(all, s)
	}
	return all
}

// brief shortens an incident's id, or the dedup key that names it, to what is enough to find it.
func brief(incident string) string {
	if len(incident) == 36 && strings.Count(incident, "-") == 4 {
		return incident[:8]
	}
	if r := []rune(incident); len(r) > 32 {
		return string(r[:31]) + "…"
	}
	return incident
}

func reply(opened time.Time, at *time.Time, by string) string {
	if at == nil {
		return "nobody"
	}
	words := "after " + at.Sub(opened).Round(time.Second).String()
	if by != "" {
		words += " by " + by
	}
	return words
}

func groups(title string, all []ServicePages) document.Section {
	s := document.Section{Title: title, Head: []string{"", "incidents", "pages", "not answered", "exhausted"}, Detail: true}
	for _, one := range all {
		name := one.Name
		if name == "" {
			name = "none"
		}
		s.Rows = append(s.Rows, []string{name, strconv.Itoa(one.Incidents), strconv.Itoa(one.Pages), strconv.Itoa(one.Unanswered), strconv.Itoa(one.Exhausted)})
	}
	return s
}

// notPlayed has what was left out, and what had no effect.
func (r Result) notPlayed() document.Section {
	s := document.Section{Title: "Not played, or without effect", Head: []string{"what", "how often"}, Detail: true}
	for _, name := range sortedKeys(r.LeftOut) {
		s.Rows = append(s.Rows, []string{name, strconv.Itoa(r.LeftOut[name])})
	}
	for _, name := range sortedKeys(r.Refused) {
		s.Rows = append(s.Rows, []string{name + " that changed nothing", strconv.Itoa(r.Refused[name])})
	}
	if r.Disorder > 0 {
		s.Rows = append(s.Rows, []string{"facts out of order, sorted by time", strconv.Itoa(r.Disorder)})
	}
	return s
}

// Footnote lists the assumptions.
func (r Result) Footnote() string {
	return "Assumptions: " + strings.Join(r.Assumptions, "; ") + "."
}
