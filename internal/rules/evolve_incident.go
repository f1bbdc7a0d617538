package rules

import (
	"slices"
	"time"

	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/clock"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// evolve folds in what a fact changes within its incident. Each part leaves the facts of the others alone.
func (i *Incident) evolve(e events.Event) {
	i.evolveStatus(e)
	i.evolveAlerts(e)
	i.evolveResponse(e)
	i.evolveEscalation(e)
	i.evolvePages(e)
	i.evolveClocks(e)
}

func (i *Incident) evolveStatus(e events.Event) {
	switch fact := e.Data.(type) {
	case events.IncidentAcknowledged:
		i.Status, i.AckUntil, i.Holder = incident.Acknowledged, fact.Until, fact.By
		i.stopWaiting()
		i.restartTriggers(e.Time)
	case events.IncidentUnacknowledged:
		i.retrigger(e.Time)
	case events.IncidentSnoozed:
		i.Status, i.Holder, i.AckUntil = incident.Snoozed, "", time.Time{}
		i.stopWaiting()
		i.SnoozedUntil = fact.Until
	case events.IncidentWoken:
		i.retrigger(e.Time)
	case events.IncidentResolved:
		i.Status, i.ResolvedAt, i.ByHand = incident.Resolved, e.Time, fact.How == "command" || fact.How == "merged"
		i.AckUntil, i.Merging, i.PausedUntil = time.Time{}, nil, time.Time{}
		i.stopWaiting()
		if i.paused() { // the clocks stop anyway
			i.Pauses[len(i.Pauses)-1].To = e.Time
		}
	case events.IncidentReopened:
		if len(i.Clocks) > 0 { // the time it was resolved does not count
			i.Pauses = append(i.Pauses, clock.Pause{From: i.ResolvedAt, To: e.Time})
		}
		i.ResolvedAt, i.ByHand, i.Closed = time.Time{}, false, false
		i.retrigger(e.Time)
	case events.IncidentClosed:
		i.Closed = true
	}
}

// stopWaiting clears everything that waits for a person to respond.
func (i *Incident) stopWaiting() {
	i.NextStepAt, i.Held, i.SnoozedUntil = time.Time{}, escalation.Step{}, time.Time{}
	i.Joined, i.Repaged = nil, false
}

// retrigger returns the incident to triggered, without a holder.
func (i *Incident) retrigger(at time.Time) {
	i.Status, i.AckUntil, i.Holder = incident.Triggered, time.Time{}, ""
	i.stopWaiting()
	i.restartTriggers(at)
}

func (i *Incident) evolveAlerts(e events.Event) {
	switch fact := e.Data.(type) {
	case events.AlertJoined:
		i.hold(fact.Alert)
	case events.AlertLeft:
		i.leave(fact.Key)
	case events.IncidentReopened:
		if fact.Alert != nil {
			i.hold(*fact.Alert)
		}
	case events.MergeRequested:
		i.Merging = &Merging{Into: fact.Into, IntoService: fact.IntoService, By: fact.By, AskedAt: e.Time, Asked: fact.Asked}
	case events.CommandRefused:
		if fact.Ends {
			i.Merging = nil
		}
	case events.IncidentMerged:
		i.Merging = nil
		if fact.IntoService == i.Service {
			i.Alerts = nil // they keep the other incident open
		}
	case events.IncidentAbsorbed:
		i.Absorbed = append(i.Absorbed, fact.From)
		for _, a := range fact.Alerts {
			i.hold(a)
		}
	case events.IncidentSplit:
		for _, k := range fact.Alerts {
			i.elsewhere(k, fact.Into)
			i.leave(k)
		}
	}
}

// hold adds a firing alert, or replaces the one with its key.
func (i *Incident) hold(a events.Alert) {
	if old := i.alert(a.Key); old != nil {
		*old = known(a)
		return
	}
	i.Alerts = append(i.Alerts, known(a))
}

func (i *Incident) leave(key string) {
	i.Alerts = slices.DeleteFunc(i.Alerts, func(a alert.Known) bool { return a.Key == key })
}

func known(a events.Alert) alert.Known {
	return alert.Known{Key: a.Key, StartsAt: a.StartsAt, EndsAt: a.EndsAt}
}

// evolveResponse folds in who works on the incident and what they keep with it.
func (i *Incident) evolveResponse(e events.Event) {
	switch fact := e.Data.(type) {
	case events.IncidentPrioritized:
		i.Severity, i.Priority, i.Pinned = fact.Severity, fact.Priority, i.Pinned || fact.Pinned
	case events.IncidentAssigned:
		i.Assignee = fact.To
	case events.IncidentTransferred:
		i.Team = fact.To
		i.Transfers++
		if fact.Policy != i.Policy {
			i.Policy, i.policy = fact.Policy, i.catalog.Policies[fact.Policy]
			i.Step, i.Paged, i.Fired = escalation.Step{}, nil, nil
			i.NextStepAt, i.Held = time.Time{}, escalation.Step{}
		}
	case events.IncidentResponderJoined:
		i.Joined = append(slices.Clip(i.Joined), fact.By)
	case events.IncidentRespondersAdded:
		i.Round = fact.Round
	case events.IncidentTaskAdded:
		i.Tasks = append(i.Tasks, false)
	case events.IncidentTaskCompleted:
		i.Tasks[fact.Task-1] = true
	case events.IncidentMatched:
		i.Known = fact.Problem
	case events.IncidentDocumentAdded:
		i.Documents = fact.Document
	}
}

func (i *Incident) evolveEscalation(e events.Event) {
	switch fact := e.Data.(type) {
	case events.EscalationAdvanced:
		i.Round, i.LevelRound = max(i.Round, fact.Round), fact.Round
		i.Step = escalation.Step{Round: fact.Repeat + 1, Level: fact.Level, Again: fact.Again}
		i.NextStepAt, i.Held, i.Reached = fact.DueAt, escalation.Step{}, false
		if len(fact.Pages) > 0 || fact.Level == 1 {
			i.Paged = fact.Pages
		}
	case events.EscalationHeld:
		i.Held = escalation.Step{Round: fact.Repeat + 1, Level: fact.Level, Again: fact.Again}
		i.NextStepAt = fact.Until
	case events.EscalationFired:
		i.Round = max(i.Round, fact.Round)
		switch {
		case fact.Index != byHand:
			i.remember(Fired{Index: fact.Index, Count: fact.Count, At: e.Time})
		case len(fact.Pages) > 0:
			i.Paged = fact.Pages
		}
		if escalation.On(fact.On) == escalation.Unresolved && len(fact.Pages) > 0 {
			i.Repaged = true
		}
	case events.EscalationSkipped:
		i.remember(Fired{Index: fact.Index, Count: fact.Count, At: e.Time})
	case events.EscalationExhausted:
		i.NextStepAt, i.Held = time.Time{}, escalation.Step{}
		i.Round = max(i.Round, fact.Round)
	}
}

func (i *Incident) evolvePages(e events.Event) {
	switch fact := e.Data.(type) {
	case events.PageRequested:
		if p := i.page(fact.Page); p != nil {
			p.Asked, p.AskedAt = int32(fact.Asked), e.Time
			return
		}
		i.Pages = append(i.Pages, Page{
			ID: fact.Page, Target: fact.Target, Via: fact.Via,
			Round: fact.Round, Level: fact.Level, Asked: int32(fact.Asked), AskedAt: e.Time,
			Urgency: fact.Urgency, Why: fact.Why,
		})
	case events.PageDelivered:
		if p := i.page(fact.Page); p != nil && i.current(p) {
			i.Reached = true
		}
		i.closePage(fact.Page)
	case events.PageDelayed:
		if p := i.page(fact.Page); p != nil {
			p.Delayed = true
		}
	case events.PageFailed:
		i.closePage(fact.Page)
	case events.PageSuperseded:
		i.closePage(fact.Page)
	}
}
