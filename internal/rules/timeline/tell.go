package timeline

import (
	"fmt"
	"strings"
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

// summary says in one sentence what happened; each stage of the flow has its own words.
func summary(e events.Event) string {
	for _, say := range []func(events.Event) string{incidentSaid, escalationSaid, pageSaid, alertSaid, otherSaid} {
		if s := say(e); s != "" {
			return s
		}
	}
	return events.NameOf(e.Type)
}

func incidentSaid(e events.Event) string {
	switch d := e.Data.(type) {
	case events.IncidentTriggered:
		return fmt.Sprintf("%s incident opened: %s", d.Priority, d.Title)
	case events.IncidentAcknowledged:
		return who(d.By, "somebody") + " acknowledged it" + clause(" by ", d.Via) + until(e.Time, d.Until)
	case events.IncidentUnacknowledged:
		if d.By == "" && (e.Actor == "policy" || e.Actor == "clock") {
			return "the acknowledgement ran out"
		}
		return who(d.By, "somebody") + " gave it back"
	case events.IncidentResolved:
		return resolvedSaid(d)
	case events.IncidentReopened:
		if d.Alert != nil {
			return "opened again by alert: " + d.Alert.Summary
		}
		return who(d.By, "somebody") + " opened it again"
	case events.IncidentPrioritized:
		if d.Priority == d.Was {
			return "severity is now " + who(d.Severity, "unknown") + "; priority stays " + d.Priority
		}
		return fmt.Sprintf("priority changed from %s to %s%s", d.Was, d.Priority, clause(", severity ", d.Severity))
	case events.IncidentAnnotated:
		return who(d.By, "somebody") + " noted: " + d.Note
	}
	return ""
}

func resolvedSaid(d events.IncidentResolved) string {
	switch {
	case d.By != "":
		return who(d.By, "") + " resolved it"
	case d.How == Expired:
		return "resolved: the sources of its alerts fell silent"
	case d.How == "command":
		return "resolved by command"
	}
	return "resolved: all its alerts cleared"
}

func escalationSaid(e events.Event) string {
	switch d := e.Data.(type) {
	case events.EscalationAdvanced:
		return fmt.Sprintf("level %d of round %d: %s%s", d.Level, d.Round, paged(d), next(e.Time, d.DueAt))
	case events.EscalationExhausted:
		return fmt.Sprintf("nobody answered: %s of %s climbed", count(d.Levels, "level"), count(d.Rounds, "round"))
	}
	return ""
}

func paged(d events.EscalationAdvanced) string {
	via := strings.Join(d.Targets, ", ")
	people := strings.Join(d.Pages, ", ")
	switch {
	case len(d.Pages) == 0:
		return "nobody to page" + clause(" behind ", via)
	case via == people || via == "":
		return "paged " + people
	}
	return "paged " + people + " via " + via
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
		return fmt.Sprintf("page to %s requested, urgency %s%s", d.Target, d.Urgency, again)
	case events.PageDelivered:
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

// asked gives a command's name as what it asks for.
func asked(command string) string {
	switch command {
	case "acknowledgement.received":
		return "acknowledge it"
	case "acknowledgement.withdrawn":
		return "give it back"
	case "resolution.received":
		return "resolve it"
	case "reopening.received":
		return "reopen it"
	case "escalation.received":
		return "escalate it"
	case "note.received":
		return "leave a note"
	}
	return "do " + command
}
