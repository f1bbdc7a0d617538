package review

import (
	"time"

	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// Step is a change of level in the chart. Level 0 means no escalation: the incident is acknowledged,
// snoozed or resolved.
type Step struct {
	At    time.Time
	Level int
}

// MarkKind is the meaning of a mark in the chart.
type MarkKind string

// The kinds of marks.
const (
	MarkAcknowledged MarkKind = "acknowledged"
	MarkSnoozed      MarkKind = "snoozed"
	MarkReopened     MarkKind = "reopened"
	MarkResolved     MarkKind = "resolved"
	MarkBreached     MarkKind = "breached"
	MarkExhausted    MarkKind = "exhausted"
)

// Mark is an event in the chart.
type Mark struct {
	At   time.Time
	Kind MarkKind
	Text string // one sentence, for readers who cannot see the chart
}

// marks are the facts that the chart marks.
var marks = map[string]MarkKind{
	"incident.acknowledged": MarkAcknowledged, "incident.snoozed": MarkSnoozed, "incident.reopened": MarkReopened,
	"incident.resolved": MarkResolved, "incident.clock_breached": MarkBreached, "escalation.exhausted": MarkExhausted,
}

func (r *Review) step(e timeline.Entry, data events.Data) {
	switch d := data.(type) {
	case events.EscalationAdvanced:
		r.Steps = append(r.Steps, Step{e.At, d.Level})
	case events.IncidentAcknowledged, events.IncidentSnoozed, events.IncidentResolved:
		r.Steps = append(r.Steps, Step{e.At, 0})
	}
	if kind := marks[e.Type]; kind != "" && data != nil {
		r.Marks = append(r.Marks, Mark{e.At, kind, e.Summary})
	}
}
