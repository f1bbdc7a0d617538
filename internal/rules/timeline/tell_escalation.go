package timeline

import (
	"fmt"
	"strings"

	"tocsin.dev/pkg/events"
)

func escalationSaid(e events.Event) string {
	switch d := e.Data.(type) {
	case events.EscalationAdvanced:
		return advancedSaid(e, d)
	case events.EscalationHeld:
		return fmt.Sprintf("level %d held%s: %s", d.Level, when(" until ", e.Time, d.Until), heldFor(d.For))
	case events.EscalationFired:
		return firedSaid(e, d)
	case events.EscalationSkipped:
		return "trigger skipped: " + why(e.Reason, d.On, d.Category)
	case events.EscalationExhausted:
		return fmt.Sprintf("nobody answered: %s of %s climbed%s",
			count(d.Levels, "level"), count(d.Rounds, "round"), clause("; ", told("told", d.Targets, d.Pages)))
	}
	return ""
}

// advancedSaid names the level, who sent the climb there, and what came of it.
func advancedSaid(e events.Event, d events.EscalationAdvanced) string {
	said := fmt.Sprintf("level %d of round %d", d.Level, d.Round)
	if d.Trigger == "command" {
		said = who(e.Actor, "somebody") + " escalated it; " + said
	}
	if d.Again > 0 {
		said += ", once more"
	}
	return said + clause(", ", d.Kind) + ": " + reached(e, d)
}

// reached says whom the level paged and what comes next. A level without a next step was passed at
// once, and only the reason says why: nobody was there, or its condition did not hold.
func reached(e events.Event, d events.EscalationAdvanced) string {
	if len(d.Pages) == 0 && d.DueAt.IsZero() && e.Reason != "" {
		return e.Reason
	}
	said := told("paged", d.Targets, d.Pages)
	if said == "" {
		said = "nobody to page"
	}
	if d.Need > 1 {
		said += fmt.Sprintf(", %d must answer", d.Need)
	}
	if d.DueAt.IsZero() && e.Reason != "" {
		return said + "; " + e.Reason
	}
	return said + next(e.Time, d.DueAt)
}

// told says who was reached by which words of the catalog; empty where there are neither.
func told(verb string, targets, pages []string) string {
	via, people := strings.Join(targets, ", "), strings.Join(pages, ", ")
	switch {
	case people == "" && via == "":
		return ""
	case people == "":
		return "nobody to page behind " + via
	case via == people || via == "":
		return verb + " " + people
	}
	return verb + " " + people + " via " + via
}

func heldFor(word string) string {
	switch word {
	case "working_hours":
		return "working hours"
	case "on_call":
		return "somebody on call"
	}
	return word
}

func firedSaid(e events.Event, d events.EscalationFired) string {
	if d.On == "command" {
		return who(e.Actor, "somebody") + " escalated it" + clause(", ", d.Kind) + ": " + told("told", d.Targets, d.Pages)
	}
	said := "trigger went off" + clause(", ", d.Kind) + ": " + why(e.Reason, d.On, d.Category)
	if len(d.Pages) == 0 && e.Reason != "" {
		return said // the reason says whether anybody was there
	}
	return said + clause("; ", told("told", d.Targets, d.Pages))
}

// why gives the engine's own reason, and what the trigger waits for where there is none.
func why(reason, on, category string) string {
	if reason != "" {
		return reason
	}
	return strings.ReplaceAll(on, "_", " ") + clause(" of ", category)
}
