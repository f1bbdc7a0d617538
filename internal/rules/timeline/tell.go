package timeline

import (
	"fmt"
	"slices"
	"time"

	"tocsin.dev/pkg/events"
)

// Tell returns the timeline's line for one fact. Data and Hash are left empty: whoever keeps the
// ledger's bytes fills them in. A fact of an unknown type is described by its name.
func Tell(e events.Event) Entry {
	return Entry{
		Seq: e.IncidentSeq, At: e.Time, Type: events.NameOf(e.Type), Incident: e.Subject,
		Summary: summary(e), Reason: e.Reason, Actor: e.Actor, ID: e.ID, Cause: e.CausationID,
	}
}

// stages describe the facts of their part of the flow, and return "" for others.
var stages = []func(events.Event) string{
	incidentSentence, responseSentence, mergeSentence, clockSentence, escalationSentence, pageSentence, alertSentence,
	scheduleSentence, problemSentence, otherSentence,
}

// summary describes a fact in one sentence.
func summary(e events.Event) string {
	for _, sentence := range stages {
		if s := sentence(e); s != "" {
			return s
		}
	}
	return events.NameOf(e.Type)
}

func incidentSentence(e events.Event) string {
	switch d := e.Data.(type) {
	case events.IncidentTriggered:
		return fmt.Sprintf("%s incident opened: %s%s", d.Priority, d.Title, clause("; split off from incident ", d.SplitFrom))
	case events.IncidentAcknowledged:
		return who(d.By, "somebody") + " acknowledged it" + clause(" via ", d.Via) + clause(", together with ", others(d)) + until(e.Time, d.Until)
	case events.IncidentUnacknowledged:
		return unacknowledged(e, d)
	case events.IncidentResolved:
		return resolved(d)
	case events.IncidentReopened:
		if d.Alert != nil {
			return "reopened by alert: " + d.Alert.Summary
		}
		return who(d.By, "somebody") + " reopened it"
	case events.IncidentClosed:
		return fmt.Sprintf("%s closed it: %s%s", who(d.By, "somebody"), d.Outcome, clause("; cause: ", d.Cause))
	case events.IncidentPrioritized:
		return prioritized(d)
	case events.IncidentAnnotated:
		return who(d.By, "somebody") + " noted: " + d.Note
	}
	return ""
}

// unacknowledged tells an acknowledgement that expired from one that a policy ended.
func unacknowledged(e events.Event, d events.IncidentUnacknowledged) string {
	const expired = "the acknowledgement expired"
	switch {
	case d.By != "" && d.Was != "" && d.Was != d.By:
		return who(d.By, "") + " withdrew the acknowledgement of " + who(d.Was, "")
	case d.By != "" || e.Actor != "policy" && e.Actor != "clock":
		return who(d.By, "somebody") + " withdrew the acknowledgement"
	case e.Reason == "" || e.Reason == expired:
		return expired
	}
	return "the acknowledgement was withdrawn: " + e.Reason
}

// others are the people who had responded before the acknowledgement.
func others(d events.IncidentAcknowledged) string {
	return names(slices.DeleteFunc(slices.Clone(d.Responders), func(one string) bool { return one == d.By }))
}

func prioritized(d events.IncidentPrioritized) string {
	measure := clause(", impact ", d.Impact) + clause(", urgency ", d.Urgency)
	switch {
	case d.By != "" || d.Pinned:
		sentence := fmt.Sprintf("%s changed the priority from %s to %s%s", who(d.By, "somebody"), d.Was, d.Priority, measure)
		if d.Pinned {
			sentence += "; alerts no longer change it"
		}
		return sentence
	case d.Priority == d.Was:
		return "severity is now " + who(d.Severity, "unknown") + "; priority stays " + d.Priority
	case measure != "":
		return fmt.Sprintf("priority changed from %s to %s%s", d.Was, d.Priority, measure)
	}
	return fmt.Sprintf("priority changed from %s to %s%s", d.Was, d.Priority, clause(", severity ", d.Severity))
}

func resolved(d events.IncidentResolved) string {
	switch {
	case d.How == "merged":
		return "resolved: merged into another incident"
	case d.By != "":
		return who(d.By, "") + " resolved it"
	case d.How == Expired:
		return "resolved: the senders of its alerts fell silent"
	case d.How == "command":
		return "resolved by command"
	}
	return "resolved: all its alerts cleared"
}

