package rehearsal

import "tocsin.dev/internal/yamlfile"

// nobody is the word for an assignee that is not set, and for an empty list of targets.
const nobody = "nobody"

// expectations reads one expectation, or a list of them.
func (p *parser) expectations(at yamlfile.Value) []Expectation {
	switch {
	case !at.Given():
		return nil
	case !at.IsList():
		return []Expectation{p.expectation(at)}
	}
	var all []Expectation
	for _, one := range at.List() {
		all = append(all, p.expectation(one))
	}
	return all
}

func (p *parser) expectation(at yamlfile.Value) Expectation {
	e := Expectation{place: placeOf(at)}
	f, ok := mapping(at, "of", "pages", "not_paged", "status", "priority", "service", "team", "policy", "assignee", "outcome", "level", "round",
		"levels", "held", "triggers", "clocks", "exhausted", "nobody_paged", "nobody_reached", "incidents")
	if !ok {
		return e
	}
	e.Of = p.name(f["of"])
	if e.Of != "" && f["incidents"].Given() {
		f["incidents"].Fault("leave of: out", "incidents counts all incidents, not those of one alert")
	}
	if len(f) == 0 || len(f) == 1 && e.Of != "" {
		at.Fault("", "nothing is expected here")
	}
	e.Status = word(f["status"], "a status", "triggered", "acknowledged", "snoozed", "resolved")
	e.Priority = word(f["priority"], "a priority", priorities...)
	e.Service, e.Team, e.Policy = word(f["service"], ""), word(f["team"], ""), word(f["policy"], "")
	e.Outcome = word(f["outcome"], "an outcome of an incident", incidentOutcomes...)
	if who := f["assignee"]; who.Given() {
		e.Assignee = &Word{placeOf(who), nobody}
		if who.Text() != nobody {
			e.Assignee.Want = person(who)
		}
	}
	e.Level, e.Round, e.Incidents = count(f["level"]), count(f["round"]), count(f["incidents"])
	e.Exhausted, e.NobodyPaged, e.NobodyReached = truth(f["exhausted"]), truth(f["nobody_paged"]), truth(f["nobody_reached"])
	e.Pages, e.Levels = listed(f["pages"], expectedPage), listed(f["levels"], expectedLevel)
	e.Held, e.Triggers = listed(f["held"], expectedHold), listed(f["triggers"], expectedTrigger)
	for _, one := range f["clocks"].List() {
		e.Clocks = append(e.Clocks, expectedClock(one))
	}
	for _, one := range f["not_paged"].List() {
		if w := recipient(one); w != "" {
			e.NotPaged = append(e.NotPaged, Word{placeOf(one), w})
		}
	}
	return e
}

// listed reads a list; nil when none was given.
func listed[T any](at yamlfile.Value, read func(yamlfile.Value) T) *Listed[T] {
	if !at.Given() {
		return nil
	}
	l := &Listed[T]{place: placeOf(at)}
	for _, one := range at.List() {
		l.Want = append(l.Want, read(one))
	}
	return l
}

// entryFields reads the fields of one entry of an expected list; an entry without any is a fault.
func entryFields(at yamlfile.Value, noun, hint string, known ...string) fields {
	f, ok := mapping(at, known...)
	if ok && len(f) == 0 {
		at.Fault(hint, "nothing is expected of this %s", noun)
	}
	return f
}

func expectedPage(at yamlfile.Value) ExpectedPage {
	f, ok := mapping(at, "at", "to", "by", "taken", "level", "round", "urgency", "via", "outcome", "why", "late")
	if ok && !f["to"].Given() {
		at.Fault("say to whom: to: person:ana", "a page to nobody")
	}
	return ExpectedPage{
		place: placeOf(at), At: duration(f["at"]), To: recipient(f["to"]), By: f["by"].Text(), Taken: duration(f["taken"]),
		Level: number(f["level"], 0, 1000), Round: number(f["round"], 1, 1_000_000), Urgency: f["urgency"].OneOf("an urgency", "high", "low"),
		Via: f["via"].Text(), Why: f["why"].Text(), Late: duration(f["late"]),
		Outcome: f["outcome"].OneOf("an outcome of a page", PageOpen, PageDelayed, PageDelivered, PageFailed, PageSuperseded),
	}
}

func expectedLevel(at yamlfile.Value) ExpectedLevel {
	f := entryFields(at, "level", "say which: {level: 1}", "at", "level", "round", "trigger", "kind", "why")
	return ExpectedLevel{
		place: placeOf(at), At: duration(f["at"]), Level: number(f["level"], 1, 1000), Round: number(f["round"], 1, 1_000_000),
		Trigger: f["trigger"].OneOf("a trigger of a level", "triggered", "reopened", "returned", "woken", "unacknowledged", "undeliverable", "nobody",
			"condition", "held", "transferred", "assigned", "trigger", "command"),
		Kind: f["kind"].OneOf("a kind of level", "functional", "hierarchical"), Why: f["why"].Text(),
	}
}

func expectedHold(at yamlfile.Value) ExpectedHold {
	f := entryFields(at, "held level", "say which: {level: 1}", "at", "level", "for", "until")
	return ExpectedHold{
		place: placeOf(at), At: duration(f["at"]), Level: number(f["level"], 1, 1000),
		For: f["for"].OneOf("something that a level waits for", "working_hours", "on_call"), Until: when(f["until"]),
	}
}

func expectedTrigger(at yamlfile.Value) ExpectedTrigger {
	f := entryFields(at, "trigger", "say which: {on: unresolved}", "at", "on", "pages", "why")
	e := ExpectedTrigger{
		place: placeOf(at), At: duration(f["at"]), Why: f["why"].Text(),
		On: f["on"].OneOf("a trigger", "unacknowledged", "unresolved", "open", "response", "resolution", "priority_raised", "nobody", "undeliverable",
			"spike", "command"),
	}
	if f["pages"].Given() {
		e.Pages = []string{}
	}
	for _, one := range f["pages"].List() {
		e.Pages = append(e.Pages, recipient(one))
	}
	return e
}

func expectedClock(at yamlfile.Value) ExpectedClock {
	f, ok := mapping(at, "clock", "due", "none", "at_risk", "breached", "met")
	e := ExpectedClock{
		place: placeOf(at), Clock: f["clock"].OneOf("a clock", "response", "resolution"), None: f["none"].Flag(),
		AtRisk: flag(f["at_risk"]), Breached: flag(f["breached"]), Met: flag(f["met"]),
	}
	if due := f["due"]; due.Given() && due.Text() == "never" {
		e.Never = true
	} else {
		e.Due = when(due)
	}
	switch {
	case !ok:
	case !f["clock"].Given():
		at.Fault("one of response, resolution", "a clock without its name")
	case len(f) == 1:
		at.Fault("use due, none, at_risk, breached or met", "nothing is expected of this clock")
	case e.None && len(f) > 2:
		at.Fault("leave the other keys out", "a clock with none: true does not exist, and has nothing else")
	}
	return e
}

// word reads a word; what and known bound it unless they are empty.
func word(at yamlfile.Value, what string, known ...string) *Word {
	switch {
	case !at.Given():
		return nil
	case what == "":
		return &Word{placeOf(at), at.Text()}
	}
	return &Word{placeOf(at), at.OneOf(what, known...)}
}

func count(at yamlfile.Value) *Count {
	return optional(at, func() Count { return Count{placeOf(at), at.Number(0, 1_000_000)} })
}

func truth(at yamlfile.Value) *Truth {
	return optional(at, func() Truth { return Truth{placeOf(at), at.Flag()} })
}
