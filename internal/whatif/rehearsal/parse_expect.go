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
	f := at.fields("of", "pages", "not_paged", "status", "priority", "service", "team", "policy", "assignee", "outcome", "level", "round",
		"levels", "held", "triggers", "clocks", "exhausted", "nobody_paged", "nobody_reached", "incidents")
	e.Of = p.name(f["of"])
	if e.Of != "" && f["incidents"].given() {
		f["incidents"].fault("leave of: out", "the number of incidents is not one incident's")
	}
	if len(f) == 0 && at.kind() == "a mapping" || len(f) == 1 && e.Of != "" {
		at.fault("", "nothing is expected here")
	}
	e.Status = word(f["status"], "triggered", "acknowledged", "snoozed", "resolved")
	e.Priority = word(f["priority"], "P1", "P2", "P3", "P4", "P5")
	e.Service, e.Team, e.Policy = word(f["service"]), word(f["team"]), word(f["policy"])
	e.Outcome = word(f["outcome"], outcomeWords...)
	if who := f["assignee"]; who.given() && who.text() == nobody {
		e.Assignee = &Word{who.place, nobody}
	} else if who.given() {
		e.Assignee = &Word{who.place, person(who)}
	}
	e.Level, e.Round, e.Incidents = count(f["level"]), count(f["round"]), count(f["incidents"])
	e.Exhausted, e.NobodyPaged, e.NobodyReached = truth(f["exhausted"]), truth(f["nobody_paged"]), truth(f["nobody_reached"])
	e.Pages, e.Levels = listed(f["pages"], expectedPage), listed(f["levels"], expectedLevel)
	e.Held, e.Triggers = listed(f["held"], expectedHold), listed(f["triggers"], expectedTrigger)
	for _, one := range f["clocks"].list() {
		e.Clocks = append(e.Clocks, expectedClock(one))
	}
	for _, one := range f["not_paged"].list() {
		if w := paged(one); w != "" {
			e.NotPaged = append(e.NotPaged, Word{one.place, w})
		}
	}
	return e
}

// nobody is the word of an assignee who is not there.
const nobody = "nobody"

// listed reads a list; nil where none was given.
func listed[T any](at item, read func(item) T) *Listed[T] {
	if !at.given() {
		return nil
	}
	l := &Listed[T]{place: at.place}
	for _, one := range at.list() {
		l.Want = append(l.Want, read(one))
	}
	return l
}

// person reads a word such as person:ana.
func person(at item) string {
	w := at.text()
	if at.given() && at.kind() != "a single value" {
		return "" // that was told
	}
	if !strings.HasPrefix(w, personPrefix) || w == personPrefix {
		at.fault("write it like person:ana", "a person is expected here, not %s", quote(w))
		return ""
	}
	return w
}

// paged reads a word of what pages go to, such as person:ana or chat:ops-room.
func paged(at item) string {
	w := at.text()
	if at.given() && at.kind() != "a single value" {
		return "" // that was told
	}
	if !reachable(w) {
		at.fault("write it like person:ana, chat:ops-room or webhook:status-page", "%s is not a person, a room or a machine", quote(w))
		return ""
	}
	return w
}

// entryFields reads the fields of one entry of an expected list; an entry without any is a fault.
func entryFields(at item, noun, hint string, known ...string) map[string]item {
	f := at.fields(known...)
	if len(f) == 0 && (at.kind() == "a mapping" || !at.given()) {
		at.fault(hint, "a %s of which nothing is expected", noun)
	}
	return f
}

func expectedPage(at item) ExpectedPage {
	f := at.fields("at", "to", "by", "taken", "level", "round", "urgency", "via", "outcome", "why", "late")
	e := ExpectedPage{
		place: at.place, At: f["at"].duration(), By: f["by"].text(), Taken: f["taken"].duration(), Level: f["level"].number(0, 1000),
		Round: f["round"].number(1, 1_000_000), Urgency: f["urgency"].choice("high", "low"), Via: f["via"].text(),
		Outcome: f["outcome"].choice(PageOpen, PageDelayed, PageDelivered, PageFailed, PageSuperseded),
		Why:     f["why"].text(), Late: f["late"].duration(),
	}
	switch {
	case at.kind() != "a mapping":
		if !at.given() {
			at.wrong("a mapping")
		}
	case !f["to"].given():
		at.fault("say to whom: to: person:ana", "a page to nobody")
	default:
		e.To = paged(f["to"])
	}
	return e
}

func expectedLevel(at item) ExpectedLevel {
	f := entryFields(at, "level", "say which: {level: 1}", "at", "level", "round", "trigger", "kind", "why")
	return ExpectedLevel{
		place: at.place, At: f["at"].duration(), Level: f["level"].number(1, 1000), Round: f["round"].number(1, 1_000_000),
		Trigger: f["trigger"].choice("triggered", "reopened", "returned", "woken", "unacknowledged", "undeliverable", "nobody", "condition",
			"held", "transferred", "assigned", "trigger", "command"),
		Kind: f["kind"].choice("functional", "hierarchical"), Why: f["why"].text(),
	}
}

func expectedHold(at item) ExpectedHold {
	f := entryFields(at, "held level", "say which: {level: 1}", "at", "level", "for", "until")
	return ExpectedHold{
		place: at.place, At: f["at"].duration(), Level: f["level"].number(1, 1000),
		For: f["for"].choice("working_hours", "on_call"), Until: f["until"].when(),
	}
}

func expectedTrigger(at item) ExpectedTrigger {
	f := entryFields(at, "trigger", "say which: {on: unresolved}", "at", "on", "pages", "why")
	e := ExpectedTrigger{
		place: at.place, At: f["at"].duration(), Why: f["why"].text(),
		On: f["on"].choice("unacknowledged", "unresolved", "open", "response", "resolution", "priority_raised", "nobody", "undeliverable",
			"spike", "command"),
	}
	if f["pages"].given() {
		e.Pages = []string{}
	}
	for _, one := range f["pages"].list() {
		e.Pages = append(e.Pages, paged(one))
	}
	return e
}

func expectedClock(at item) ExpectedClock {
	f := at.fields("clock", "due", "none", "at_risk", "breached", "met")
	e := ExpectedClock{
		place: at.place, Clock: f["clock"].choice("response", "resolution"),
		AtRisk: f["at_risk"].flag(), Breached: f["breached"].flag(), Met: f["met"].flag(),
	}
	if none := f["none"].flag(); none != nil {
		e.None = *none
	}
	if due := f["due"]; due.given() && due.text() == "never" {
		e.Never = true
	} else {
		e.Due = due.when()
	}
	switch {
	case at.kind() != "a mapping":
		if !at.given() {
			at.wrong("a mapping")
		}
	case !f["clock"].given():
		at.fault("one of response, resolution", "a clock without its name")
	case len(f) == 1:
		at.fault("known here: due, none, at_risk, breached, met", "a clock of which nothing is expected")
	case e.None && len(f) > 2:
		at.fault("leave the rest out", "a clock that is not there has nothing else")
	}
	return e
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
