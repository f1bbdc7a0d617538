package rehearsal

import (
	"slices"
	"strings"

	"tocsin.dev/internal/rules/escalation"
)

// commandKeys are what commands have besides of, by and refused.
var commandKeys = map[Verb][]string{
	Ack: {"note"}, Unack: {"note"}, Resolve: {"note"}, Reopen: {"note"}, Wake: {"note"}, Resume: {"note"}, CancelClocks: {"note"},
	Escalate:   {"note", "level", "to", "up"},
	Note:       {"text"},
	Snooze:     {"note", "for", "until"},
	Assign:     {"note", "to"},
	Responders: {"note", "targets"},
	Priority:   {"note", "to", "impact", "urgency"},
	Merge:      {"note", "into"},
	Split:      {"note", "alerts", "title"},
	Role:       {"note", "role", "person"},
	Task:       {"text", "owner", "done"},
	Close:      {"note", "outcome", "cause"},
	Pause:      {"note", "for", "until"},
}

// command reads what a person asks of an incident.
func (p *parser) command(s *Step, at, body item) {
	f := body.fields(append([]string{"of", "by", "refused"}, commandKeys[s.Verb]...)...)
	s.Of, s.By, s.Text = p.name(f["of"]), f["by"].text(), first(f["note"].text(), f["text"].text())
	if v := f["refused"].flag(); v != nil {
		s.Refused = *v
	}
	switch s.Verb {
	case Note:
		if s.Text == "" {
			at.fault("write it as note: {text: …}", "a note without text")
		}
	case Escalate:
		s.escalate(f)
	case Snooze, Pause:
		s.until(at, f)
	case Assign:
		if !f["to"].given() {
			at.fault("say to whom: to: person:bo", "an assignment to nobody")
			return
		}
		s.Request.Person = person(f["to"])
	case Priority:
		s.priority(at, f)
	case Responders, Merge, Split:
		p.gathering(s, at, f)
	case Role, Task, Close:
		s.books(at, f)
	}
}

func (s *Step) escalate(f map[string]item) {
	if n := f["level"].number(1, 1000); n != nil {
		s.Request.Level = *n
	}
	if up := f["up"].flag(); up != nil {
		s.Request.Up = *up
	}
	s.Request.Team = f["to"].text()
	if f["level"].given() && f["to"].given() || f["up"].given() && (f["level"].given() || f["to"].given()) {
		f["level"].or(f["to"]).fault("give one of level, to, up", "an escalation to two places")
	}
}

// or gives another item where this one was not given.
func (i item) or(other item) item {
	if i.given() {
		return i
	}
	return other
}

// until reads how long a snooze or a pause lasts.
func (s *Step) until(at item, f map[string]item) {
	switch {
	case f["for"].given() && f["until"].given():
		f["until"].fault("give one of for, until", "two ends")
	case f["for"].given():
		if d := f["for"].duration(); d != nil {
			s.Request.Until = When{For: *d, set: true}
		}
	case f["until"].given():
		t := f["until"].instant()
		s.Request.Until = When{At: t, set: !t.IsZero()}
	case s.Verb == Snooze:
		at.fault("write it as snooze: {for: 2h}", "a snooze without an end")
	}
}

func (s *Step) priority(at item, f map[string]item) {
	s.Request.Priority = f["to"].choice("P1", "P2", "P3", "P4", "P5")
	s.Request.Impact, s.Request.Urgency = f["impact"].text(), f["urgency"].text()
	named, measured := f["to"].given(), f["impact"].given() && f["urgency"].given()
	if named == measured || named && (f["impact"].given() || f["urgency"].given()) {
		at.fault("write it as priority: {to: P1} or priority: {impact: high, urgency: low}", "a priority is a name, or both impact and urgency")
	}
}

