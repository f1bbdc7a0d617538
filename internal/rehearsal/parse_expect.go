package rehearsal

import "strings"

// expectations reads one expectation, or a list of them.
func (p *parser) expectations(at item) []Expectation {
	if !at.given() {
		return nil
	}
	if at.kind() != "a list" {
		return []Expectation{p.expectation(at)}
	}
	var all []Expectation
	for _, one := range at.list() {
		if !one.given() {
			one.wrong("a mapping")
			continue
		}
		all = append(all, p.expectation(one))
	}
	return all
}

func (p *parser) expectation(at item) Expectation {
	e := Expectation{place: at.place}
	f := at.fields("of", "pages", "not_paged", "status", "priority", "service", "team", "level", "round", "levels",
		"exhausted", "nobody_paged", "nobody_reached", "incidents")
	e.Of = p.name(f["of"])
	if e.Of != "" && f["incidents"].given() {
		f["incidents"].fault("leave of: out", "the number of incidents is not one incident's")
	}
	if len(f) == 0 && at.kind() == "a mapping" || len(f) == 1 && e.Of != "" {
		at.fault("", "nothing is expected here")
	}
	e.Status = word(f["status"], "triggered", "acknowledged", "resolved")
	e.Priority = word(f["priority"], "P1", "P2", "P3", "P4", "P5")
	e.Service, e.Team = word(f["service"]), word(f["team"])
	e.Level, e.Round, e.Incidents = count(f["level"]), count(f["round"]), count(f["incidents"])
	e.Exhausted, e.NobodyPaged, e.NobodyReached = truth(f["exhausted"]), truth(f["nobody_paged"]), truth(f["nobody_reached"])
	p.listed(&e, f)
	return e
}

func (p *parser) listed(e *Expectation, f map[string]item) {
	if pages := f["pages"]; pages.given() {
		e.PagesAt = &place{pages.Line, pages.Column}
		for _, one := range pages.list() {
			e.Pages = append(e.Pages, p.expectedPage(one))
		}
	}
	if levels := f["levels"]; levels.given() {
		e.LevelsAt = &place{levels.Line, levels.Column}
		for _, one := range levels.list() {
			e.Levels = append(e.Levels, p.expectedLevel(one))
		}
	}
	for _, one := range f["not_paged"].list() {
		if w := person(one); w != "" {
			e.NotPaged = append(e.NotPaged, Word{one.place, w})
		}
	}
}

// person reads a word such as person:ana.
func person(at item) string {
	w := at.text()
	if !strings.HasPrefix(w, personPrefix) || w == personPrefix {
		at.fault("write it like person:ana", "a person is expected here, not %s", quote(w))
		return ""
	}
	return w
}

func (p *parser) expectedPage(at item) ExpectedPage {
	f := at.fields("at", "to", "by", "taken", "level", "round", "urgency", "via", "outcome")
	e := ExpectedPage{
		place: at.place, At: f["at"].duration(), By: f["by"].text(), Taken: f["taken"].duration(), Level: f["level"].number(1, 1000),
		Round: f["round"].number(1, 1_000_000), Urgency: f["urgency"].choice("high", "low"), Via: f["via"].text(),
		Outcome: f["outcome"].choice(PageOpen, PageDelayed, PageDelivered, PageFailed, PageSuperseded),
	}
	switch {
	case at.kind() != "a mapping":
		if !at.given() {
			at.wrong("a mapping")
		}
	case !f["to"].given():
		at.fault("say to whom: to: person:ana", "a page to nobody")
	default:
		e.To = person(f["to"])
	}
	return e
}

func (p *parser) expectedLevel(at item) ExpectedLevel {
	f := at.fields("at", "level", "round", "trigger", "kind")
	if len(f) == 0 && (at.kind() == "a mapping" || !at.given()) {
		at.fault("say which: {level: 1}", "a level of which nothing is expected")
	}
	return ExpectedLevel{
		place: at.place, At: f["at"].duration(), Level: f["level"].number(1, 1000), Round: f["round"].number(1, 1_000_000),
		Trigger: f["trigger"].choice("triggered", "reopened", "returned", "unacknowledged", "undeliverable", "nobody", "command"),
		Kind:    f["kind"].choice("functional", "hierarchical"),
	}
}

func word(at item, known ...string) *Word {
	if !at.given() {
		return nil
	}
	s := at.text()
	if len(known) > 0 {
		s = at.choice(known...)
	}
	return &Word{at.place, s}
}

func count(at item) *Count {
	if n := at.number(0, 1_000_000); n != nil {
		return &Count{at.place, *n}
	}
	return nil
}

func truth(at item) *Truth {
	if v := at.flag(); v != nil {
		return &Truth{at.place, *v}
	}
	return nil
}
