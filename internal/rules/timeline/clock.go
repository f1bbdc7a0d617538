package timeline

import (
	"fmt"
	"slices"
	"time"

	"tocsin.dev/pkg/events"
)

// Clock measures an incident by one target. Where its goal is "0s" the present priority has no such
// target, and nothing falls due.
type Clock struct {
	Clock    string `json:"clock"`              // "response" or "resolution"
	Goal     string `json:"goal"`               // working time that may pass: "4h0m0s"
	Calendar string `json:"calendar,omitempty"` // empty: around the clock
	// DueAt and AtRiskAt are zero while the clock stands still, and where it never comes to that.
	DueAt    time.Time `json:"due_at,omitzero"`
	AtRiskAt time.Time `json:"at_risk_at,omitzero"`
	AtRisk   bool      `json:"at_risk"`  // so much is used up that the goal may be missed
	Breached bool      `json:"breached"` // the goal was used up, also if it was met afterwards
	Met      bool      `json:"met"`      // what it waits for has happened
	// Elapsed is the working time it took, such as "1h30m0s"; empty until it is met.
	Elapsed string `json:"elapsed,omitempty"`
	Paused  bool   `json:"paused"` // it stands still; never once it is met
}

// foldClock takes in what concerns the clocks.
func foldClock(i Incident, e events.Event) Incident {
	switch d := e.Data.(type) {
	case events.IncidentClockStarted:
		i.Clocks = set(i.Clocks, i.ClocksPaused, d)
	case events.IncidentClockRetimed:
		i.Clocks = set(i.Clocks, i.ClocksPaused, d.IncidentClockStarted)
	case events.IncidentClockAtRisk:
		i.Clocks = ticked(i.Clocks, d.Clock, func(c *Clock) { c.AtRisk = true })
	case events.IncidentClockBreached:
		i.Clocks = ticked(i.Clocks, d.Clock, func(c *Clock) { c.Breached = true })
	case events.IncidentClockMet:
		i.Clocks = ticked(i.Clocks, d.Clock, func(c *Clock) {
			c.Met, c.Breached, c.Elapsed, c.Paused = true, d.Breached, d.Elapsed, false
		})
	case events.IncidentClocksPaused:
		return standing(i, d.Until)
	case events.IncidentClocksResumed:
		return running(i)
	case events.IncidentClocksCancelled:
		i.Clocks, i.ClocksPaused, i.PausedUntil = nil, false, time.Time{}
	}
	return i
}

// set puts a clock as it was started or retimed in the place of the one of its name, or at the end:
// whether it is at risk, breached or met is then open again.
func set(all []Clock, paused bool, d events.IncidentClockStarted) []Clock {
	next := Clock{Clock: d.Clock, Goal: d.Goal, Calendar: d.Calendar, DueAt: d.DueAt, AtRiskAt: d.AtRiskAt, Paused: paused}
	if n := slices.IndexFunc(all, func(c Clock) bool { return c.Clock == d.Clock }); n >= 0 {
		all = slices.Clone(all)
		all[n] = next
		return all
	}
	return append(slices.Clip(all), next)
}

// ticked applies change to the clock of that name in a copy.
func ticked(all []Clock, name string, change func(*Clock)) []Clock {
	all = slices.Clone(all)
	for n := range all {
		if all[n].Clock == name {
			change(&all[n])
		}
	}
	return all
}

// standing stops the clocks that run; what is to come of them has no instant then.
func standing(i Incident, until time.Time) Incident {
	i.ClocksPaused, i.PausedUntil, i.Clocks = true, until, slices.Clone(i.Clocks)
	for n := range i.Clocks {
		c := &i.Clocks[n]
		c.Paused = !c.Met
		if !c.Met && !c.Breached {
			c.DueAt, c.AtRiskAt = time.Time{}, time.Time{}
		}
	}
	return i
}

// running ends a pause. The instants come back with the facts that retime the clocks.
func running(i Incident) Incident {
	if !i.ClocksPaused {
		return i
	}
	i.ClocksPaused, i.PausedUntil, i.Clocks = false, time.Time{}, slices.Clone(i.Clocks)
	for n := range i.Clocks {
		i.Clocks[n].Paused = false
	}
	return i
}

func clockSaid(e events.Event) string {
	switch d := e.Data.(type) {
	case events.IncidentClockStarted:
		return fmt.Sprintf("%s target is %s%s", d.Clock, goal(d), when(", due at ", e.Time, d.DueAt))
	case events.IncidentClockRetimed:
		return retimedSaid(e.Time, d)
	case events.IncidentClockAtRisk:
		return fmt.Sprintf("%s target at risk: %d %% used%s%s", d.Clock, d.Percent, when(", due at ", e.Time, d.DueAt), clause("; ", d.Arithmetic))
	case events.IncidentClockBreached:
		return fmt.Sprintf("%s target breached%s%s", d.Clock, when(", due at ", e.Time, d.DueAt), clause("; ", d.Arithmetic))
	case events.IncidentClockMet:
		late := ""
		if d.Breached {
			late = " late,"
		}
		return fmt.Sprintf("%s target met%s after %s%s", d.Clock, late, span(d.Elapsed), clause("; ", d.Arithmetic))
	case events.IncidentClocksPaused:
		return by(d.By, "paused its clocks", "its clocks stand still") + until(e.Time, d.Until)
	case events.IncidentClocksResumed:
		return by(d.By, "let its clocks run again", "its clocks run again")
	case events.IncidentClocksCancelled:
		return by(d.By, "cancelled its clocks", "its clocks are cancelled") + ": no target measures it any more"
	}
	return ""
}

// goal gives the time that may pass, and of which calendar.
func goal(d events.IncidentClockStarted) string {
	if d.Calendar == "" {
		return span(d.Goal)
	}
	return span(d.Goal) + " of working time (" + d.Calendar + ")"
}

func retimedSaid(now time.Time, d events.IncidentClockRetimed) string {
	if length, err := time.ParseDuration(d.Goal); err == nil && length == 0 {
		return fmt.Sprintf("no %s target any more (before: %s)", d.Clock, span(d.WasGoal))
	}
	was := ""
	if d.WasGoal != d.Goal {
		was = " (before: " + span(d.WasGoal) + ")"
	}
	at := when(", due at ", now, d.DueAt)
	if at != "" && !d.DueAt.Equal(d.WasDueAt) {
		at += when(" (before: ", now, d.WasDueAt)
		if !d.WasDueAt.IsZero() {
			at += ")"
		}
	}
	return fmt.Sprintf("%s target is now %s%s%s%s", d.Clock, goal(d.IncidentClockStarted), was, at, clause("; ", d.Arithmetic))
}
