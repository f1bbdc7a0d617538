package rehearsal

import (
	"cmp"
	"slices"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/yamlfile"
	"tocsin.dev/pkg/events"
)

// command is what a person asks of an incident: how a test file writes it, and the event it becomes.
type command struct {
	keys []string // in addition to of, by and refused
	// read reads the request, and reports its faults; nil when there is nothing but a note.
	read func(p *parser, s *Step, at yamlfile.Value, f fields)
	// data makes the event.
	data func(p *player, s Step, c events.Command) events.Data
}

// noted is a command with nothing but a note.
func noted(data func(events.Command) events.Data) command {
	return command{[]string{"note"}, nil, func(_ *player, _ Step, c events.Command) events.Data { return data(c) }}
}

var commands = map[Verb]command{
	Ack:          noted(func(c events.Command) events.Data { return events.AcknowledgementReceived{Command: c} }),
	Unack:        noted(func(c events.Command) events.Data { return events.AcknowledgementWithdrawn{Command: c} }),
	Resolve:      noted(func(c events.Command) events.Data { return events.ResolutionReceived{Command: c} }),
	Reopen:       noted(func(c events.Command) events.Data { return events.ReopeningReceived{Command: c} }),
	Wake:         noted(func(c events.Command) events.Data { return events.SnoozeWithdrawn{Command: c} }),
	Resume:       noted(func(c events.Command) events.Data { return events.PauseWithdrawn{Command: c} }),
	CancelClocks: noted(func(c events.Command) events.Data { return events.ClocksCancelled{Command: c} }),
	Note:         {[]string{"text"}, readNote, func(_ *player, _ Step, c events.Command) events.Data { return events.NoteReceived{Command: c} }},
	Escalate: {[]string{"note", "level", "to", "up"}, readEscalate, func(_ *player, s Step, c events.Command) events.Data {
		return events.EscalationReceived{Command: c, Level: s.Request.Level, To: s.Request.Team, Up: s.Request.Up}
	}},
	Snooze: {[]string{"note", "for", "until"}, readUntil, func(p *player, s Step, c events.Command) events.Data {
		return events.SnoozeReceived{Command: c, Until: s.Request.Until.from(p.rehearsal.Now())}
	}},
	Pause: {[]string{"note", "for", "until"}, readUntil, func(p *player, s Step, c events.Command) events.Data {
		return events.PauseReceived{Command: c, Until: s.Request.Until.from(p.rehearsal.Now())}
	}},
	Assign: {[]string{"note", "to"}, readAssign, func(_ *player, s Step, c events.Command) events.Data {
		return events.AssignmentReceived{Command: c, To: s.Request.Person}
	}},
	Responders: {[]string{"note", "targets"}, readResponders, func(_ *player, s Step, c events.Command) events.Data {
		return events.RespondersRequested{Command: c, Targets: s.Request.Targets}
	}},
	Priority: {[]string{"note", "to", "impact", "urgency"}, readPriority, func(_ *player, s Step, c events.Command) events.Data {
		return events.PriorityReceived{Command: c, Priority: s.Request.Priority, Impact: s.Request.Impact, Urgency: s.Request.Urgency}
	}},
	Merge: {[]string{"note", "into"}, readMerge, (*player).merge},
	Split: {[]string{"note", "alerts", "title"}, readSplit, (*player).split},
	Role: {[]string{"note", "role", "person"}, readRole, func(_ *player, s Step, c events.Command) events.Data {
		return events.RoleReceived{Command: c, Role: s.Request.Role, Person: s.Request.Person}
	}},
	Task: {[]string{"text", "owner", "done"}, readTask, func(_ *player, s Step, c events.Command) events.Data {
		c.Note = ""
		if s.Request.Done > 0 {
			return events.TaskCompleted{Command: c, Task: s.Request.Done}
		}
		return events.TaskReceived{Command: c, Text: s.Text, Owner: s.Request.Person}
	}},
	Close: {[]string{"note", "outcome", "cause"}, readClose, func(_ *player, s Step, c events.Command) events.Data {
		return events.ClosureReceived{Command: c, Outcome: s.Request.Outcome, Cause: s.Request.Cause}
	}},
}

// command reads what a person asks of an incident.
func (p *parser) command(s *Step, at, body yamlfile.Value) {
	c := commands[s.Verb]
	f := fields(body.Fields(append([]string{"of", "by", "refused"}, c.keys...)...))
	s.Of, s.By, s.Text, s.Refused = p.name(f["of"]), f["by"].Text(), cmp.Or(f["note"].Text(), f["text"].Text()), f["refused"].Flag()
	if c.read != nil {
		c.read(p, s, at, f)
	}
}

func readNote(_ *parser, s *Step, at yamlfile.Value, _ fields) {
	if s.Text == "" {
		at.Fault("write it as note: {text: …}", "a note without text")
	}
}

func readEscalate(_ *parser, s *Step, _ yamlfile.Value, f fields) {
	if f["level"].Given() {
		s.Request.Level = f["level"].Number(1, 1000)
	}
	s.Request.Up, s.Request.Team = f["up"].Flag(), f["to"].Text()
	for _, pair := range [][2]string{{"level", "to"}, {"level", "up"}, {"to", "up"}} {
		if f[pair[0]].Given() && f[pair[1]].Given() {
			f[pair[0]].Fault("give one of level, to, up", "an escalation to two places")
			return
		}
	}
}

