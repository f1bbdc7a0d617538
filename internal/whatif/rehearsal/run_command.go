package rehearsal

import (
	"fmt"
	"strings"

	"tocsin.dev/pkg/events"
)

func (p *player) command(s Step) {
	id, problem := p.incident(s.Of)
	if problem != "" {
		p.fail(s.place, "%s: %s", s.Verb, problem)
		return
	}
	ask, problem := p.data(s, events.Command{Incident: id, By: s.By, Via: "cli", Note: s.Text})
	if problem != "" {
		p.fail(s.place, "%s: %s", s.Verb, problem)
		return
	}
	p.ask(s, ask)
}

// ask asks, and fails where the answer is not the expected one.
func (p *player) ask(s Step, what events.Data) {
	refusal := p.rehearsal.Ask(what)
	switch {
	case refusal != "" && !s.Refused:
		p.fail(s.place, "%s was refused: %s", s.Verb, refusal)
	case refusal == "" && s.Refused:
		p.fail(s.place, "%s was done, and was expected to be refused", s.Verb)
	}
}

// data makes the command of a step; problem says why it cannot be made.
func (p *player) data(s Step, c events.Command) (ask events.Data, problem string) {
	switch s.Verb {
	case Ack:
		ask = events.AcknowledgementReceived{Command: c}
	case Unack:
		ask = events.AcknowledgementWithdrawn{Command: c}
	case Resolve:
		ask = events.ResolutionReceived{Command: c}
	case Reopen:
		ask = events.ReopeningReceived{Command: c}
	case Escalate:
		ask = events.EscalationReceived{Command: c, Level: s.Request.Level, To: s.Request.Team, Up: s.Request.Up}
	case Note:
		ask = events.NoteReceived{Command: c}
	case Snooze:
		ask = events.SnoozeReceived{Command: c, Until: s.Request.Until.from(p.rehearsal.Now())}
	case Wake:
		ask = events.SnoozeWithdrawn{Command: c}
	case Pause:
		ask = events.PauseReceived{Command: c, Until: s.Request.Until.from(p.rehearsal.Now())}
	case Resume:
		ask = events.PauseWithdrawn{Command: c}
	case CancelClocks:
		ask = events.ClocksCancelled{Command: c}
	default:
		return p.otherData(s, c)
	}
	return ask, ""
}

// otherData goes on where data ends: what concerns people, priorities and the record.
func (p *player) otherData(s Step, c events.Command) (ask events.Data, problem string) {
	r := s.Request
	switch s.Verb {
	case Assign:
		ask = events.AssignmentReceived{Command: c, To: r.Person}
	case Responders:
		ask = events.RespondersRequested{Command: c, Targets: r.Targets}
	case Priority:
		ask = events.PriorityReceived{Command: c, Priority: r.Priority, Impact: r.Impact, Urgency: r.Urgency}
	case Merge:
		return p.merge(r, c)
	case Split:
		return p.split(r, c)
	case Role:
		ask = events.RoleReceived{Command: c, Role: r.Role, Person: r.Person}
	case Task:
		c.Note = ""
		ask = events.TaskReceived{Command: c, Text: s.Text, Owner: r.Person}
		if r.Done > 0 {
			ask = events.TaskCompleted{Command: c, Task: r.Done}
		}
	case Close:
		ask = events.ClosureReceived{Command: c, Outcome: r.Outcome, Cause: r.Cause}
	default:
		panic("rehearsal: " + string(s.Verb) + " is no command")
	}
	return ask, ""
}

func (p *player) merge(r Request, c events.Command) (ask events.Data, problem string) {
	into, problem := p.incident(r.Into)
	if problem != "" {
		return nil, problem
	}
	service := ""
	for _, i := range p.rehearsal.teller.story.Incidents {
		if i.ID == into {
			service = i.Service
		}
	}
	return events.MergeReceived{Command: c, Into: into, IntoService: service}, ""
}

func (p *player) split(r Request, c events.Command) (ask events.Data, problem string) {
	keys := make([]string, len(r.Alerts))
	for n, name := range r.Alerts {
		keys[n] = p.sent[name].alert.Key
	}
	return events.SplitReceived{Command: c, Alerts: keys, Title: r.Title}, ""
}

// cover asks to change who is on call, or to take such a change back.
func (p *player) cover(s Step) {
	if s.Verb == Withdraw {
		was := p.covers[s.Cover.ID]
		p.ask(s, events.OverrideWithdrawn{ID: was.ID, Schedule: was.Schedule, By: s.By})
		return
	}
	start := p.of.Start
	o := events.Override{
		ID: first(s.Cover.ID, fmt.Sprintf("override %d", len(p.covers)+1)), Schedule: s.Cover.Schedule, Kind: s.Cover.Kind,
		From: s.Cover.From.from(start), To: s.Cover.To.from(start), People: ids(s.Cover.People), Replaces: strings.TrimPrefix(s.Cover.Replaces, personPrefix),
	}
	if o.From.IsZero() {
		o.From = p.rehearsal.Now()
	}
	for _, one := range s.Cover.Shifts {
		o.Shifts = append(o.Shifts, events.Shift{People: ids(one.People), From: one.From.from(start), To: one.To.from(start)})
	}
	p.covers[o.ID] = o
	p.ask(s, events.OverrideReceived{Override: o, By: s.By, Note: s.Text})
}

// ids gives the ids of people: "ana" of "person:ana".
func ids(words []string) []string {
	var all []string
	for _, w := range words {
		all = append(all, strings.TrimPrefix(w, personPrefix))
	}
	return all
}
