package rules

import (
	"time"

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
	case d.passed(i.Merging.againAt()):
		d.askMerge(i)
	case d.passed(i.SnoozedUntil):
		d.woken(i, "", "its time has come", i.SnoozedUntil)
	case d.passed(i.PausedUntil):
		d.resume(i, "", "the pause ran out")
	case d.tick(i):
	case d.passed(i.AckUntil):
		ranOut := i.AckUntil // the next fact clears it
		d.emit(i, ActorPolicy, "the acknowledgement ran out", events.IncidentUnacknowledged{Was: i.Holder})
		d.startClimb(i, byReturn, ranOut)
	default:
		d.fireClimb(i)
	}
}

// fireClimb takes what fell due of the climb: the policy's triggers before the next level, as they may
// change whose it is.
func (d *decider) fireClimb(i *Incident) {
	if index, due := d.dueTrigger(i); due {
		d.fireDue(i, index)
		return
	}
	if i.Status == incident.Triggered && d.passed(i.StepAt) {
		d.step(i)
		return
	}
	d.askAgain(i)
}

// passed says that an instant has come; zero never does.
func (d *decider) passed(at time.Time) bool { return !at.IsZero() && !at.After(d.now) }

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
