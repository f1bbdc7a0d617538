package timeline

import (
	"maps"
	"slices"
	"time"

	"tocsin.dev/pkg/events"
)

// foldResponse folds in who is responsible, who helps, what is left to do, and merges and splits.
func foldResponse(i Incident, e events.Event) Incident {
	switch d := e.Data.(type) {
	case events.IncidentAssigned:
		i.Assignee = d.To
	case events.IncidentTransferred:
		i.Team, i.Policy = d.To, d.Policy
	case events.IncidentRespondersAdded:
		i.Responders = addDistinct(i.Responders, d.Pages...)
	case events.IncidentResponderJoined:
		i.Responders = addDistinct(i.Responders, d.By)
	case events.IncidentRoleAssigned:
		i.Roles = setRole(i.Roles, d.Role, d.Person)
	case events.IncidentAnnotated:
		i.Notes++
	case events.IncidentTaskAdded:
		i.Tasks = append(slices.Clip(i.Tasks), Task{Number: d.Task, Text: d.Text, Owner: d.Owner, AddedAt: e.Time})
	case events.IncidentTaskCompleted:
		i.Tasks = completeTask(i.Tasks, d.Task, e.Time)
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
		if d.IntoService == i.Service { // its alerts keep the other one open
			i.Alerts = moveAlerts(i.Alerts, func(Alert) bool { return true })
		}
	case events.IncidentAbsorbed:
		i.Absorbed = addDistinct(i.Absorbed, d.From)
		for _, a := range d.Alerts {
			i.Alerts = putAlert(i.Alerts, a)
		}
	case events.IncidentSplit:
		i.Alerts = moveAlerts(i.Alerts, func(a Alert) bool { return slices.Contains(d.Alerts, a.Key) })
	}
	return i
}

// addDistinct adds words to a copy, without empty ones and repeats.
func addDistinct(all []string, more ...string) []string {
	all = slices.Clip(all)
	for _, word := range more {
		if word != "" && !slices.Contains(all, word) {
			all = append(all, word)
		}
	}
	return all
}

// setRole returns a role to a person in a copy; an empty person clears it. No roles at all are nil.
func setRole(roles map[string]string, role, person string) map[string]string {
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

func completeTask(tasks []Task, number int, at time.Time) []Task {
	n := slices.IndexFunc(tasks, func(t Task) bool { return t.Number == number })
	if n < 0 {
		return tasks
	}
	tasks = slices.Clone(tasks)
	tasks[n].Done, tasks[n].DoneAt = true, at
	return tasks
}

// moveAlerts marks, in a copy, the firing alerts that now feed another incident.
func moveAlerts(all []Alert, which func(Alert) bool) []Alert {
	all = slices.Clone(all)
	for n := range all {
		if all[n].Status == Firing && which(all[n]) {
			all[n].Status = Moved
		}
	}
	return all
}
