package timeline

import (
	"fmt"
	"slices"
	"time"

	"tocsin.dev/pkg/events"
)

// Clock measures an incident against one goal. If Goal is "0s", the present priority has no such goal
// and nothing falls due.
type Clock struct {
	Clock    string `json:"clock"`              // "response" or "resolution"
	Goal     string `json:"goal"`               // working time that may pass: "4h0m0s"
	Calendar string `json:"calendar,omitempty"` // empty: around the clock
	// DueAt and AtRiskAt are zero while the clock is paused, and if the instant never comes.
	DueAt    time.Time `json:"due_at,omitzero"`
	AtRiskAt time.Time `json:"at_risk_at,omitzero"`
	AtRisk   bool      `json:"at_risk"`  // much of the goal is used up
	Breached bool      `json:"breached"` // the goal was used up, even if it was met afterwards
	Met      bool      `json:"met"`      // what it waits for has happened
	// Elapsed is the working time it took, such as "1h30m0s"; empty until it is met.
	Elapsed string `json:"elapsed,omitempty"`
	Paused  bool   `json:"paused"` // it stands still; never once it is met
}

// foldClock folds in facts about the clocks.
func foldClock(i Incident, e events.Event) Incident {
	switch d := e.Data.(type) {
	case events.IncidentClockStarted:
		i.Clocks = setClock(i.Clocks, i.ClocksPaused, d)
	case events.IncidentClockRetimed:
		i.Clocks = setClock(i.Clocks, i.ClocksPaused, d.IncidentClockStarted)
	case events.IncidentClockAtRisk:
		i.Clocks = changeClock(i.Clocks, d.Clock, func(c *Clock) { c.AtRisk = true })
	case events.IncidentClockBreached:
		i.Clocks = changeClock(i.Clocks, d.Clock, func(c *Clock) { c.Breached = true })
	case events.IncidentClockMet:
		i.Clocks = changeClock(i.Clocks, d.Clock, func(c *Clock) {
			c.Met, c.Breached, c.Elapsed, c.Paused = true, d.Breached, d.Elapsed, false
		})
	case events.IncidentClocksPaused:
		return pauseClocks(i, d.Until)
	case events.IncidentClocksResumed:
		return resumeClocks(i)
	case events.IncidentClocksCancelled:
		i.Clocks, i.ClocksPaused, i.PausedUntil = nil, false, time.Time{}
	}
	return i
}

// setClock adds a clock to a copy, or replaces the one of its name, which is then no longer at risk,
// breached or met.
func setClock(all []Clock, paused bool, d events.IncidentClockStarted) []Clock {
	next := Clock{Clock: d.Clock, Goal: d.Goal, Calendar: d.Calendar, DueAt: d.DueAt, AtRiskAt: d.AtRiskAt, Paused: paused}
	if n := slices.IndexFunc(all, func(c Clock) bool { return c.Clock == d.Clock }); n >= 0 {
		all = slices.Clone(all)
		all[n] = next
		return all
	}
	return append(slices.Clip(all), next)
}

// changeClock changes the clock of that name in a copy.
func changeClock(all []Clock, name string, change func(*Clock)) []Clock {
	all = slices.Clone(all)
	for n := range all {
		if all[n].Clock == name {
			change(&all[n])
		}
	}
	return all
}

// pauseClocks stops the running clocks, which then have no instants to come.
func pauseClocks(i Incident, until time.Time) Incident {
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

// resumeClocks ends a pause. The facts that retime the clocks restore the instants.
func resumeClocks(i Incident) Incident {
	if !i.ClocksPaused {
		return i
	}
	i.ClocksPaused, i.PausedUntil, i.Clocks = false, time.Time{}, slices.Clone(i.Clocks)
	for n := range i.Clocks {
		i.Clocks[n].Paused = false
	}
	return i
}

func clockSentence(e events.Event) string {
	switch d := e.Data.(type) {
	case events.IncidentClockStarted:
		return fmt.Sprintf("%s goal is %s%s", d.Clock, goal(d), due(e.Time, d.DueAt))
	case events.IncidentClockRetimed:
		return retimed(e.Time, d)
	case events.IncidentClockAtRisk:
		return fmt.Sprintf("%s goal at risk: %d%% used%s%s", d.Clock, d.Percent, due(e.Time, d.DueAt), clause("; ", d.Arithmetic))
	case events.IncidentClockBreached:
		return fmt.Sprintf("%s goal breached%s%s", d.Clock, due(e.Time, d.DueAt), clause("; ", d.Arithmetic))
	case events.IncidentClockMet:
		late := ""
		if d.Breached {
			late = " late,"
		}
		return fmt.Sprintf("%s goal met%s after %s%s", d.Clock, late, span(d.Elapsed), clause("; ", d.Arithmetic))
	case events.IncidentClocksPaused:
		return by(d.By, "paused its clocks", "its clocks are paused") + until(e.Time, d.Until)
	case events.IncidentClocksResumed:
		return by(d.By, "resumed its clocks", "its clocks run again")
	case events.IncidentClocksCancelled:
		return by(d.By, "cancelled its clocks", "its clocks are cancelled") + ": no goal applies any more"
	}
	return ""
}

func due(now, at time.Time) string { return when(", due at ", now, at) }

// goal is the time allowed, and by which calendar it counts.
func goal(d events.IncidentClockStarted) string {
	if d.Calendar == "" {
		return span(d.Goal)
	}
	return span(d.Goal) + " of working time (" + d.Calendar + ")"
}

func retimed(now time.Time, d events.IncidentClockRetimed) string {
	if length, err := time.ParseDuration(d.Goal); err == nil && length == 0 {
		return fmt.Sprintf("no %s goal any more (was %s)", d.Clock, span(d.WasGoal))
	}
	sentence := fmt.Sprintf("%s goal is now %s", d.Clock, goal(d.IncidentClockStarted))
	if d.WasGoal != d.Goal {
		sentence += " (was " + span(d.WasGoal) + ")"
	}
	if !d.DueAt.IsZero() {
		sentence += due(now, d.DueAt)
		if !d.WasDueAt.IsZero() && !d.DueAt.Equal(d.WasDueAt) {
			sentence += " (was " + instant(now, d.WasDueAt) + ")"
		}
	}
	return sentence + clause("; ", d.Arithmetic)
}
