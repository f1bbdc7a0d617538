package timeline

import (
	"fmt"
	"strings"

	"tocsin.dev/pkg/events"
)

// responseSentence describes who works on an incident and what they keep with it.
func responseSentence(e events.Event) string {
	switch d := e.Data.(type) {
	case events.IncidentSnoozed:
		return by(d.By, "snoozed it", "snoozed") + until(e.Time, d.Until)
	case events.IncidentWoken:
		return by(d.By, "woke it", "the snooze is over")
	case events.IncidentAssigned:
		return by(given(d.By, d.To), "assigned it to ", "assigned to ") + who(d.To, "nobody") + was(d.Was)
	case events.IncidentTransferred:
		return transferred(d)
	case events.IncidentRespondersAdded:
		return who(d.By, "somebody") + " requested help: " + paged(d.Targets, d.Pages)
	case events.IncidentResponderJoined:
		return fmt.Sprintf("%s responded%s, %d of %d required", who(d.By, "somebody"), clause(" via ", d.Via), d.Have, d.Need)
	case events.IncidentRoleAssigned:
		if d.Person == "" {
			return by(d.By, "cleared the role "+d.Role, "nobody has the role "+d.Role+" any more")
		}
		return who(d.Person, "") + " is now " + d.Role + clause(", by ", who(given(d.By, d.Person), ""))
	case events.IncidentTaskAdded:
		return fmt.Sprintf("%s added task %d: %s%s", who(d.By, "somebody"), d.Task, d.Text, clause("; owner ", who(d.Owner, "")))
	case events.IncidentTaskCompleted:
		return fmt.Sprintf("%s completed task %d", who(d.By, "somebody"), d.Task)
	case events.IncidentMatched:
		return fmt.Sprintf("matches known error %s (%s) by %s; workaround: %s", d.Problem, d.Title, d.By, d.Workaround)
	case events.IncidentDocumentAdded:
		return fmt.Sprintf("%s added document %d: %s", who(d.By, "somebody"), d.Document, d.Title)
	}
	return ""
}

// given is who gave something to a person; empty for the person themselves.
func given(by, to string) string {
	if by == to {
		return ""
	}
	return by
}

func was(actor string) string {
	if actor == "" {
		return ""
	}
	return " (was " + who(actor, "") + ")"
}

func transferred(d events.IncidentTransferred) string {
	sentence := by(d.By, "transferred it", "transferred") + " to team " + d.To + was(d.Was)
	if d.Kind != "" {
		sentence = d.Kind + " escalation: " + sentence
	}
	if d.Policy == d.WasPolicy {
		return sentence + "; policy " + d.Policy + " continues"
	}
	return sentence + "; policy " + d.Policy + " takes over"
}

// mergeSentence describes merges and splits.
func mergeSentence(e events.Event) string {
	switch d := e.Data.(type) {
	case events.MergeRequested:
		return by(d.By, "requested a merge", "merge requested") + " into " + other(d.Into, d.IntoService) + nth(d.Asked)
	case events.MergeAnswered:
		if d.Accepted {
			return fmt.Sprintf("incident %s accepted the merge of %s", d.Into, other(d.Incident, d.Service))
		}
		return fmt.Sprintf("incident %s rejected the merge of %s%s", d.Into, other(d.Incident, d.Service), clause(": ", d.Refusal))
	case events.IncidentMerged:
		return by(d.By, "merged it", "merged") + " into " + other(d.Into, d.IntoService)
	case events.IncidentAbsorbed:
		with := ""
		if len(d.Alerts) > 0 {
			with = ", with " + count(len(d.Alerts), "alert")
		}
		return by(d.By, "merged", "merged") + " " + other(d.From, d.FromService) + " into this one" + with + clause(": ", d.Title)
	case events.IncidentSplit:
		return by(d.By, "split", "split") + " " + count(len(d.Alerts), "alert") + " off into incident " + d.Into + clause(": ", strings.Join(d.Alerts, ", "))
	}
	return ""
}

// other names another incident with its full id, to look it up by.
func other(id, service string) string { return "incident " + id + clause(" of ", service) }
