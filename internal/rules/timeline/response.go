package timeline

import (
	"maps"
	"slices"
	"time"

	"tocsin.dev/pkg/events"
)

// foldResponse takes in what people arrange among themselves: who answers for the incident, who
// helps, what is left to do, and which incidents become one or two.
func foldResponse(i Incident, e events.Event) Incident {
	switch d := e.Data.(type) {
	case events.IncidentAssigned:
		i.Assignee = d.To
	case events.IncidentTransferred:
		i.Team, i.Policy = d.To, d.Policy
	case events.IncidentRespondersAdded:
		i.Responders = with(i.Responders, d.Pages...)
	case events.IncidentResponderJoined:
		i.Responders = with(i.Responders, d.By)
	case events.IncidentRoleAssigned:
		i.Roles = given(i.Roles, d.Role, d.Person)
	case events.IncidentAnnotated:
		i.Notes++
	case events.IncidentTaskAdded:
		i.Tasks = append(slices.Clip(i.Tasks), Task{Number: d.Task, Text: d.Text, Owner: d.Owner, AddedAt: e.Time})
	case events.IncidentTaskCompleted:
		i.Tasks = completed(i.Tasks, d.Task, e.Time)
	case events.IncidentMatched:
		i.KnownError = &events.PageKnown{Problem: d.Problem, Title: d.Title, Workaround: d.Workaround}
	case events.IncidentDocumentAdded:
		i.Documents = append(slices.Clip(i.Documents), Document{
			Number: d.Document, Title: d.Title, Type: d.Type, Bytes: len(d.Text), By: d.By, At: e.Time, Seq: e.IncidentSeq,
		})
	case events.IncidentClosed:
		i.Outcome, i.Cause = d.Outcome, d.Cause
	case events.IncidentMerged:
		i.MergedInto = d.Into
		if d.IntoService == i.Service { // its alerts hold the other one open
			i.Alerts = moved(i.Alerts, func(Alert) bool { return true })
		}
	case events.IncidentAbsorbed:
		i.Absorbed = with(i.Absorbed, d.From)
		for _, a := range d.Alerts {
			i.Alerts = fired(i.Alerts, a)
		}
	case events.IncidentSplit:
		i.Alerts = moved(i.Alerts, func(a Alert) bool { return slices.Contains(d.Alerts, a.Key) })
	}
	return i
}

// with adds the words that are not there yet to a copy; an empty one is none.
func with(all []string, more ...string) []string {
	all = slices.Clip(all)
	for _, word := range more {
		if word != "" && !slices.Contains(all, word) {
			all = append(all, word)
		}
	}
	return all
}

// given gives a role to a person in a copy, or to nobody; no role at all is nil.
func given(roles map[string]string, role, person string) map[string]string {
	next := maps.Clone(roles)
	if next == nil {
		next = map[string]string{}
	}
	if next[role] = person; person == "" {
		delete(next, role)
	}
	if len(next) == 0 {
		return nil
	}
	return next
}

func completed(tasks []Task, number int, at time.Time) []Task {
	n := slices.IndexFunc(tasks, func(t Task) bool { return t.Number == number })
	if n < 0 {
		return tasks
	}
	tasks = slices.Clone(tasks)
	tasks[n].Done, tasks[n].DoneAt = true, at
	return tasks
}

// moved marks, in a copy, the firing alerts that feed another incident from here on.
func moved(all []Alert, which func(Alert) bool) []Alert {
	all = slices.Clone(all)
	for n := range all {
		if all[n].Status == Firing && which(all[n]) {
			all[n].Status = Moved
		}
	}
	return all
}
