package suggest

import (
	"strings"

	"tocsin.dev/pkg/events"
)

// By is the actor of commands that follow a suggestion automatically.
const By = "suggestion"

// fold applies one fact about an incident.
func (l *Learner) fold(e events.Event) {
	if d, ok := e.Data.(events.IncidentTriggered); ok {
		l.triggered(e, d)
		return
	}
	i, ok := l.lives.get(e.Subject)
	if !ok {
		return
	}
	switch d := e.Data.(type) {
	case events.AlertJoined:
		l.alerted(i.service)
	case events.IncidentReopened:
		if d.Alert != nil {
			l.alerted(i.service)
		}
		l.again(i)
	case events.IncidentMerged:
		l.mergedAway(i)
	case events.IncidentResolved:
		i.merged = i.merged || d.How == "merged"
		l.ended(i)
	case events.IncidentPrioritized:
		if strings.HasPrefix(d.By, personPrefix) || d.Pinned && d.By == "" { // a history may not say who
			i.now.priority = d.Priority
		}
	default:
		i.climbed(e)
	}
}

const personPrefix = "person:"

// triggered begins the life of an incident, unless it is a drill. The alert of one that was split from
// another has been counted.
func (l *Learner) triggered(e events.Event, d events.IncidentTriggered) {
	if _, known := l.lives.get(e.Subject); known || IsDrill(d.Alert.Labels) {
		return
	}
	i := l.open(e.Subject, e, d.Alert, d.Priority)
	if d.DedupKey != "" {
		i.alike[byKey].value = d.DedupKey
	}
	if d.SplitFrom == "" {
		l.opening(i, l.alerted(e.Service))
	}
}

// climbed applies an escalation, as reports count it.
func (i *life) climbed(e events.Event) {
	switch d := e.Data.(type) {
	case events.EscalationAdvanced:
		i.acted = i.acted || e.Actor == By
		i.top = max(i.top, d.Level)
		i.escalated = i.escalated || d.Level > 1
	case events.EscalationFired:
		i.acted = i.acted || e.Actor == By // asked by intake facts, which have no levels
		i.escalated = i.escalated || d.Kind != "" || len(d.Pages) > 0
	case events.EscalationExhausted:
		i.escalated = i.escalated || len(d.Pages) > 0
	case events.IncidentTransferred:
		i.now.team = d.To
		i.escalated = true
	}
}
