package rules

import (
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// fire takes what fell due for one incident. Afterwards its next deadline lies after now, or it is
// taken again: each pass makes progress.
func (d *decider) fire(i *Incident) {
	switch {
	case i.Status == incident.Resolved:
		d.s.drop(i)
	case d.expire(i):
	case i.Status == incident.Acknowledged && d.over(i):
		ranOut := i.AckUntil // the next fact clears it
		d.emit(i, ActorPolicy, "the acknowledgement ran out", events.IncidentUnacknowledged{})
		d.startClimb(i, byReturn, ranOut)
	case i.Status == incident.Triggered && !i.StepAt.IsZero() && !i.StepAt.After(d.now):
		d.step(i)
	default:
		d.askAgain(i)
	}
}

func (d *decider) over(i *Incident) bool { return !i.AckUntil.IsZero() && !i.AckUntil.After(d.now) }

// expire takes leave of the alerts whose sender fell silent; it says whether there were any.
func (d *decider) expire(i *Incident) bool {
	if !d.leaveSilent(i) {
		return false
	}
	d.resolveIfClear(i, "expired", "the senders of its alerts fell silent")
	return true
}

// leaveSilent records that the alerts whose time ran out are over.
func (d *decider) leaveSilent(i *Incident) bool {
	found := false
	for n := 0; n < len(i.Alerts); {
		a := i.Alerts[n]
		if a.EndsAt.IsZero() || a.EndsAt.After(d.now) {
			n++
			continue
		}
		found = true
		d.emit(i, ActorPolicy, "its sender fell silent", events.AlertLeft{Key: a.Key, How: "expired"}) // and so takes it off the list
	}
	return found
}
