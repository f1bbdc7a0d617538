package timeline

import (
	"fmt"

	"tocsin.dev/pkg/events"
)

// problemSaid tells of problem records. These facts are in no incident's timeline.
func problemSaid(e events.Event) string {
	switch d := e.Data.(type) {
	case events.ProblemOpened:
		return fmt.Sprintf("%s opened problem %s: %s", who(d.By, "somebody"), d.Problem, d.Title)
	case events.ProblemChanged:
		if d.Known == nil {
			return fmt.Sprintf("%s changed problem %s: %s", who(d.By, "somebody"), d.Problem, d.Title)
		}
		return fmt.Sprintf("problem %s is a known error, by %s; workaround: %s", d.Problem, who(d.By, "somebody"), d.Known.Workaround)
	case events.ProblemClosed:
		return fmt.Sprintf("%s closed problem %s: %s", who(d.By, "somebody"), d.Problem, d.Resolution)
	case events.ProblemLinked:
		return fmt.Sprintf("%s linked incident %s to problem %s", who(d.By, "somebody"), d.Incident, d.Problem)
	case events.ProblemUnlinked:
		return fmt.Sprintf("%s took incident %s from problem %s", who(d.By, "somebody"), d.Incident, d.Problem)
	case events.ProblemNoticed:
		return fmt.Sprintf("problem %s is known here: %s, %s", d.Problem, d.Title, d.Status)
	}
	return ""
}
