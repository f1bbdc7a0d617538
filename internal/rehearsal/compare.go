package rehearsal

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// check holds each expectation against the story so far.
func (p *player) check(all []Expectation) {
	if len(all) == 0 {
		return
	}
	story := p.rehearsal.Story()
	for _, e := range all {
		p.one(e, story)
	}
}

// comparison collects one expectation's lines and the first place where it is not met.
type comparison struct {
	start time.Time
	lines []DiffLine
	at    place
	found bool
}

func (p *player) one(e Expectation, s Story) {
	c := comparison{start: p.of.Start, at: e.place}
	id := ""
	if e.Of != "" || e.aboutOne() {
		var problem string
		if id, problem = p.incident(e.Of); problem != "" {
			p.fail(e.place, "%s", problem)
			return
		}
	}
	c.scalars(e, s, id)
	if e.Of == "" {
		id = "" // pages and levels of all incidents
	}
	c.lists(e, s, id)
	if !changed(c.lines) {
		return
	}
	p.fail(c.at, "%s", "not as expected")
	p.result.Failures[len(p.result.Failures)-1].Diff = c.lines
}

// aboutOne says that the expectation speaks of one incident's own state.
func (e Expectation) aboutOne() bool {
	return e.Status != nil || e.Priority != nil || e.Service != nil || e.Team != nil || e.Level != nil || e.Round != nil || e.Exhausted != nil
}

func (c *comparison) scalars(e Expectation, s Story, id string) {
	if e.Incidents != nil {
		c.scalar("incidents", e.Incidents.place, strconv.Itoa(e.Incidents.Want), strconv.Itoa(len(s.Incidents)))
	}
	for _, i := range s.Incidents {
		if i.ID == id {
			c.incident(e, i)
		}
	}
	only := ""
	if e.Of != "" {
		only = id
	}
	pages := 0
	for _, page := range s.Pages {
		if only == "" || page.Incident == only {
			pages++
		}
	}
	if t := e.NobodyPaged; t != nil {
		c.scalar("nobody_paged", t.place, strconv.FormatBool(t.Want), strconv.FormatBool(pages == 0))
	}
	if t := e.NobodyReached; t != nil {
		c.scalar("nobody_reached", t.place, strconv.FormatBool(t.Want), strconv.FormatBool(!s.Reached(only)))
	}
}

func (c *comparison) incident(e Expectation, i Incident) {
	for _, w := range []struct {
		name string
		want *Word
		got  string
	}{{"status", e.Status, i.Status}, {"priority", e.Priority, i.Priority}, {"service", e.Service, i.Service}, {"team", e.Team, i.Team}} {
		if w.want != nil {
			c.scalar(w.name, w.want.place, w.want.Want, w.got)
		}
	}
	for _, n := range []struct {
		name string
		want *Count
		got  int
	}{{"level", e.Level, i.Level}, {"round", e.Round, i.Round}} {
		if n.want != nil {
			c.scalar(n.name, n.want.place, strconv.Itoa(n.want.Want), strconv.Itoa(n.got))
		}
	}
	if t := e.Exhausted; t != nil {
		c.scalar("exhausted", t.place, strconv.FormatBool(t.Want), strconv.FormatBool(i.Exhausted))
	}
}

func (c *comparison) scalar(name string, at place, want, got string) {
	if want == got {
		c.lines = append(c.lines, DiffLine{' ', name + " " + got})
		return
	}
	c.miss(at)
	c.lines = append(c.lines, DiffLine{'-', name + " " + want}, DiffLine{'+', name + " " + got})
}

// miss remembers the first place that is not met.
func (c *comparison) miss(at place) {
	if !c.found {
		c.at, c.found = at, true
	}
}

func (c *comparison) lists(e Expectation, s Story, id string) {
	var pages []Page
	for _, p := range s.Pages {
		if id == "" || p.Incident == id {
			pages = append(pages, p)
		}
	}
	var levels []Level
	for _, l := range s.Levels {
		if (id == "" || l.Incident == id) && !l.Exhausted {
			levels = append(levels, l)
		}
	}
	if e.PagesAt != nil {
		lines, bad := diff(
			side{len(e.Pages), func(n int) string { return c.wantPage(e.Pages[n]) }},
			side{len(pages), func(n int) string { return c.gotPage(pages[n]) }},
			func(w, g int) bool { return c.samePage(e.Pages[w], pages[g]) },
		)
		c.list(lines, bad, *e.PagesAt, func(n int) place { return e.Pages[n].place })
	}
	if e.LevelsAt != nil {
		lines, bad := diff(
			side{len(e.Levels), func(n int) string { return c.wantLevel(e.Levels[n]) }},
			side{len(levels), func(n int) string { return c.gotLevel(levels[n]) }},
			func(w, g int) bool { return c.sameLevel(e.Levels[w], levels[g]) },
		)
		c.list(lines, bad, *e.LevelsAt, func(n int) place { return e.Levels[n].place })
	}
	c.notPaged(e.NotPaged, pages)
}

