package timeline

import (
	"fmt"

	"tocsin.dev/pkg/events"
)

// overrideSaid tells who is on call otherwise. These facts are in no incident's timeline.
func overrideSaid(e events.Event) string {
	switch d := e.Data.(type) {
	case events.OverrideAdded:
		return fmt.Sprintf("schedule %s, from %s to %s: %s%s", d.Schedule, instant(e.Time, d.From), instant(e.Time, d.To),
			standsIn(d.Override), clause("; by ", who(d.By, "")))
	case events.OverrideRemoved:
		return fmt.Sprintf("schedule %s: override %s is withdrawn%s", d.Schedule, d.ID, clause(" by ", who(d.By, "")))
	case events.RosterImported:
		return fmt.Sprintf("schedule %s: %s from %s to %s, read of %s", d.Schedule, count(len(d.Shifts), "shift"),
			instant(e.Time, d.From), instant(e.Time, d.To), who(d.Source, "its calendar"))
	}
	return ""
}

func standsIn(o events.Override) string {
	switch people := names(o.People); o.Kind {
	case "override":
		return people + " instead of " + who(o.Replaces, "everybody on call")
	case "swap":
		return people + " swap their duties"
	case "temporary":
		return count(len(o.Shifts), "shift") + " instead of the schedule"
	case "shadow":
		return people + " as shadow"
	}
	return "override of kind " + o.Kind
}