// gathering reads what brings people or alerts together, or apart.
func (p *parser) gathering(s *Step, at item, f map[string]item) {
	switch s.Verb {
	case Responders:
		for _, one := range f["targets"].list() {
			word := one.text()
			if _, ok := escalation.ParseTarget(word); !ok {
				one.fault("write it like person:cleo, schedule:dba, team:db or role:lead", "%s is not a target", quote(word))
			}
			s.Request.Targets = append(s.Request.Targets, word)
		}
		if len(s.Request.Targets) == 0 {
			at.fault("say who: targets: [person:cleo]", "a call for help to nobody")
		}
	case Merge:
		if s.Request.Into = p.name(f["into"]); !f["into"].given() {
			at.fault("name an alert of the other incident: into: a", "a merge into nothing")
		}
	default:
		for _, one := range f["alerts"].list() {
			s.Request.Alerts = append(s.Request.Alerts, p.name(one))
		}
		if s.Request.Title = f["title"].text(); len(s.Request.Alerts) == 0 {
			at.fault("name the alerts that are to go: alerts: [a]", "a split without alerts")
		}
	}
}

// books reads what is noted about the response.
func (s *Step) books(at item, f map[string]item) {
	switch s.Verb {
	case Role:
		if s.Request.Role = f["role"].choice("incident-manager", "communications", "scribe"); !f["role"].given() {
			at.fault("write it as role: {role: scribe, person: person:bo}", "a role without its name")
		}
		if f["person"].given() {
			s.Request.Person = person(f["person"])
		}
	case Task:
		if f["owner"].given() {
			s.Request.Person = person(f["owner"])
		}
		if n := f["done"].number(1, 1000); n != nil {
			s.Request.Done = *n
		}
		if f["text"].given() == f["done"].given() {
			at.fault("write it as task: {text: …}, and later task: {done: 1}", "a task is a text, or the number of one that is done")
		}
	case Close:
		s.Request.Cause = f["cause"].text()
		if s.Request.Outcome = f["outcome"].choice(outcomeWords...); !f["outcome"].given() {
			at.fault("known here: "+strings.Join(outcomeWords, ", "), "books are closed with an outcome")
		}
	}
}

// outcomeWords are with what books are closed, as in [events.IncidentClosed].
var outcomeWords = []string{"fixed", "workaround", "duplicate", "false-alarm", "expected", "unexplained"}

// override reads a change of who is on call.
func (p *parser) override(s *Step, at, body item) {
	f := body.fields("as", "schedule", "kind", "people", "replaces", "from", "to", "shifts", "by", "note", "refused")
	s.By, s.Text = f["by"].text(), f["note"].text()
	if v := f["refused"].flag(); v != nil {
		s.Refused = *v
	}
	s.Cover = Cover{
		ID: f["as"].text(), Schedule: f["schedule"].text(), Kind: first(f["kind"].choice("override", "swap", "temporary", "shadow"), "override"),
		People: persons(f["people"]), From: f["from"].when(), To: f["to"].when(),
	}
	if f["replaces"].given() {
		s.Cover.Replaces = person(f["replaces"])
	}
	for _, one := range f["shifts"].list() {
		g := one.fields("people", "from", "to")
		s.Cover.Shifts = append(s.Cover.Shifts, Shift{People: persons(g["people"]), From: g["from"].when(), To: g["to"].when()})
	}
	switch {
	case s.Cover.Schedule == "":
		at.fault("say which: schedule: payments-primary", "an override of no schedule")
	case !f["to"].given():
		at.fault("say until when, since the start of the case: to: 8h", "an override without an end")
	case s.Cover.ID != "" && slices.Contains(p.covers, s.Cover.ID):
		f["as"].fault("give each override a name of its own", "a second override of the name %s", quote(s.Cover.ID))
	}
	if s.Cover.ID != "" {
		p.covers = append(p.covers, s.Cover.ID)
	}
}

func persons(list item) []string {
	var all []string
	for _, one := range list.list() {
		all = append(all, person(one))
	}
	return all
}

// withdraw reads that an override is taken back.
func (p *parser) withdraw(s *Step, at, body item) {
	f := body.fields("override", "by", "refused")
	s.By, s.Cover.ID = f["by"].text(), f["override"].text()
	if v := f["refused"].flag(); v != nil {
		s.Refused = *v
	}
	switch {
	case s.Cover.ID == "":
		at.fault("write it as withdraw: {override: NAME}", "a withdrawal of nothing")
	case !slices.Contains(p.covers, s.Cover.ID):
		f["override"].fault("name an earlier override with as:", "there is no override %s above", quote(s.Cover.ID))
	}
}
