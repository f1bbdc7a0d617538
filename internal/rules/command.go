package rules

import (
	"time"

	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/escalation"
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
	if _, refusal := incident.Move(i.Status, ask); refusal != "" {
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

func (d *decider) acknowledge(i *Incident, c events.Command) {
	var until time.Time
	if after := i.policy.UnacknowledgeAfter; after > 0 {
		until = d.now.Add(after)
	}
	d.emit(i, c.By, c.Note, events.IncidentAcknowledged{By: c.By, Via: c.Via, Until: until})
	d.closePages(i, "the incident is acknowledged")
}

func (d *decider) unacknowledge(i *Incident, c events.Command) {
	d.emit(i, c.By, c.Note, events.IncidentUnacknowledged{By: c.By})
	d.startClimb(i, byReturn, d.in.Event.Time)
}

func (d *decider) resolve(i *Incident, c events.Command) {
	d.closePages(i, "the incident is resolved")
	d.emit(i, c.By, c.Note, events.IncidentResolved{By: c.By, How: "command"})
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
	d.startClimb(i, byReopening, d.in.Event.Time)
}

// escalate climbs by hand: to the next level, or to the one that is named.
func (d *decider) escalate(i *Incident, c events.Command, level int) {
	if level < 0 || level > len(i.policy.Levels) {
		d.refuse(i, events.EscalationReceived{}.Name(), c, "the policy has no such level")
		return
	}
	if level == 0 {
		if next, ok := i.policy.Next(i.Climb); ok {
			d.handOver(i, c)
			d.advance(i, move{to: next, by: byCommand, actor: c.By, reason: c.Note})
			return
		}
		d.refuse(i, events.EscalationReceived{}.Name(), c, "the policy has no further level")
		return
	}
	d.handOver(i, c)
	to := escalation.Step{Round: max(i.Climb.Round, 1), Level: level}
	d.advance(i, move{to: to, by: byCommand, actor: c.By, reason: c.Note, again: level <= i.Climb.Level})
}

// handOver takes the acknowledgement back from whoever holds it: who is paged next shall answer.
func (d *decider) handOver(i *Incident, c events.Command) {
	if i.Status == incident.Acknowledged {
		d.emit(i, c.By, "escalated by hand", events.IncidentUnacknowledged{By: c.By})
	}
}

func (d *decider) note(n events.NoteReceived) string {
	i := d.known(n.Incident)
	if i == nil {
		return d.refuseUnknown(n.Name(), n.Command)
	}
	if d.repeated(i) {
		return alert.Repeated
	}
	d.emit(i, n.By, "", events.IncidentAnnotated{By: n.By, Note: n.Note})
	return ""
}
