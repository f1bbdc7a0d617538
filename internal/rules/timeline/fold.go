package timeline

import (
	"slices"
	"time"

	"tocsin.dev/pkg/events"
)

// Fold gives the incident after e. Facts come in the order of their numbers; one that was folded
// already changes nothing. A fact without a number, such as events.AlertRenewed, changes what it
// says but neither Seq nor UpdatedAt. The argument and its alerts stay as they were.
func Fold(i Incident, e events.Event) Incident {
	if e.IncidentSeq != 0 && e.IncidentSeq <= i.Seq {
		return i
	}
	i = identify(i, e)
	switch d := e.Data.(type) {
	case events.IncidentTriggered:
		return opened(i, e, d)
	case events.IncidentReopened:
		return reopened(i, d)
	case events.IncidentAcknowledged:
		at := e.Time
		i.Status, i.AcknowledgedAt, i.AcknowledgedBy, i.SnoozedUntil = Acknowledged, &at, d.By, time.Time{}
		i.Responders = with(i.Responders, d.Responders...)
	case events.IncidentUnacknowledged, events.IncidentWoken:
		i = nobodys(i, Triggered)
	case events.IncidentSnoozed:
		i = nobodys(i, Snoozed)
		i.SnoozedUntil = d.Until
	case events.IncidentResolved:
		at := e.Time
		i.Status, i.ResolvedAt, i.SnoozedUntil = Resolved, &at, time.Time{}
		i = running(i) // a pause ends with the incident, without a fact of its own
	case events.IncidentPrioritized:
		i.Severity, i.Priority, i.Impact, i.Urgency = d.Severity, d.Priority, d.Impact, d.Urgency
	case events.EscalationAdvanced:
		i.Level, i.Round = d.Level, d.Round
	case events.AlertJoined:
		i.Alerts = fired(i.Alerts, d.Alert)
	case events.AlertRenewed:
		i.Alerts = changed(i.Alerts, d.Key, func(a *Alert) { a.Status, a.EndsAt = Firing, d.EndsAt })
	case events.AlertLeft:
		i.Alerts = changed(i.Alerts, d.Key, func(a *Alert) { a.Status = left(d.How) })
	default:
		return foldClock(foldResponse(i, e), e)
	}
	return i
}

// identify takes over what the envelope alone tells, whatever the fact is.
func identify(i Incident, e events.Event) Incident {
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
	i.Alerts = fired(i.Alerts, d.Alert)
	return i
}

func reopened(i Incident, d events.IncidentReopened) Incident {
	i = nobodys(i, Triggered)
	i.ResolvedAt, i.MergedInto, i.Outcome, i.Cause = nil, "", "", ""
	if d.Alert != nil {
		i.Alerts = fired(i.Alerts, *d.Alert)
	}
	return i
}

// nobodys takes the acknowledgement or the snooze off an incident that is open.
func nobodys(i Incident, status string) Incident {
	i.Status, i.AcknowledgedAt, i.AcknowledgedBy, i.SnoozedUntil = status, nil, "", time.Time{}
	return i
}

// fired puts a firing alert in the place of the one with its key, or at the end.
func fired(all []Alert, a events.Alert) []Alert {
	next := Alert{Alert: a, Status: Firing}
	for n := range all {
		if all[n].Key == a.Key {
			all = slices.Clone(all)
			all[n] = next
			return all
		}
	}
	return append(slices.Clip(all), next) // clipped: the argument's spare room is not ours
}

// changed applies change to a copy of the alert with that key; alerts that are not there stay away.
func changed(all []Alert, key string, change func(*Alert)) []Alert {
	for n := range all {
		if all[n].Key == key {
			all = slices.Clone(all)
			change(&all[n])
			return all
		}
	}
	return all
}

func left(how string) string {
	if how == Expired {
		return Expired
	}
	return Cleared
}
