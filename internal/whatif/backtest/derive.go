package backtest

import (
	"fmt"
	"slices"

	"tocsin.dev/internal/rules"
	"tocsin.dev/pkg/events"
)

// endGroup derives the input that led to the gathered facts.
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

// askedBy gives what was asked, and the fact that tells it best; nil where the rules ask it anew, as
// receipts are, or where it cannot be told from its facts.
func (h *History) askedBy(group []events.Event) (from events.Event, data events.Data) {
	for _, tell := range []func(events.Event, []events.Event) events.Data{h.tellsAlert, tellsDeed, tellsClimb, h.tellsRest} {
		for _, e := range group {
			if data = tell(e, group); data != nil {
				return e, data
			}
		}
	}
	return from, nil
}

// tellsAlert are facts that an alert led to.
func (h *History) tellsAlert(e events.Event, group []events.Event) events.Data {
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
		a := h.known(d.Incident, d.Key)
		a.EndsAt = d.EndsAt
		if s, ok := raised(group); ok {
			a.Severity = s
		}
		return events.AlertReceived{Alert: a}
	case events.AlertLeft:
		if d.How == "cleared" {
			return events.AlertCleared{Alert: h.known(e.Subject, d.Key)}
		}
	}
	return nil
}

// remember keeps an alert, since later facts name it by its key alone.
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
		a := h.known(d.Incident, d.Key)
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

// known gives an alert as it was told last; the first of its incident, where it came another way.
func (h *History) known(incident, key string) events.Alert {
	a, ok := h.alerts[[2]string{incident, key}]
	if !ok {
		a = h.alerts[[2]string{incident, ""}]
		a.Key = key
	}
	return a
}

// raised gives the severity that an alert brought; ok is false where it brought no higher one.
func raised(group []events.Event) (severity string, ok bool) {
	for _, e := range group {
		if d, is := e.Data.(events.IncidentPrioritized); is && !d.Pinned {
			return d.Severity, true
		}
	}
	return "", false
}

func ask(e events.Event, by, via, note string) events.Command {
	return events.Command{Incident: e.Subject, By: by, Via: via, Note: note}
}

