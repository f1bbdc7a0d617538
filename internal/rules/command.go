package rules

import (
	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// NoSuchIncident refuses a command for an incident that the partition does not hold.
const NoSuchIncident = "no such incident, or it was resolved too long ago"

// handler carries out one kind of command where the incident's status allows the move.
type handler struct {
	name string
	move incident.Ask
	do   func(*decider, *Incident, events.CommandData)
}

var handlers = byName(
	on(incident.Acknowledge, (*decider).acknowledge),
	on(incident.Unacknowledge, (*decider).unacknowledge),
	on(incident.Resolve, (*decider).resolve),
	on(incident.Reopen, (*decider).reopen),
	on(incident.Escalate, (*decider).escalate),
	on(incident.Snooze, (*decider).snooze),
	on(incident.Wake, (*decider).wake),
	on(incident.Change, (*decider).assign),
	on(incident.Change, (*decider).requestResponders),
	on(incident.Change, (*decider).setPriority),
	on(incident.Change, (*decider).merge),
	on(incident.Change, (*decider).split),
	on(incident.Change, (*decider).pause),
	on(incident.Change, (*decider).unpause),
	on(incident.Change, (*decider).cancelClocks),
	on(incident.Any, (*decider).note),
	on(incident.Any, (*decider).assignRole),
	on(incident.Any, (*decider).addTask),
	on(incident.Any, (*decider).completeTask),
	on(incident.Any, (*decider).addDocument),
	on(incident.Any, (*decider).close),
)

func on[T events.CommandData](move incident.Ask, do func(*decider, *Incident, T)) handler {
	var zero T
	return handler{zero.Name(), move, func(d *decider, i *Incident, ask events.CommandData) { do(d, i, ask.(T)) }}
}

func byName(all ...handler) map[string]handler {
	m := make(map[string]handler, len(all))
	for _, h := range all {
		m[h.name] = h
	}
	return m
}

// command carries out a command, or records why it is refused.
func (d *decider) command(ask events.CommandData) string {
	h, ok := handlers[ask.Name()]
	if !ok {
		return Unwanted
	}
	c := ask.Ask()
	i := d.known(c.Incident)
	switch {
	case i == nil:
		d.emitStandalone(d.in.Event.Service, NoSuchIncident, events.CommandRefused{Incident: c.Incident, Command: ask.Name(), By: c.By})
		return NoSuchIncident
	case d.cause != "" && d.cause == i.LastCommand:
		return alert.Repeated
	}
	if _, refusal := incident.Move(i.Status, h.move); refusal != "" && (h.move != incident.Acknowledge || !i.Repaged) {
		d.refuse(i, ask, refusal)
		return refusal
	}
	h.do(d, i, ask)
	return ""
}

// known returns the incident, or nil if it is unknown or forgotten.
func (d *decider) known(id string) *Incident {
	i := d.s.incidents[id]
	if i == nil || d.forgotten(i) {
		return nil
	}
	return i
}

func (d *decider) refuse(i *Incident, ask events.CommandData, why string) {
	by := ask.Ask().By
	d.emit(i, by, why, events.CommandRefused{Incident: i.ID, Command: ask.Name(), By: by})
}

// acknowledge returns the incident to the caller once as many people have responded as the level needs.
func (d *decider) acknowledge(i *Incident, ask events.AcknowledgementReceived) {
	need := i.need()
	if have := i.joinedBy(ask.By); len(have) < need && i.Status == incident.Triggered {
		d.join(i, ask, len(have), need)
		return
	}
	fact := events.IncidentAcknowledged{By: ask.By, Via: ask.Via}
	if need > 1 {
		fact.Responders = i.joinedBy(ask.By)
	}
	if after := i.policy.UnacknowledgeAfter; after > 0 {
		fact.Until = d.now.Add(after)
	}
	snoozed := i.Status == incident.Snoozed
	d.emit(i, ask.By, ask.Note, fact)
	d.closePages(i, "the incident is acknowledged")
	if snoozed {
		d.unpauseSnoozed(i)
	}
	d.meet(i, responseClock)
}

func (d *decider) unacknowledge(i *Incident, ask events.AcknowledgementWithdrawn) {
	d.emit(i, ask.By, ask.Note, events.IncidentUnacknowledged{By: ask.By, Was: i.Holder})
	d.startEscalation(i, byReturn, d.in.Event.Time)
}

func (d *decider) resolve(i *Incident, ask events.ResolutionReceived) {
	d.end(i, ask.By, ask.Note, events.IncidentResolved{By: ask.By, How: "command"})
}

// end resolves the incident: first its pages, last its clocks.
func (d *decider) end(i *Incident, actor, reason string, fact events.IncidentResolved) {
	d.closePages(i, "the incident is resolved")
	d.emit(i, actor, reason, fact)
	d.meet(i, responseClock)
	d.meet(i, resolutionClock)
}

// NewerIsOpen refuses to reopen an incident whose dedup key has opened another one since.
const NewerIsOpen = "a newer incident of the same dedup key is open"

func (d *decider) reopen(i *Incident, ask events.ReopeningReceived) {
	if newer := d.s.byKey[key{i.Service, i.DedupKey}]; newer != nil && newer != i && newer.Status.Open() {
		d.refuse(i, ask, NewerIsOpen)
		return
	}
	d.expireAlerts(i) // nobody renewed them while it was resolved; an old expiry must not end it again
	d.emit(i, ask.By, ask.Note, events.IncidentReopened{By: ask.By})
	d.recognize(i, i.Labels)
	d.retime(i, "it was reopened")
	d.startEscalation(i, byReopening, d.in.Event.Time)
}

// note keeps a text in the timeline.
func (d *decider) note(i *Incident, ask events.NoteReceived) {
	d.emit(i, ask.By, "", events.IncidentAnnotated{By: ask.By, Note: ask.Note})
}
