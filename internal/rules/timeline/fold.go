package timeline

import (
	"slices"
	"time"

	"tocsin.dev/pkg/events"
)

// Fold returns the incident after e. Facts must come in the order of their numbers; folding one
// again changes nothing. A fact without a number, such as events.AlertRenewed, leaves Seq and
// UpdatedAt as they are. Fold does not modify its argument.
func Fold(i Incident, e events.Event) Incident {
	if e.IncidentSeq != 0 && e.IncidentSeq <= i.Seq {
		return i
	}
	i = foldEnvelope(i, e)
	switch d := e.Data.(type) {
	case events.IncidentTriggered:
		return opened(i, e, d)
	case events.IncidentReopened:
		return reopened(i, d)
	case events.IncidentAcknowledged:
		at := e.Time
		i.Status, i.AcknowledgedAt, i.AcknowledgedBy, i.SnoozedUntil = Acknowledged, &at, d.By, time.Time{}
		i.Responders = addDistinct(i.Responders, d.Responders...)
	case events.IncidentUnacknowledged, events.IncidentWoken:
		i = unhold(i, Triggered)
	case events.IncidentSnoozed:
		i = unhold(i, Snoozed)
		i.SnoozedUntil = d.Until
	case events.IncidentResolved:
		at := e.Time
		i.Status, i.ResolvedAt, i.SnoozedUntil = Resolved, &at, time.Time{}
		i = resumeClocks(i) // a pause ends with the incident, without a fact of its own
	case events.IncidentPrioritized:
		i.Severity, i.Priority, i.Impact, i.Urgency = d.Severity, d.Priority, d.Impact, d.Urgency
	case events.EscalationAdvanced:
		i.Level, i.Round = d.Level, d.Round
	case events.AlertJoined:
		i.Alerts = putAlert(i.Alerts, d.Alert)
	case events.AlertRenewed:
		i.Alerts = changeAlert(i.Alerts, d.Key, func(a *Alert) { a.Status, a.EndsAt = Firing, d.EndsAt })
	case events.AlertLeft:
		i.Alerts = changeAlert(i.Alerts, d.Key, func(a *Alert) { a.Status = leftStatus(d.How) })
	default:
		return foldClock(foldResponse(i, e), e)
	}
	return i
}

// foldEnvelope folds in the envelope, which is the same for every fact.
func foldEnvelope(i Incident, e events.Event) Incident {
	if e.Subject != "" {
		i.ID = e.Subject
	}
	if e.Service != "" {
		i.Service = e.Service
	}
	if e.Team != "" {
		i.Team = e.Team
	}
	if e.IncidentSeq != 0 {
		i.Seq, i.UpdatedAt = e.IncidentSeq, e.Time
	}
	return i
}

func opened(i Incident, e events.Event, d events.IncidentTriggered) Incident {
	i.Title, i.DedupKey, i.Severity, i.Priority, i.Policy = d.Title, d.DedupKey, d.Severity, d.Priority, d.Policy
	i.Impact, i.Urgency, i.SplitFrom, i.Runbook = d.Impact, d.Urgency, d.SplitFrom, d.Runbook
	i.Status, i.OpenedAt = Triggered, e.Time
	i.Alerts = putAlert(i.Alerts, d.Alert)
	return i
}

func reopened(i Incident, d events.IncidentReopened) Incident {
	i = unhold(i, Triggered)
	i.ResolvedAt, i.MergedInto, i.Outcome, i.Cause = nil, "", "", ""
	if d.Alert != nil {
		i.Alerts = putAlert(i.Alerts, *d.Alert)
	}
	return i
}

// unhold ends the acknowledgement or the snooze of an incident.
func unhold(i Incident, status string) Incident {
	i.Status, i.AcknowledgedAt, i.AcknowledgedBy, i.SnoozedUntil = status, nil, "", time.Time{}
	return i
}

// putAlert adds a firing alert to a copy, or replaces the one with its key.
func putAlert(all []Alert, a events.Alert) []Alert {
	next := Alert{Alert: a, Status: Firing}
	for n := range all {
		if all[n].Key == a.Key {
			all = slices.Clone(all)
			all[n] = next
			return all
		}
	}
	return append(slices.Clip(all), next) // clipped, so that append copies
}

// changeAlert changes the alert with that key in a copy; an unknown key changes nothing.
func changeAlert(all []Alert, key string, change func(*Alert)) []Alert {
	for n := range all {
		if all[n].Key == key {
			all = slices.Clone(all)
			change(&all[n])
			return all
		}
	}
	return all
}

func leftStatus(how string) string {
	if how == Expired {
		return Expired
	}
	return Cleared
}
