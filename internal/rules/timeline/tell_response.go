package timeline

import (
	"fmt"
	"strings"

	"tocsin.dev/pkg/events"
)

// responseSaid tells what people arrange about one incident.
func responseSaid(e events.Event) string {
	switch d := e.Data.(type) {
	case events.IncidentSnoozed:
		return by(d.By, "snoozed it", "snoozed") + until(e.Time, d.Until)
	case events.IncidentWoken:
		return by(d.By, "woke it", "the snooze is over")
	case events.IncidentAssigned:
		return assignedSaid(d)
	case events.IncidentTransferred:
		return transferredSaid(d)
	case events.IncidentRespondersAdded:
		return who(d.By, "somebody") + " asked for help: " + told("told", d.Targets, d.Pages)
	case events.IncidentResponderJoined:
		return fmt.Sprintf("%s answered%s, %d of %d who must", who(d.By, "somebody"), clause(" by ", d.Via), d.Have, d.Need)
	case events.IncidentRoleAssigned:
		return roleSaid(d)
	case events.IncidentTaskAdded:
		return fmt.Sprintf("%s noted task %d: %s%s", who(d.By, "somebody"), d.Task, d.Text, clause("; for ", who(d.Owner, "")))
	case events.IncidentTaskCompleted:
		return fmt.Sprintf("%s completed task %d", who(d.By, "somebody"), d.Task)
	case events.IncidentMatched:
		return fmt.Sprintf("matches known error %s (%s), by %s; workaround: %s", d.Problem, d.Title, d.By, d.Workaround)
	case events.IncidentDocumentAdded:
		return fmt.Sprintf("%s added document %d: %s", who(d.By, "somebody"), d.Document, d.Title)
	case events.IncidentClosed:
		return fmt.Sprintf("%s closed it: %s%s", who(d.By, "somebody"), d.Outcome, clause("; cause: ", d.Cause))
	}
	return ""
}

func assignedSaid(d events.IncidentAssigned) string {
	giver := ""
	if d.By != d.To {
		giver = clause(", by ", who(d.By, ""))
	}
	return who(d.To, "nobody") + " is answerable for it now" + before(who(d.Was, "")) + giver
}

func before(was string) string {
	if was == "" {
		return ""
	}
	return " (before: " + was + ")"
}

func transferredSaid(d events.IncidentTransferred) string {
	said := "team " + d.To + " has it now" + before(d.Was) + clause(", by ", who(d.By, ""))
	if d.Kind != "" {
		said = d.Kind + " escalation: " + said
	}
	if d.Policy == d.WasPolicy {
		return said + ", policy " + d.Policy + " goes on"
	}
	return said + ", its policy " + d.Policy + " is climbed"
}

func roleSaid(d events.IncidentRoleAssigned) string {
	if d.Person == "" {
		return by(d.By, "took the role "+d.Role+" away", "nobody has the role "+d.Role+" any more")
	}
	giver := ""
	if d.By != d.Person {
		giver = clause(", by ", who(d.By, ""))
	}
	return who(d.Person, "") + " has the role " + d.Role + " now" + giver
}

// togetherSaid tells how incidents become one or two.
func togetherSaid(e events.Event) string {
	switch d := e.Data.(type) {
	case events.MergeRequested:
		again := ""
		if d.Asked > 1 {
			again = fmt.Sprintf(", for the %s time", ordinal(d.Asked))
		}
		return by(d.By, "asked", "asked") + " that " + other(d.Into, d.IntoService) + " go on in its place" + again
	case events.MergeAnswered:
		if d.Accepted {
			return fmt.Sprintf("incident %s goes on in place of %s", d.Into, other(d.Incident, d.Service))
		}
		return fmt.Sprintf("incident %s does not go on in place of %s%s", d.Into, other(d.Incident, d.Service), clause(": ", d.Refusal))
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

// other names another incident in full, so that it can be asked for.
func other(id, service string) string { return "incident " + id + clause(" of ", service) }
