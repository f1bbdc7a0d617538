package shadow

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin.dev/internal/insight/document"
	"tocsin.dev/internal/insight/measure"
)

// Title names the comparison and its period.
func (c Comparison) Title() string {
	return "Shadow run beside the present pager: " + spelled(c.Period)
}

func spelled(p measure.Period) string {
	day := func(t time.Time) string {
		if t.Hour()+t.Minute()+t.Second() == 0 {
			return t.Format(time.DateOnly)
		}
		return t.Format("2006-01-02 15:04")
	}
	switch {
	case p.From.IsZero() && p.To.IsZero():
		return "everything"
	case p.From.IsZero():
		return "before " + day(p.To)
	case p.To.IsZero():
		return "from " + day(p.From)
	case p.From.AddDate(0, 0, 1).Equal(p.To):
		return day(p.From)
	}
	return day(p.From) + " to " + day(p.To)
}

// Footnote says how to read the tables.
const Footnote = "A person counts once a case, with the first page on each side. A page of ours after somebody had answered there counts apart: " +
	"a shadow run does not hear of that answer, and would not have sent the page had it been given here."

// Sections returns the tables that have rows.
func (c Comparison) Sections() []document.Section {
	return document.WithRows(c.glance(), c.persons(), c.list("Missed: paged by them, and by us nobody", missed), c.list("Extra: paged by us, and by them nobody", extra), c.differences())
}

func (c Comparison) glance() document.Section {
	s := document.Section{Title: "At a glance", Head: []string{"", ""}}
	row := func(name, value string) { s.Rows = append(s.Rows, []string{name, value}) }
	n := strconv.Itoa
	row("their alerts", n(c.Alerts))
	row("our incidents", n(c.Incidents))
	row("about the same thing", n(c.Matched))
	row("known to them alone", n(c.OnlyTheirs))
	row("known to us alone", n(c.OnlyOurs))
	row("missed by us: they paged, and we nobody", n(c.Missed))
	row("missed by them: we paged, and they nobody", n(c.Extra))
	row("persons paged by both at about the same time", n(c.Pages.Same))
	row("by both, by us earlier", n(c.Pages.Earlier))
	row("by both, by us later", n(c.Pages.Later))
	row("by them alone", n(c.Pages.Theirs))
	row("by us alone", n(c.Pages.Ours))
	row("by us alone, after an answer there", n(c.Pages.Answered))
	if d := c.Delay; d.Count > 0 {
		row("ours after theirs: median, 90th percentile, most", fmt.Sprintf("%s, %s, %s", seconds(*d.P50), seconds(*d.P90), seconds(*d.Most)))
	}
	return s
}

func seconds(s float64) string {
	d := time.Duration(s * float64(time.Second)).Round(time.Second)
	if d > 0 {
		return "+" + d.String()
	}
	return d.String()
}

func (c Comparison) persons() document.Section {
	s := document.Section{Title: "People", Head: []string{"person", "same time", "by us earlier", "by us later", "by them alone", "by us alone", "by us after an answer there"}}
	for _, id := range slices.Sorted(maps.Keys(c.People)) {
		t := c.People[id]
		row := []string{id}
		for _, n := range []int{t.Same, t.Earlier, t.Later, t.Theirs, t.Ours, t.Answered} {
			row = append(row, strconv.Itoa(n))
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}

func (one Case) paged() (theirs, ours bool) {
	for _, p := range one.People {
		theirs = theirs || !p.Theirs.IsZero()
		ours = ours || !p.Ours.IsZero() && p.Verdict != Answered
	}
	return theirs, ours
}

func missed(one Case) bool { theirs, ours := one.paged(); return theirs && !ours }

func extra(one Case) bool { theirs, ours := one.paged(); return ours && !theirs }

// list is the table of the cases that fit.
func (c Comparison) list(title string, fits func(Case) bool) document.Section {
	s := document.Section{Title: title, Head: []string{"opened", "service", "title", "theirs", "ours", "people"}}
	for _, one := range c.Cases {
		if fits(one) {
			s.Rows = append(s.Rows, []string{
				one.Opened.UTC().Format("2006-01-02 15:04:05"), one.Service, one.Title, strings.Join(one.Theirs, " "), brief(one.Ours), names(one.People),
			})
		}
	}
	return s
}

// differences lists, for cases that both sides paged for, the people they treated differently.
func (c Comparison) differences() document.Section {
	s := document.Section{Title: "Differences in cases that both paged for", Head: []string{"opened", "title", "person", "their page", "our page", "difference"}}
	at := func(t time.Time) string {
		if t.IsZero() {
			return "–"
		}
		return t.UTC().Format("15:04:05")
	}
	for _, one := range c.Cases {
		if theirs, ours := one.paged(); !theirs || !ours {
			continue
		}
		for _, p := range one.People {
			if p.Verdict == Same {
				continue
			}
			s.Rows = append(s.Rows, []string{one.Opened.UTC().Format("2006-01-02 15:04:05"), one.Title, p.Person, at(p.Theirs), at(p.Ours), p.difference()})
		}
	}
	return s
}

func (p Paged) difference() string {
	switch p.Verdict {
	case Theirs:
		return "by them alone"
	case Ours:
		return "by us alone"
	case Answered:
		return "by us alone, after an answer there"
	}
	return seconds(*p.Seconds)
}

func names(people []Paged) string {
	all := make([]string, len(people))
	for i, p := range people {
		all[i] = p.Person
	}
	return strings.Join(all, ", ")
}

func brief(ids []string) string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = id[:min(len(id), 8)]
	}
	return strings.Join(all, " ")
}

// Markdown writes the comparison as a document. Names from either side cannot become markup.
func (c Comparison) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", document.Literal(c.Title()))
	for _, s := range c.Sections() {
		s.Markdown(&b, "##")
	}
	fmt.Fprintf(&b, "\n%s\n", Footnote)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write comparison: %w", err)
	}
	return nil
}
