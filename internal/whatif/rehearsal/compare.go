package rehearsal

import (
	"cmp"
	"strconv"
	"time"
)

// check compares each expectation with the story so far.
func (p *player) check(all []Expectation) {
	if len(all) == 0 {
		return
	}
	p.rehearsal.Until(p.rehearsal.Now()) // after an outage, or when a step made something due at once
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

// aboutOne reports whether the expectation is about the state of one incident.
func (e Expectation) aboutOne() bool {
	return e.Status != nil || e.Priority != nil || e.Service != nil || e.Team != nil || e.Policy != nil || e.Assignee != nil ||
		e.Outcome != nil || e.Level != nil || e.Round != nil || e.Exhausted != nil || len(e.Clocks) > 0
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
	if t := e.NobodyPaged; t != nil {
		c.scalar("nobody_paged", t.place, strconv.FormatBool(t.Want), strconv.FormatBool(!s.paged(only)))
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
	}{
		{"status", e.Status, i.Status},
		{"priority", e.Priority, i.Priority},
		{"service", e.Service, i.Service},
		{"team", e.Team, i.Team},
		{"policy", e.Policy, i.Policy},
		{"assignee", e.Assignee, cmp.Or(i.Assignee, nobody)},
		{"outcome", e.Outcome, i.Outcome},
	} {
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
	for _, want := range e.Clocks {
		c.clock(want, i.Clocks)
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
