package timeline

import (
	"fmt"

	"tocsin.dev/pkg/events"
)

// scheduleSentence describes changes of who is on call. These facts are in no incident's timeline.
func scheduleSentence(e events.Event) string {
	switch d := e.Data.(type) {
	case events.OverrideAdded:
		return fmt.Sprintf("schedule %s, from %s to %s: %s%s", d.Schedule, instant(e.Time, d.From), instant(e.Time, d.To),
			override(d.Override), clause("; by ", who(d.By, "")))
	case events.OverrideRemoved:
		return fmt.Sprintf("schedule %s: override %s removed%s", d.Schedule, d.ID, clause(" by ", who(d.By, "")))
	case events.RosterImported:
		return fmt.Sprintf("schedule %s: %s imported from %s, %s to %s", d.Schedule, count(len(d.Shifts), "shift"),
			who(d.Source, "its calendar"), instant(e.Time, d.From), instant(e.Time, d.To))
	}
	return ""
}

func override(o events.Override) string {
	switch people := names(o.People); o.Kind {
	case "override":
		return people + " instead of " + who(o.Replaces, "everybody on call")
	case "swap":
		return people + " swap shifts"
	case "temporary":
		return count(len(o.Shifts), "shift") + " instead of the schedule"
	case "shadow":
		return people + " as shadow"
	}
	return "override of kind " + o.Kind
}

// problemSentence describes problem records. These facts are in no incident's timeline.
func problemSentence(e events.Event) string {
	switch d := e.Data.(type) {
	case events.ProblemOpened:
		return fmt.Sprintf("%s opened problem %s: %s", who(d.By, "somebody"), d.Problem, d.Title)
	case events.ProblemChanged:
		if d.Known == nil {
			return fmt.Sprintf("%s changed problem %s: %s", who(d.By, "somebody"), d.Problem, d.Title)
		}
		return fmt.Sprintf("%s recorded problem %s as a known error; workaround: %s", who(d.By, "somebody"), d.Problem, d.Known.Workaround)
	case events.ProblemClosed:
		return fmt.Sprintf("%s closed problem %s: %s", who(d.By, "somebody"), d.Problem, d.Resolution)
	case events.ProblemLinked:
		return fmt.Sprintf("%s linked incident %s to problem %s", who(d.By, "somebody"), d.Incident, d.Problem)
	case events.ProblemUnlinked:
		return fmt.Sprintf("%s unlinked incident %s from problem %s", who(d.By, "somebody"), d.Incident, d.Problem)
	case events.ProblemNoticed:
		return fmt.Sprintf("partition learned of problem %s: %s, %s", d.Problem, d.Title, d.Status)
	}
	return ""
}
