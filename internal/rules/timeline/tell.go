package timeline

import (
	"fmt"
	"slices"
	"time"

	"tocsin.dev/pkg/events"
)

// Tell gives the timeline's line for one fact. Data and Hash are left empty: who keeps the ledger's
// own bytes fills them in. A fact without known data is told by its name.
func Tell(e events.Event) Entry {
	return Entry{
		Seq: e.IncidentSeq, At: e.Time, Type: events.NameOf(e.Type), Incident: e.Subject,
		Summary: summary(e), Reason: e.Reason, Actor: e.Actor, ID: e.ID, Cause: e.CausationID,
	}
}

// sayings are the words of each part of the flow.
var sayings = []func(events.Event) string{
	incidentSaid, responseSaid, togetherSaid, clockSaid, escalationSaid, pageSaid, alertSaid, overrideSaid, problemSaid, otherSaid,
}

// summary says in one sentence what happened; each stage of the flow has its own words.
func summary(e events.Event) string {
	for _, say := range sayings {
		if s := say(e); s != "" {
			return s
		}
	}
	return events.NameOf(e.Type)
}

func incidentSaid(e events.Event) string {
	switch d := e.Data.(type) {
	case events.IncidentTriggered:
		return fmt.Sprintf("%s incident opened: %s%s", d.Priority, d.Title, clause("; split off from incident ", d.SplitFrom))
	case events.IncidentAcknowledged:
		return who(d.By, "somebody") + " acknowledged it" + clause(" by ", d.Via) + clause(", after an answer of ", others(d)) + until(e.Time, d.Until)
	case events.IncidentUnacknowledged:
		return unacknowledgedSaid(e, d)
	case events.IncidentResolved:
		return resolvedSaid(d)
	case events.IncidentReopened:
		if d.Alert != nil {
			return "opened again by alert: " + d.Alert.Summary
		}
		return who(d.By, "somebody") + " opened it again"
	case events.IncidentPrioritized:
		return prioritizedSaid(d)
	case events.IncidentAnnotated:
		return who(d.By, "somebody") + " noted: " + d.Note
	}
	return ""
}

// unacknowledgedSaid tells an acknowledgement that ran out from one that a policy took back.
func unacknowledgedSaid(e events.Event, d events.IncidentUnacknowledged) string {
	const ranOut = "the acknowledgement ran out"
	switch {
	case d.By != "" && d.Was != "" && d.Was != d.By:
		return who(d.By, "") + " took it back from " + who(d.Was, "")
	case d.By != "" || e.Actor != "policy" && e.Actor != "clock":
		return who(d.By, "somebody") + " gave it back"
	case e.Reason == "" || e.Reason == ranOut:
		return ranOut
	}
	return "the acknowledgement was taken back: " + e.Reason
}

// others are those who answered before the one by whose answer there were enough.
func others(d events.IncidentAcknowledged) string {
	return names(slices.DeleteFunc(slices.Clone(d.Responders), func(one string) bool { return one == d.By }))
}

func prioritizedSaid(d events.IncidentPrioritized) string {
	measure := clause(", impact ", d.Impact) + clause(", urgency ", d.Urgency)
	switch {
	case d.By != "" || d.Pinned:
		said := fmt.Sprintf("%s changed the priority from %s to %s%s", who(d.By, "somebody"), d.Was, d.Priority, measure)
		if d.Pinned {
			said += "; alerts do not change it any more"
		}
		return said
	case d.Priority == d.Was:
		return "severity is now " + who(d.Severity, "unknown") + "; priority stays " + d.Priority
	case measure != "":
		return fmt.Sprintf("priority changed from %s to %s%s", d.Was, d.Priority, measure)
	}
	return fmt.Sprintf("priority changed from %s to %s%s", d.Was, d.Priority, clause(", severity ", d.Severity))
}

func resolvedSaid(d events.IncidentResolved) string {
	switch {
	case d.How == "merged":
		return "resolved: another incident goes on in its place"
	case d.By != "":
		return who(d.By, "") + " resolved it"
	case d.How == Expired:
		return "resolved: the sources of its alerts fell silent"
	case d.How == "command":
		return "resolved by command"
	}
	return "resolved: all its alerts cleared"
}

func pageSaid(e events.Event) string {
	switch d := e.Data.(type) {
	case events.PageRequested:
		again := ""
		if d.Asked > 1 {
			again = fmt.Sprintf(", asked for the %s time", ordinal(d.Asked))
		}
		if d.Late > 0 {
			again += fmt.Sprintf(", %s late", time.Duration(d.Late)*time.Second)
		}
		return fmt.Sprintf("page to %s requested, urgency %s%s%s", d.Target, d.Urgency, again, clause(": ", d.Why))
	case events.PageDelivered:
		if n := len(d.Attempts); n > 0 && d.Attempts[n-1].Outcome == events.OutcomeRecorded {
			return fmt.Sprintf("page to %s recorded in a shadow run for %s (%s), and not sent", d.Target, d.Channel, d.Contact)
		}
		return fmt.Sprintf("page to %s delivered by %s (%s) at attempt %d%s", d.Target, d.Channel, d.Contact, max(1, len(d.Attempts)), repeated(d.Attempts))
	case events.PageDelayed:
		return fmt.Sprintf("page to %s not delivered yet after %s%s, still trying", d.Target, count(len(d.Attempts), "attempt"), lastReason(d.Attempts))
	case events.PageFailed:
		return fmt.Sprintf("page to %s failed after %s%s", d.Target, count(len(d.Attempts), "attempt"), lastReason(d.Attempts))
	case events.PageSuperseded:
		return fmt.Sprintf("page to %s no longer needed", d.Target)
	}
	return ""
}

func repeated(all []events.Attempt) string {
	for _, a := range all {
		if a.PossibleRepeat {
			return ", possibly twice"
		}
	}
	return ""
}

func lastReason(all []events.Attempt) string {
	if len(all) == 0 {
		return ""
	}
	return clause(": ", all[len(all)-1].Reason)
}

func alertSaid(e events.Event) string {
	switch d := e.Data.(type) {
	case events.AlertReceived:
		return "alert received: " + d.Summary
	case events.AlertCleared:
		return "alert cleared: " + d.Summary
	case events.AlertJoined:
		return "another alert joined: " + d.Summary
	case events.AlertRenewed:
		return "alert " + d.Key + " fired again" + until(e.Time, d.EndsAt)
	case events.AlertLeft:
		if d.How == Expired {
			return "alert " + d.Key + " expired: its source fell silent"
		}
		return "alert " + d.Key + " cleared"
	}
	return ""
}

func otherSaid(e events.Event) string {
	switch d := e.Data.(type) {
	case events.CommandRefused:
		return who(d.By, "somebody") + " asked to " + asked(d.Command) + " and was refused" + clause(": ", e.Reason)
	case events.CatalogRevised:
		return "catalog " + short(d.Revision) + " is in force" + clause(", brought by ", who(d.By, ""))
	case events.ReceiptReceived:
		if d.Delivered {
			return "receipt: page to " + d.Target + " delivered"
		}
		return "receipt: page to " + d.Target + " failed"
	}
	return ""
}
