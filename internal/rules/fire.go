package rules

import (
	"time"

	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// fire takes one step that fell due for an incident. If its next deadline is still not after now,
// it is called again; each pass makes progress.
//
// Triggers fire before the next level, because they may change who owns the incident.
func (d *decider) fire(i *Incident) {
	switch {
	case i.Status == incident.Resolved:
		d.s.drop(i)
	case d.expireAlerts(i):
		d.resolveIfClear(i, "expired", "the senders of its alerts fell silent")
	case d.reached(i.Merging.againAt()):
		d.askMerge(i)
	case d.reached(i.SnoozedUntil):
		since := i.SnoozedUntil // the next fact clears it
		d.endSnooze(i, "", "the snooze expired")
		d.startEscalation(i, byWaking, since)
	case d.reached(i.PausedUntil):
		d.resume(i, "", "the pause expired")
	case d.tick(i):
	case d.reached(i.AckUntil):
		since := i.AckUntil // the next fact clears it
		d.emit(i, ActorPolicy, "the acknowledgement expired", events.IncidentUnacknowledged{Was: i.Holder})
		d.startEscalation(i, byReturn, since)
	case d.fireTrigger(i):
	case i.Status == incident.Triggered && d.reached(i.NextStepAt):
		d.step(i)
	default:
		d.repeatRequests(i)
	}
}

// reached reports whether an instant has come; the zero instant never does.
func (d *decider) reached(at time.Time) bool { return !at.IsZero() && !at.After(d.now) }

// expireAlerts records the alerts whose time ran out, and reports whether there were any.
func (d *decider) expireAlerts(i *Incident) bool {
	found := false
	for n := 0; n < len(i.Alerts); {
		if !d.reached(i.Alerts[n].EndsAt) {
			n++
			continue
		}
		found = true
		// The fact removes the alert from the list.
		d.emit(i, ActorPolicy, "its sender fell silent", events.AlertLeft{Key: i.Alerts[n].Key, How: "expired"})
	}
	return found
}