// readUntil reads how long a snooze or a pause lasts.
func readUntil(_ *parser, s *Step, at yamlfile.Value, f fields) {
	switch {
	case f["for"].Given() && f["until"].Given():
		f["until"].Fault("give one of for, until", "two ends")
	case f["for"].Given():
		s.Request.Until = When{For: f["for"].Duration(0, 0), set: true}
	case f["until"].Given():
		t := instant(f["until"])
		s.Request.Until = When{At: t, set: !t.IsZero()}
	case s.Verb == Snooze:
		at.Fault("write it as snooze: {for: 2h}", "a snooze without an end")
	}
}

func readAssign(_ *parser, s *Step, at yamlfile.Value, f fields) {
	if s.Request.Person = person(f["to"]); !f["to"].Given() {
		at.Fault("say to whom: to: person:bo", "an assignment to nobody")
	}
}

func readPriority(_ *parser, s *Step, at yamlfile.Value, f fields) {
	s.Request.Priority = f["to"].OneOf("a priority", priorities...)
	s.Request.Impact, s.Request.Urgency = f["impact"].Text(), f["urgency"].Text()
	named, impact, urgency := f["to"].Given(), f["impact"].Given(), f["urgency"].Given()
	if named == (impact && urgency) || named && (impact || urgency) {
		at.Fault("write it as priority: {to: P1} or priority: {impact: high, urgency: low}", "a priority is a name, or both impact and urgency")
	}
}

func readResponders(_ *parser, s *Step, at yamlfile.Value, f fields) {
	for _, one := range f["targets"].List() {
		word := one.Text()
		if _, ok := escalation.ParseTarget(word); !ok {
			one.Fault("write it like person:cleo, schedule:dba, team:db or role:lead", "%s is not a target", yamlfile.Quote(word))
		}
		s.Request.Targets = append(s.Request.Targets, word)
	}
	if len(s.Request.Targets) == 0 {
		at.Fault("say who: targets: [person:cleo]", "a request for responders without targets")
	}
}

func readMerge(p *parser, s *Step, at yamlfile.Value, f fields) {
	if s.Request.Into = p.name(f["into"]); !f["into"].Given() {
		at.Fault("name an alert of the other incident: into: a", "a merge without the other incident")
	}
}

func readSplit(p *parser, s *Step, at yamlfile.Value, f fields) {
	for _, one := range f["alerts"].List() {
		s.Request.Alerts = append(s.Request.Alerts, p.name(one))
	}
	if s.Request.Title = f["title"].Text(); len(s.Request.Alerts) == 0 {
		at.Fault("name the alerts to split off: alerts: [a]", "a split without alerts")
	}
}

func readRole(_ *parser, s *Step, at yamlfile.Value, f fields) {
	s.Request.Role, s.Request.Person = f["role"].OneOf("a role", "incident-manager", "communications", "scribe"), person(f["person"])
	if !f["role"].Given() {
		at.Fault("write it as role: {role: scribe, person: person:bo}", "a role without its name")
	}
}

func readTask(_ *parser, s *Step, at yamlfile.Value, f fields) {
	s.Request.Person = person(f["owner"])
	if f["done"].Given() {
		s.Request.Done = f["done"].Number(1, 1000)
	}
	if f["text"].Given() == f["done"].Given() {
		at.Fault("write it as task: {text: …}, and later task: {done: 1}", "a task is a text, or the number of one that is done")
	}
}

func readClose(_ *parser, s *Step, at yamlfile.Value, f fields) {
	s.Request.Cause, s.Request.Outcome = f["cause"].Text(), f["outcome"].OneOf("an outcome of an incident", incidentOutcomes...)
	if !f["outcome"].Given() {
		at.Fault(yamlfile.OneOfHint(incidentOutcomes...), "a closure without an outcome")
	}
}

var (
	priorities = []string{"P1", "P2", "P3", "P4", "P5"}
	// incidentOutcomes are those of [events.IncidentClosed].
	incidentOutcomes = []string{"fixed", "workaround", "duplicate", "false-alarm", "expected", "unexplained"}
)

// command asks what a step says of an incident.
func (p *player) command(s Step) {
	id, problem := p.incident(s.Of)
	if problem == "" && s.Verb == Merge {
		_, problem = p.incident(s.Request.Into)
	}
	if problem != "" {
		p.fail(s.place, "%s: %s", s.Verb, problem)
		return
	}
	p.ask(s, commands[s.Verb].data(p, s, events.Command{Incident: id, By: s.By, Via: "cli", Note: s.Text}))
}

func (p *player) merge(s Step, c events.Command) events.Data {
	into, _ := p.incident(s.Request.Into)
	all := p.rehearsal.builder.story.Incidents
	n := slices.IndexFunc(all, func(i Incident) bool { return i.ID == into })
	return events.MergeReceived{Command: c, Into: into, IntoService: all[n].Service}
}

func (p *player) split(s Step, c events.Command) events.Data {
	keys := make([]string, len(s.Request.Alerts))
	for n, name := range s.Request.Alerts {
		keys[n] = p.sent[name].alert.Key
	}
	return events.SplitReceived{Command: c, Alerts: keys, Title: s.Request.Title}
}