func (c *comparison) list(lines []DiffLine, bad int, whole place, at func(int) place) {
	if bad >= 0 {
		c.miss(at(bad))
	} else if changed(lines) {
		c.miss(whole)
	}
	c.lines = append(c.lines, lines...)
}

func (c *comparison) notPaged(all []Word, pages []Page) {
	for _, w := range all {
		paged := false
		for _, p := range pages {
			if p.To != w.Want {
				continue
			}
			if !paged {
				c.lines = append(c.lines, DiffLine{'-', "not paged " + w.Want})
			}
			paged = true
			c.miss(w.place)
			c.lines = append(c.lines, DiffLine{'+', c.gotPage(p)})
		}
		if !paged {
			c.lines = append(c.lines, DiffLine{' ', "not paged " + w.Want})
		}
	}
}

func (c *comparison) after(at time.Time) time.Duration { return at.Sub(c.start) }

func (c *comparison) samePage(e ExpectedPage, p Page) bool {
	return e.To == p.To && (e.At == nil || *e.At == c.after(p.At)) && (e.By == "" || e.By == p.By) &&
		(e.Taken == nil || p.Outcome == PageDelivered && *e.Taken == c.after(p.EndedAt)) &&
		same(e.Level, p.Level) && same(e.Round, p.Round) && either(e.Urgency, p.Urgency) && either(e.Via, p.Via) && either(e.Outcome, p.Outcome)
}

func same(want *int, got int) bool { return want == nil || *want == got }

func either(want, got string) bool { return want == "" || want == got }

func (c *comparison) sameLevel(e ExpectedLevel, l Level) bool {
	return (e.At == nil || *e.At == c.after(l.At)) && same(e.Level, l.Level) && same(e.Round, l.Round) &&
		either(e.Trigger, l.Trigger) && either(e.Kind, l.Kind)
}

func (c *comparison) wantPage(e ExpectedPage) string {
	var b strings.Builder
	b.WriteString("page " + orAny(e.At) + " " + e.To)
	if e.By != "" {
		b.WriteString(" by " + e.By)
	}
	if e.Taken != nil {
		b.WriteString(", taken " + Brief(*e.Taken))
	}
	places(&b, e.Level, e.Round)
	for _, w := range []string{e.Urgency, e.Via, e.Outcome} {
		if w != "" {
			b.WriteString(", " + w)
		}
	}
	return b.String()
}

func (c *comparison) gotPage(p Page) string {
	took := " " + p.Outcome
	if p.Outcome == PageDelivered {
		took = " by " + p.By
		if p.EndedAt.After(p.At) {
			took += ", taken " + Brief(c.after(p.EndedAt))
		}
	}
	via := ""
	if p.Via != "" {
		via = ", " + p.Via
	}
	return fmt.Sprintf("page %s %s%s, level %d, round %d, %s%s (%s)", Brief(c.after(p.At)), p.To, took, p.Level, p.Round, p.Urgency, via, p.Why)
}

func (c *comparison) wantLevel(e ExpectedLevel) string {
	var b strings.Builder
	b.WriteString("reached " + orAny(e.At))
	places(&b, e.Level, e.Round)
	for _, w := range []string{e.Kind, e.Trigger} {
		if w != "" {
			b.WriteString(", " + w)
		}
	}
	return b.String()
}

func (c *comparison) gotLevel(l Level) string {
	kind := ""
	if l.Kind != "" {
		kind = ", " + l.Kind
	}
	return fmt.Sprintf("reached %s, level %d, round %d%s, %s", Brief(c.after(l.At)), l.Level, l.Round, kind, l.Trigger)
}

func places(b *strings.Builder, level, round *int) {
	if level != nil {
		fmt.Fprintf(b, ", level %d", *level)
	}
	if round != nil {
		fmt.Fprintf(b, ", round %d", *round)
	}
}

func orAny(d *time.Duration) string {
	if d == nil {
		return "at any time"
	}
	return Brief(*d)
}