// tellsDeed are facts that only a command leads to.
func tellsDeed(e events.Event, group []events.Event) events.Data {
	switch d := e.Data.(type) {
	case events.IncidentAcknowledged:
		return events.AcknowledgementReceived{Command: ask(e, d.By, d.Via, e.Reason)}
	case events.IncidentResponderJoined:
		return events.AcknowledgementReceived{Command: ask(e, d.By, d.Via, e.Reason)}
	case events.IncidentClosed:
		return events.ClosureReceived{Command: ask(e, d.By, "", e.Reason), Outcome: d.Outcome, Cause: d.Cause}
	case events.IncidentSplit:
		return events.SplitReceived{Command: ask(e, d.By, "", e.Reason), Alerts: d.Alerts}
	case events.MergeRequested:
		return events.MergeReceived{Command: ask(e, d.By, "", e.Reason), Into: d.Into, IntoService: d.IntoService}
	case events.IncidentMerged:
		if has[events.IncidentAbsorbed](group) { // else the answer of another partition did it
			return events.MergeReceived{Command: ask(e, d.By, "", e.Reason), Into: d.Into, IntoService: d.IntoService}
		}
	case events.IncidentReopened:
		return events.ReopeningReceived{Command: ask(e, d.By, "", e.Reason)}
	case events.IncidentAnnotated:
		return events.NoteReceived{Command: ask(e, d.By, "", d.Note)}
	case events.IncidentSnoozed:
		return events.SnoozeReceived{Command: ask(e, d.By, "", e.Reason), Until: d.Until}
	case events.IncidentRespondersAdded:
		return events.RespondersRequested{Command: ask(e, d.By, "", e.Reason), Targets: d.Targets}
	case events.IncidentRoleAssigned:
		return events.RoleReceived{Command: ask(e, d.By, "", e.Reason), Role: d.Role, Person: d.Person}
	case events.IncidentTaskAdded:
		return events.TaskReceived{Command: ask(e, d.By, "", e.Reason), Text: d.Text, Owner: d.Owner}
	case events.IncidentTaskCompleted:
		return events.TaskCompleted{Command: ask(e, d.By, "", e.Reason), Task: d.Task}
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

// tellsClimb are facts of a climb that somebody moved by hand, and changes of the incident.
func tellsClimb(e events.Event, group []events.Event) events.Data {
	switch d := e.Data.(type) {
	case events.IncidentTransferred:
		if !climbed(group) && byHand(e) { // where a level handed it on, it is not told which
			return events.EscalationReceived{Command: ask(e, e.Actor, "", e.Reason), To: d.To}
		}
	case events.EscalationAdvanced:
		if d.Trigger == "command" {
			return events.EscalationReceived{Command: ask(e, e.Actor, "", e.Reason), Level: d.Level}
		}
	case events.EscalationFired:
		if d.On == "command" {
			return events.EscalationReceived{Command: ask(e, e.Actor, "", e.Reason), Up: true}
		}
	case events.IncidentResolved:
		if d.How == "command" {
			return events.ResolutionReceived{Command: ask(e, d.By, "", e.Reason)}
		}
	case events.IncidentPrioritized:
		if d.Pinned {
			return events.PriorityReceived{Command: ask(e, d.By, "", e.Reason), Priority: d.Priority}
		}
	case events.IncidentAssigned:
		return events.AssignmentReceived{Command: ask(e, d.By, "", e.Reason), To: d.To}
	}
	return nil
}

// byHand says that somebody did it, and neither the policy nor what came of a page.
func byHand(e events.Event) bool {
	return e.Actor != rules.ActorPolicy && e.Actor != rules.ActorPage && e.Actor != rules.ActorAlert
}

// climbed says that a command asked for a level: a transfer beside it is what that level does.
func climbed(group []events.Event) bool {
	for _, e := range group {
		if d, ok := e.Data.(events.EscalationAdvanced); ok && d.Trigger == "command" {
			return true
		}
	}
	return false
}

// tellsRest goes on where nothing of the others is in the group.
func (h *History) tellsRest(e events.Event, _ []events.Event) events.Data {
	switch d := e.Data.(type) {
	case events.IncidentUnacknowledged:
		return events.AcknowledgementWithdrawn{Command: ask(e, d.By, "", e.Reason)}
	case events.IncidentWoken:
		return events.SnoozeWithdrawn{Command: ask(e, d.By, "", e.Reason)}
	case events.IncidentPrioritized: // an alert that was sent again with the same expiry said worse
		a := h.alerts[[2]string{e.Subject, ""}]
		if firing := h.firing[e.Subject]; len(firing) > 0 {
			a = h.known(e.Subject, firing[0])
		}
		a.Severity = d.Severity
		return events.AlertReceived{Alert: a}
	case events.IncidentClocksPaused:
		return events.PauseReceived{Command: ask(e, e.Actor, "", e.Reason), Until: d.Until}
	case events.IncidentClocksResumed:
		return events.PauseWithdrawn{Command: ask(e, e.Actor, "", e.Reason)}
	case events.IncidentClocksCancelled:
		return events.ClocksCancelled{Command: ask(e, e.Actor, "", e.Reason)}
	case events.OverrideAdded:
		if !h.twice(d.ID, fmt.Sprint(d.Override)) {
			return events.OverrideReceived{Override: d.Override, By: d.By}
		}
	case events.OverrideRemoved:
		if !h.twice(d.ID, "withdrawn") {
			return events.OverrideWithdrawn(d)
		}
	case events.RosterImported:
		if !h.twice(d.ID, "roster") {
			return events.RosterReceived(d)
		}
	}
	return nil
}