func pageSentence(e events.Event) string {
	switch d := e.Data.(type) {
	case events.PageRequested:
		return fmt.Sprintf("page to %s requested, urgency %s%s%s%s", d.Target, d.Urgency, nth(d.Asked),
			clause(", ", lateness(d.Late)), clause(": ", d.Why))
	case events.PageDelivered:
		if n := len(d.Attempts); n > 0 && d.Attempts[n-1].Outcome == events.OutcomeRecorded {
			return fmt.Sprintf("page to %s recorded for %s (%s), not sent: shadow run", d.Target, d.Channel, d.Contact)
		}
		return fmt.Sprintf("page to %s delivered by %s (%s) at attempt %d%s", d.Target, d.Channel, d.Contact, max(1, len(d.Attempts)), repeated(d.Attempts))
	case events.PageDelayed:
		return fmt.Sprintf("page to %s not delivered yet after %s%s; still trying", d.Target, count(len(d.Attempts), "attempt"), lastReason(d.Attempts))
	case events.PageFailed:
		return fmt.Sprintf("page to %s failed after %s%s", d.Target, count(len(d.Attempts), "attempt"), lastReason(d.Attempts))
	case events.PageSuperseded:
		return fmt.Sprintf("page to %s no longer needed", d.Target)
	}
	return ""
}

func lateness(seconds int) string {
	if seconds <= 0 {
		return ""
	}
	return fmt.Sprintf("%s late", time.Duration(seconds)*time.Second)
}

func repeated(all []events.Attempt) string {
	if slices.ContainsFunc(all, func(a events.Attempt) bool { return a.PossibleRepeat }) {
		return ", possibly twice"
	}
	return ""
}

func lastReason(all []events.Attempt) string {
	if len(all) == 0 {
		return ""
	}
	return clause(": ", all[len(all)-1].Reason)
}

func alertSentence(e events.Event) string {
	switch d := e.Data.(type) {
	case events.AlertReceived:
		return "alert received: " + d.Summary
	case events.AlertCleared:
		return "alert cleared: " + d.Summary
	case events.AlertJoined:
		return "another alert joined: " + d.Summary
	case events.AlertRenewed:
		return "alert " + d.Key + " is still firing" + when(", expires at ", e.Time, d.EndsAt)
	case events.AlertLeft:
		if d.How == Expired {
			return "alert " + d.Key + " expired: its sender fell silent"
		}
		return "alert " + d.Key + " cleared"
	}
	return ""
}

func otherSentence(e events.Event) string {
	switch d := e.Data.(type) {
	case events.CommandRefused:
		return who(d.By, "somebody") + " could not " + request(d.Command) + clause(": ", e.Reason)
	case events.CatalogRevised:
		return "catalog " + short(d.Revision) + " is in force" + clause(", applied by ", who(d.By, ""))
	case events.ReceiptReceived:
		if d.Delivered {
			return "receipt: page to " + d.Target + " delivered"
		}
		return "receipt: page to " + d.Target + " failed"
	}
	return ""
}

// requests are the commands as verbs, for "ana could not ...".
var requests = map[string]string{
	"acknowledgement.received":  "acknowledge it",
	"acknowledgement.withdrawn": "withdraw the acknowledgement",
	"resolution.received":       "resolve it",
	"reopening.received":        "reopen it",
	"escalation.received":       "escalate it",
	"note.received":             "add a note",
	"snooze.received":           "snooze it",
	"snooze.withdrawn":          "wake it",
	"assignment.received":       "assign it",
	"responders.requested":      "request help",
	"priority.received":         "change its priority",
	"merge.received":            "merge it into another incident",
	"split.received":            "split it",
	"role.received":             "assign a role",
	"task.received":             "add a task",
	"task.completed":            "complete a task",
	"document.received":         "add a document",
	"closure.received":          "close it",
	"problem.received":          "open a problem",
	"problem.link_received":     "link an incident to a problem",
	"problem.link_withdrawn":    "unlink an incident from a problem",
	"problem.change_received":   "change a problem",
	"problem.closure_received":  "close a problem",
	"pause.received":            "pause its clocks",
	"pause.withdrawn":           "resume its clocks",
	"clocks.cancelled":          "cancel its clocks",
}

func request(command string) string {
	if verb := requests[command]; verb != "" {
		return verb
	}
	return "do " + command
}
