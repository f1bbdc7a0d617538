package backtest

import (
	"fmt"
	"slices"

	"tocsin.dev/internal/rules"
	"tocsin.dev/pkg/events"
)

// endGroup derives the input that led to the facts of the group.
func (h *History) endGroup() {
	group := h.group
	h.group = nil
	if len(group) == 0 {
		return
	}
	cause := group[0].CausationID
	if h.seen == nil {
		h.seen = map[string]bool{}
	}
	if h.seen[cause] {
		return
	}
	h.seen[cause] = true
	from, data := h.askedBy(group)
	if data == nil {
		return
	}
	e := events.New(data)
	e.ID, e.Source, e.Time, e.Service, e.Team = cause, "tocsin/replay", from.Time, from.Service, from.Team
	h.put(e)
}

// askedBy returns what was asked and the fact that it was derived from. Data is nil for what the backtest
// asks itself, such as receipts, and for what the facts do not show. The most certain evidence is tried
// first.
func (h *History) askedBy(group []events.Event) (from events.Event, data events.Data) {
	for _, derive := range []func(events.Event, []events.Event) events.Data{h.fromAlert, fromCommand, fromChange, h.fromRest} {
		for _, e := range group {
			if data = derive(e, group); data != nil {
				return e, data
			}
		}
	}
	return from, nil
}

// fromAlert derives the alert that led to a fact.
func (h *History) fromAlert(e events.Event, group []events.Event) events.Data {
	switch d := e.Data.(type) {
	case events.IncidentTriggered:
		if d.SplitFrom == "" {
			return events.AlertReceived{Alert: d.Alert}
		}
	case events.IncidentReopened:
		if d.Alert != nil {
			return events.AlertReceived{Alert: *d.Alert}
		}
	case events.AlertJoined:
		return events.AlertReceived(d)
	case events.AlertRenewed:
		a := h.alert(d.Incident, d.Key)
		a.EndsAt = d.EndsAt
		if s, ok := raised(group); ok {
			a.Severity = s
		}
		return events.AlertReceived{Alert: a}
	case events.AlertLeft:
		if d.How == "cleared" {
			return events.AlertCleared{Alert: h.alert(e.Subject, d.Key)}
		}
	}
	return nil
}

// remember keeps an alert, because later facts have only its key.
func (h *History) remember(e events.Event) {
	switch d := e.Data.(type) {
	case events.IncidentTriggered:
		h.keep(e.Subject, d.Alert)
	case events.AlertJoined:
		h.keep(e.Subject, d.Alert)
	case events.IncidentReopened:
		if d.Alert != nil {
			h.keep(e.Subject, *d.Alert)
		}
	case events.AlertRenewed:
		a := h.alert(d.Incident, d.Key)
		a.EndsAt = d.EndsAt
		h.keep(d.Incident, a)
	case events.IncidentAbsorbed:
		for _, a := range d.Alerts {
			h.keep(e.Subject, a)
		}
	case events.AlertLeft:
		if keys, known := h.firing[e.Subject]; known {
			h.firing[e.Subject] = slices.DeleteFunc(keys, func(key string) bool { return key == d.Key })
		}
	}
}

func (h *History) keep(incident string, a events.Alert) {
	if h.alerts == nil {
		h.alerts, h.firing = map[[2]string]events.Alert{}, map[string][]string{}
	}
	if !slices.Contains(h.firing[incident], a.Key) {
		h.firing[incident] = append(h.firing[incident], a.Key)
	}
	h.alerts[[2]string{incident, a.Key}] = a
	first := [2]string{incident, ""}
	if was, ok := h.alerts[first]; !ok || was.Key == a.Key {
		h.alerts[first] = a
	}
}

// alert returns the last recorded state of an alert; without one, the incident's first alert under this key.
func (h *History) alert(incident, key string) events.Alert {
	a, ok := h.alerts[[2]string{incident, key}]
	if !ok {
		a = h.alerts[[2]string{incident, ""}]
		a.Key = key
	}
	return a
}

// raised returns the severity to which an alert raised the incident; ok is false if none did.
func raised(group []events.Event) (severity string, ok bool) {
	for _, e := range group {
		if d, is := e.Data.(events.IncidentPrioritized); is && !d.Pinned {
			return d.Severity, true
		}
	}
	return "", false
}

// ask is the command of a person who led to a fact.
func ask(e events.Event, by string) events.Command {
	return events.Command{Incident: e.Subject, By: by, Note: e.Reason}
}

