package rules

import (
	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// NoSuchIncident is the refusal of a command for an incident that the partition does not hold.
const NoSuchIncident = "no such incident, or it was resolved too long ago"

// command checks that the move is legal and makes it, or records the refusal.
func (d *decider) command(name string, c events.Command, ask incident.Ask, do func(*Incident, events.Command)) string {
	i := d.known(c.Incident)
	if i == nil {
		return d.refuseUnknown(name, c)
	}
	if d.repeated(i) {
		return alert.Repeated
	}
	if _, refusal := incident.Move(i.Status, ask); refusal != "" && (ask != incident.Acknowledge || !i.Repaged) {
		d.refuse(i, name, c, refusal)
		return refusal
	}
	do(i, c)
	return ""
}

// repeated says that the incident's newest command has come again, under the same id.
func (d *decider) repeated(i *Incident) bool { return d.cause != "" && d.cause == i.LastCommand }

func (d *decider) known(id string) *Incident {
	i := d.s.incidents[id]
	if i == nil || d.forgotten(i) {
		return nil
	}
	return i
}

func (d *decider) refuse(i *Incident, name string, c events.Command, why string) {
	d.emit(i, c.By, why, events.CommandRefused{Incident: i.ID, Command: name, By: c.By})
}

func (d *decider) refuseUnknown(name string, c events.Command) string {
	d.emitLoose(d.in.Event.Service, NoSuchIncident, events.CommandRefused{Incident: c.Incident, Command: name, By: c.By})
	return NoSuchIncident
}

// acknowledge gives the incident to whoever asks, once as many have answered as the level needs.
func (d *decider) acknowledge(i *Incident, c events.Command) {
	need := i.need()
	if have := i.joinedBy(c.By); len(have) < need && i.Status == incident.Triggered {
		d.join(i, c, len(have), need)
		return
	}
	fact := events.IncidentAcknowledged{By: c.By, Via: c.Via}
	if need > 1 {
		fact.Responders = i.joinedBy(c.By)
	}
	if after := i.policy.UnacknowledgeAfter; after > 0 {
		fact.Until = d.now.Add(after)
	}
	snoozed := i.Status == incident.Snoozed
	d.emit(i, c.By, c.Note, fact)
	d.closePages(i, "the incident is acknowledged")
	if snoozed {
		d.unpauseSnoozed(i)
	}
	d.meet(i, responseClock)
}

func (d *decider) unacknowledge(i *Incident, c events.Command) {
	d.emit(i, c.By, c.Note, events.IncidentUnacknowledged{By: c.By, Was: i.Holder})
	d.startClimb(i, byReturn, d.in.Event.Time)
}

func (d *decider) resolve(i *Incident, c events.Command) {
	d.over(i, c.By, c.Note, events.IncidentResolved{By: c.By, How: "command"})
}

// over ends the incident: its pages first, its clocks last.
func (d *decider) over(i *Incident, actor, reason string, fact events.IncidentResolved) {
	d.closePages(i, "the incident is resolved")
	d.emit(i, actor, reason, fact)
	d.meet(i, responseClock)
	d.meet(i, resolutionClock)
}

// NewerIsOpen is the refusal to reopen an incident whose dedup key has fed another one since.
const NewerIsOpen = "a newer incident of the same dedup key is open"

func (d *decider) reopen(i *Incident, c events.Command) {
	if newer := d.s.byKey[key{i.Service, i.DedupKey}]; newer != nil && newer != i && newer.Status.Open() {
		d.refuse(i, events.ReopeningReceived{}.Name(), c, NewerIsOpen)
		return
	}
	d.leaveSilent(i) // nobody listened while it was resolved; an old expiry must not end it again
	d.emit(i, c.By, c.Note, events.IncidentReopened{By: c.By})
	d.recognize(i, i.Labels)
	d.retime(i, "it was opened again")
	d.startClimb(i, byReopening, d.in.Event.Time)
}

// note keeps a text in the timeline.
func (d *decider) note(i *Incident, c events.Command) {
	d.emit(i, c.By, "", events.IncidentAnnotated{By: c.By, Note: c.Note})
}
