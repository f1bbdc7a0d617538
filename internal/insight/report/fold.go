package report

import (
	"tocsin.dev/pkg/events"
)

// fold applies one fact about an incident.
func (c *Collector) fold(e events.Event) {
	i := c.incidents[e.Subject]
	if d, ok := e.Data.(events.IncidentTriggered); ok {
		if i == nil {
			i = c.opens(e.Subject, e, d.Alert)
			i.Title, i.Priority, i.Policy = d.Title, d.Priority, d.Policy
		}
		return
	}
	if i == nil { // its beginning is not among the facts: nothing can be measured from it
		c.unknown++
		return
	}
	i.Team = e.Team
	i.engaged(e.Actor, e.Time)
	for _, fold := range []func(*Incident, events.Event){foldLife, foldClimb, foldPages, foldTargets} {
		fold(i, e)
	}
}

func foldLife(i *Incident, e events.Event) {
	switch d := e.Data.(type) {
	case events.IncidentAcknowledged:
		i.acknowledged(d.By, e.Time)
	case events.IncidentResponderJoined:
		i.engaged(d.By, e.Time)
	case events.IncidentResolved:
		i.resolved(d.By, e.Time)
		i.SelfMade = d.How == "cleared" || d.How == "expired"
	case events.IncidentReopened:
		i.reopened(d.By, e.Time)
		if d.Alert != nil {
			i.fired(d.Alert.Key)
		}
	case events.IncidentMerged:
		i.Merged = true
	case events.IncidentClosed:
		i.Closed, i.Outcome = e.Time, d.Outcome
	case events.IncidentPrioritized:
		i.Priority = d.Priority
	case events.AlertJoined:
		i.fired(d.Key)
	case events.AlertLeft:
		i.cleared(d.Key)
	case events.IncidentAbsorbed:
		for _, a := range d.Alerts {
			if _, known := i.alerts[a.Key]; !known {
				i.fired(a.Key)
			}
		}
	}
}

func foldClimb(i *Incident, e events.Event) {
	switch d := e.Data.(type) {
	case events.EscalationAdvanced:
		i.Levels = append(i.Levels, Level{Policy: i.Policy, Level: d.Level, At: e.Time, Pages: d.Pages})
		if d.Level > 1 {
			i.escalated(d.Kind)
		}
	case events.EscalationFired:
		if d.Kind != "" || len(d.Pages) > 0 { // otherwise it changed something and paged nobody
			i.escalated(d.Kind)
		}
	case events.EscalationExhausted:
		if i.Exhausted == nil {
			i.Exhausted = map[string]int{}
		}
		i.Exhausted[i.Policy] = d.Levels
		if len(d.Pages) > 0 { // the last resort
			i.escalated("")
		}
	case events.IncidentTransferred:
		i.Policy = d.Policy
		i.escalated("functional")
	}
}

func (i *Incident) escalated(kind string) {
	switch kind {
	case "functional":
		i.Functional++
	case "hierarchical":
		i.Upward++
	default:
		i.Other++
	}
}

func foldPages(i *Incident, e events.Event) {
	switch d := e.Data.(type) {
	case events.PageRequested:
		if i.page(d.Page) == nil { // asked again, it is the same page
			i.Pages = append(i.Pages, &Page{ID: d.Page, Target: d.Target, Level: d.Level, At: e.Time})
		}
	case events.PageDelivered:
		if p := i.page(d.Page); p != nil {
			p.Delivered, p.Failed, p.Channel, p.Attempts = true, false, d.Channel, len(d.Attempts)
		}
	case events.PageFailed:
		if p := i.page(d.Page); p != nil && !p.Delivered {
			p.Failed, p.Attempts = true, len(d.Attempts)
		}
	}
}

func foldTargets(i *Incident, e events.Event) {
	switch d := e.Data.(type) {
	case events.IncidentClockBreached:
		i.target(d.Clock, Target{Breached: true})
	case events.IncidentClockMet:
		i.target(d.Clock, Target{Met: !d.Breached, Breached: d.Breached})
	case events.IncidentClockRetimed: // retroactive: the clock is measured again
		i.target(d.Clock, Target{})
	case events.IncidentClocksCancelled:
		i.Response, i.Resolution = Target{}, Target{}
	}
}

func (i *Incident) target(clock string, t Target) {
	switch clock {
	case "response":
		i.Response = t
	case "resolution":
		i.Resolution = t
	}
}
