package timeline

import (
	"fmt"
	"strings"

	"tocsin.dev/pkg/events"
)

func escalationSentence(e events.Event) string {
	switch d := e.Data.(type) {
	case events.EscalationAdvanced:
		return advanced(e, d)
	case events.EscalationHeld:
		return fmt.Sprintf("level %d held%s: waiting for %s", d.Level, when(" until ", e.Time, d.Until), holds(d.For))
	case events.EscalationFired:
		return fired(e, d)
	case events.EscalationSkipped:
		return "trigger skipped: " + cause(e.Reason, d.On, d.Category)
	case events.EscalationExhausted:
		return fmt.Sprintf("escalation exhausted after %s in %s%s",
			count(d.Levels, "level"), count(d.Rounds, "round"), clause("; ", paged(d.Targets, d.Pages)))
	}
	return ""
}

// advanced names the level, who sent the escalation there, and the result.
func advanced(e events.Event, d events.EscalationAdvanced) string {
	sentence := fmt.Sprintf("level %d of round %d", d.Level, d.Round)
	if d.Trigger == "command" {
		sentence = who(e.Actor, "somebody") + " escalated it to " + sentence
	}
	if d.Again > 0 {
		sentence += ", repeated"
	}
	return sentence + clause(", ", d.Kind) + ": " + outcome(e, d)
}

// outcome says whom the level paged and what comes next. For a level that was skipped at once, only
// the reason says why: it had nobody to page, or its condition was false.
func outcome(e events.Event, d events.EscalationAdvanced) string {
	if len(d.Pages) == 0 && d.DueAt.IsZero() && e.Reason != "" {
		return e.Reason
	}
	sentence := paged(d.Targets, d.Pages)
	if sentence == "" {
		sentence = "nobody to page"
	}
	if d.Need > 1 {
		sentence += fmt.Sprintf(", %d must acknowledge", d.Need)
	}
	switch {
	case !d.DueAt.IsZero():
		return sentence + ", next step at " + instant(e.Time, d.DueAt)
	case e.Reason != "":
		return sentence + "; " + e.Reason
	}
	return sentence + ", no next step"
}

// paged says who was paged, and by which targets of the catalog; empty if there are neither.
func paged(targets, pages []string) string {
	via, people := strings.Join(targets, ", "), strings.Join(pages, ", ")
	switch {
	case people == "" && via == "":
		return ""
	case people == "":
		return "nobody to page for " + via
	case via == people || via == "":
		return "paged " + people
	}
	return "paged " + people + " via " + via
}

func holds(word string) string {
	switch word {
	case "working_hours":
		return "working hours"
	case "on_call":
		return "somebody on call"
	}
	return word
}

func fired(e events.Event, d events.EscalationFired) string {
	if d.On == "command" {
		return who(e.Actor, "somebody") + " escalated it" + clause(", ", d.Kind) + ": " + paged(d.Targets, d.Pages)
	}
	sentence := "trigger fired" + clause(", ", d.Kind) + ": " + cause(e.Reason, d.On, d.Category)
	if len(d.Pages) == 0 && e.Reason != "" {
		return sentence // the reason says that there was nobody to page
	}
	return sentence + clause("; ", paged(d.Targets, d.Pages))
}

// cause is the engine's reason, or what the trigger waits for if there is none.
func cause(reason, on, category string) string {
	if reason != "" {
		return reason
	}
	return strings.ReplaceAll(on, "_", " ") + clause(" of ", category)
}
