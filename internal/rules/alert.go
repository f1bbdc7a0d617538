package rules

import (
	"strconv"

	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// Actors of facts that no person caused.
const (
	ActorAlert  = "alert"  // a source's signal
	ActorPolicy = "policy" // a deadline or a rule of the policy
	ActorPage   = "page"   // a receipt
)

func (d *decider) alertReceived(e events.Event, a events.Alert) string {
	i, c := d.caseOf(e.Service, a)
	verdict, ignored := alert.Fire(c, a, d.now)
	switch verdict {
	case alert.Trigger:
		d.trigger(e, a)
	case alert.Reopen:
		d.emit(i, ActorAlert, "its alert fired again", events.IncidentReopened{Alert: &a})
		d.retime(i, "it was reopened")
		d.recognize(i, a.Labels)
		d.raise(i, a) // before the escalation, because pages carry the priority
		d.startEscalation(i, byReopening, e.Time)
		d.signalSpike(i, a)
	case alert.Join:
		d.emit(i, ActorAlert, "", events.AlertJoined{Alert: a})
		d.raise(i, a)
		d.signalSpike(i, a)
	case alert.Renew:
		d.emitStandalone(e.Service, ignored, events.AlertRenewed{Incident: i.ID, Key: a.Key, EndsAt: a.EndsAt})
		d.raise(i, a)
	case alert.Ignore, alert.Clear:
		if i != nil && d.raise(i, a) {
			return ""
		}
	}
	return ignored
}

// trigger opens an incident for the alert and starts its escalation.
func (d *decider) trigger(e events.Event, a events.Alert) {
	service := d.s.catalog.Service(e.Service)
	i := &Incident{
		ID: events.DeriveID("incident", d.s.Installation, strconv.Itoa(d.s.Partition),
			strconv.FormatUint(d.in.Position, 10), strconv.Itoa(d.in.Index)),
		Service: e.Service, Team: service.Team,
	}
	reason := "no open incident has its dedup key"
	if d.s.catalog.Services[e.Service] == nil {
		reason = "no open incident has its dedup key; the service is unknown, so the fallback's policy applies"
	}
	judged := d.s.catalog.judge(service, a)
	d.emit(i, ActorAlert, reason, events.IncidentTriggered{
		Title: a.Summary, DedupKey: a.Dedup(), Severity: a.Severity,
		Priority: judged.Priority, Impact: judged.Impact, Urgency: judged.Urgency,
		Policy: service.Policy, Catalog: d.s.catalog.Revision, Runbook: service.Runbook, Alert: a,
	})
	i = d.s.incidents[i.ID]
	d.recognize(i, a.Labels)
	d.startClocks(i)
	d.startEscalation(i, byTrigger, e.Time)
	d.signalSpike(i, a)
}

func (d *decider) alertCleared(e events.Event, a events.Alert) string {
	i, c := d.caseOf(e.Service, a)
	verdict, ignored := alert.Cleared(c)
	if verdict == alert.Ignore {
		return ignored
	}
	d.emit(i, ActorAlert, "", events.AlertLeft{Key: a.Key, How: "cleared"})
	d.resolveIfClear(i, "cleared", "all its alerts cleared")
	return ""
}

// resolveIfClear resolves an open incident that has no firing alert left.
func (d *decider) resolveIfClear(i *Incident, how, reason string) {
	if i.Status == incident.Resolved || len(i.Alerts) > 0 {
		return
	}
	d.end(i, ActorAlert, reason, events.IncidentResolved{How: how})
}