// fromCommand derives the command from a fact that only a command leads to.
func fromCommand(e events.Event, group []events.Event) events.Data {
	switch d := e.Data.(type) {
	case events.IncidentAcknowledged:
		return events.AcknowledgementReceived{Command: events.Command{Incident: e.Subject, By: d.By, Via: d.Via, Note: e.Reason}}
	case events.IncidentResponderJoined:
		return events.AcknowledgementReceived{Command: events.Command{Incident: e.Subject, By: d.By, Via: d.Via, Note: e.Reason}}
	case events.IncidentClosed:
		return events.ClosureReceived{Command: ask(e, d.By), Outcome: d.Outcome, Cause: d.Cause}
	case events.IncidentSplit:
		return events.SplitReceived{Command: ask(e, d.By), Alerts: d.Alerts}
	case events.MergeRequested:
		return events.MergeReceived{Command: ask(e, d.By), Into: d.Into, IntoService: d.IntoService}
	case events.IncidentMerged:
		if has[events.IncidentAbsorbed](group) { // otherwise the answer of another partition merged it
			return events.MergeReceived{Command: ask(e, d.By), Into: d.Into, IntoService: d.IntoService}
		}
	case events.IncidentReopened:
		return events.ReopeningReceived{Command: ask(e, d.By)}
	case events.IncidentAnnotated:
		return events.NoteReceived{Command: events.Command{Incident: e.Subject, By: d.By, Note: d.Note}}
	case events.IncidentSnoozed:
		return events.SnoozeReceived{Command: ask(e, d.By), Until: d.Until}
	case events.IncidentRespondersAdded:
		return events.RespondersRequested{Command: ask(e, d.By), Targets: d.Targets}
	case events.IncidentRoleAssigned:
		return events.RoleReceived{Command: ask(e, d.By), Role: d.Role, Person: d.Person}
	case events.IncidentTaskAdded:
		return events.TaskReceived{Command: ask(e, d.By), Text: d.Text, Owner: d.Owner}
	case events.IncidentTaskCompleted:
		return events.TaskCompleted{Command: ask(e, d.By), Task: d.Task}
	}
	return nil
}

func has[T events.Data](group []events.Event) bool {
	for _, e := range group {
		if _, ok := e.Data.(T); ok {
			return true
		}
	}
	return false
}

// fromChange derives the command from a change that a command can lead to, among other things.
func fromChange(e events.Event, group []events.Event) events.Data {
	switch d := e.Data.(type) {
	case events.IncidentTransferred:
		if !climbed(group) && byPerson(e) {
			return events.EscalationReceived{Command: ask(e, e.Actor), To: d.To}
		}
	case events.EscalationAdvanced:
		if d.Trigger == "command" {
			return events.EscalationReceived{Command: ask(e, e.Actor), Level: d.Level}
		}
	case events.EscalationFired:
		if d.On == "command" {
			return events.EscalationReceived{Command: ask(e, e.Actor), Up: true}
		}
	case events.IncidentResolved:
		if d.How == "command" {
			return events.ResolutionReceived{Command: ask(e, d.By)}
		}
	case events.IncidentPrioritized:
		if d.Pinned {
			return events.PriorityReceived{Command: ask(e, d.By), Priority: d.Priority}
		}
	case events.IncidentAssigned:
		return events.AssignmentReceived{Command: ask(e, d.By), To: d.To}
	}
	return nil
}

// byPerson reports whether a person led to a fact, and not the policy, a page or an alert.
func byPerson(e events.Event) bool {
	return e.Actor != rules.ActorPolicy && e.Actor != rules.ActorPage && e.Actor != rules.ActorAlert
}

// climbed reports whether a command asked for a level; a transfer in the group is then what the level does.
func climbed(group []events.Event) bool {
	for _, e := range group {
		if d, ok := e.Data.(events.EscalationAdvanced); ok && d.Trigger == "command" {
			return true
		}
	}
	return false
}

// fromRest derives what was asked from facts that also accompany others.
func (h *History) fromRest(e events.Event, _ []events.Event) events.Data {
	switch d := e.Data.(type) {
	case events.IncidentUnacknowledged:
		return events.AcknowledgementWithdrawn{Command: ask(e, d.By)}
	case events.IncidentWoken:
		return events.SnoozeWithdrawn{Command: ask(e, d.By)}
	case events.IncidentPrioritized: // an alert was sent again with a higher severity and the same expiry
		a := h.alerts[[2]string{e.Subject, ""}]
		if firing := h.firing[e.Subject]; len(firing) > 0 {
			a = h.alert(e.Subject, firing[0])
		}
		a.Severity = d.Severity
		return events.AlertReceived{Alert: a}
	case events.IncidentClocksPaused:
		return events.PauseReceived{Command: ask(e, e.Actor), Until: d.Until}
	case events.IncidentClocksResumed:
		return events.PauseWithdrawn{Command: ask(e, e.Actor)}
	case events.IncidentClocksCancelled:
		return events.ClocksCancelled{Command: ask(e, e.Actor)}
	case events.OverrideAdded:
		if !h.repeated(d.ID, fmt.Sprint(d.Override)) {
			return events.OverrideReceived{Override: d.Override, By: d.By}
		}
	case events.OverrideRemoved:
		if !h.repeated(d.ID, "withdrawn") {
			return events.OverrideWithdrawn(d)
		}
	case events.RosterImported:
		if !h.repeated(d.ID, "roster") {
			return events.RosterReceived(d)
		}
	}
	return nil
}
