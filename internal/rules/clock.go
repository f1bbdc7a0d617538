package rules

import (
	"time"

	"tocsin.dev/internal/rules/clock"
	"tocsin.dev/pkg/events"
)

// The clocks of an incident, as [events.IncidentClockStarted] names them.
const (
	responseClock   = "response"   // until somebody acknowledges it
	resolutionClock = "resolution" // until it is resolved
)

var clockNames = []string{responseClock, resolutionClock}

// Clock measures an incident against one goal. The instants come from facts, so that only a fact
// moves them; they are zero while the clock is paused.
type Clock struct {
	Name     string        `json:"name"`
	Goal     time.Duration `json:"goal"`               // 0 if the present priority has no such goal
	Calendar string        `json:"calendar,omitempty"` // id
	AtRiskAt time.Time     `json:"at_risk_at,omitzero"`
	DueAt    time.Time     `json:"due_at,omitzero"`
	AtRisk   bool          `json:"at_risk,omitempty"` // a fact says so
	Breached bool          `json:"breached,omitempty"`
	Met      bool          `json:"met,omitempty"`
}

// nextAt is when the clock is at risk or breached next; zero for never.
func (c *Clock) nextAt() time.Time {
	switch {
	case c.Met || c.Breached:
		return time.Time{}
	case c.AtRisk:
		return c.DueAt
	}
	return earlier(c.AtRiskAt, c.DueAt)
}

// clock returns the incident's clock of that name; nil for none.
func (i *Incident) clock(name string) *Clock {
	for n := range i.Clocks {
		if i.Clocks[n].Name == name {
			return &i.Clocks[n]
		}
	}
	return nil
}

// paused reports whether the clocks are paused.
func (i *Incident) paused() bool {
	return len(i.Pauses) > 0 && i.Pauses[len(i.Pauses)-1].To.IsZero()
}

// measure is a clock of the incident for the arithmetic of working time.
func (i *Incident) measure(goal time.Duration, calendar string) clock.Clock {
	return clock.Clock{Goal: goal, Calendar: i.calendar(calendar), StartedAt: i.OpenedAt, Pauses: i.Pauses}
}

// timeTriggers computes when the policy's triggers on the clocks fall due. The arithmetic with
// calendars is expensive, so it is done only after facts that can change the result.
func (i *Incident) timeTriggers() {
	i.clockTriggers = nil
	if len(i.Clocks) == 0 || i.paused() || !i.Status.Open() {
		return
	}
	from := i.OpenedAt
	if n := len(i.Pauses); n > 0 {
		from = i.Pauses[n-1].To
	}
	for n, t := range i.policy.Triggers {
		c := i.clock(string(t.On))
		if c == nil || c.Met || c.Goal == 0 {
			continue
		}
		if i.clockTriggers == nil {
			i.clockTriggers = make([]time.Time, len(i.policy.Triggers))
		}
		i.clockTriggers[n] = inUTC(i.measure(c.Goal, c.Calendar).At(t.Percent, from))
	}
}

// movesTriggers reports whether a fact can change what [Incident.timeTriggers] computes.
func movesTriggers(data events.Data) bool {
	switch data.(type) {
	case events.IncidentClockStarted, events.IncidentClockRetimed, events.IncidentClockMet, events.IncidentClocksPaused,
		events.IncidentClocksResumed, events.IncidentClocksCancelled, events.IncidentTransferred, events.IncidentResolved, events.IncidentReopened:
		return true
	}
	return false
}

// goal returns the goals of the incident's priority; ok is false if there are none.
func (i *Incident) goal() (g Goal, ok bool) {
	if g, ok = i.catalog.Service(i.Service).Goals[i.Priority]; !ok {
		g, ok = i.catalog.Goals[i.Priority]
	}
	return g, ok
}

// of returns the goal of one clock; 0 for none.
func (g Goal) of(name string) time.Duration {
	if name == responseClock {
		return g.Response
	}
	return g.Resolution
}

// atRisk is the percentage at which the goal is at risk.
func (g Goal) atRisk() int {
	if g.AtRisk == 0 {
		return DefaultAtRisk
	}
	return g.AtRisk
}

// startClocks starts the clocks of a new incident.
func (d *decider) startClocks(i *Incident) {
	g, _ := i.goal()
	for _, name := range clockNames {
		if g.of(name) > 0 {
			d.emit(i, ActorPolicy, "", d.timing(i, g, name))
		}
	}
}

// timing computes when a clock is at risk and due.
func (d *decider) timing(i *Incident, g Goal, name string) events.IncidentClockStarted {
	m := i.measure(g.of(name), g.Calendar)
	calendar := g.Calendar
	if measured := i.calendar(g.Calendar); measured != nil {
		calendar = measured.ID
	}
	return events.IncidentClockStarted{
		Clock: name, Goal: g.of(name).String(), Calendar: calendar,
		DueAt: inUTC(m.DueAt(d.now)), AtRiskAt: inUTC(m.At(g.atRisk(), d.now)),
	}
}

// inUTC converts an instant; zero stays zero.
func inUTC(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}

// retime recomputes every clock after the goals, the pauses or the resolution changed. The clocks
// still count from where they started: the change applies retroactively.
func (d *decider) retime(i *Incident, why string) {
	g, _ := i.goal()
	for _, name := range clockNames {
		c := i.clock(name)
		switch {
		case c == nil && g.of(name) > 0 && !i.answered(name):
			d.emit(i, ActorPolicy, why, d.timing(i, g, name))
		case c == nil, c.Met && name == responseClock:
		default:
			d.retimeOne(i, c, g, why)
		}
	}
}

// answered reports whether the clock would be met before it started.
func (i *Incident) answered(name string) bool { return name == responseClock && i.Holder != "" }

func (d *decider) retimeOne(i *Incident, c *Clock, g Goal, why string) {
	t := d.timing(i, g, c.Name)
	if !c.Met && t.DueAt.Equal(c.DueAt) && t.Goal == c.Goal.String() {
		return
	}
	arithmetic := ""
	if g.of(c.Name) == 0 {
		t.DueAt, t.AtRiskAt = time.Time{}, time.Time{}
	} else {
		arithmetic = i.measure(g.of(c.Name), g.Calendar).Arithmetic(d.now)
	}
	d.emit(i, ActorPolicy, why, events.IncidentClockRetimed{
		IncidentClockStarted: t, WasGoal: c.Goal.String(), WasDueAt: c.DueAt, Arithmetic: arithmetic,
	})
}

// tick records the first goal that is newly at risk or breached, and reports whether there is one.
func (d *decider) tick(i *Incident) bool {
	for n := range i.Clocks {
		c := i.Clocks[n]
		if !d.reached(c.nextAt()) {
			continue
		}
		arithmetic := i.measure(c.Goal, c.Calendar).Arithmetic(d.now)
		if d.reached(c.DueAt) {
			d.emit(i, ActorPolicy, "", events.IncidentClockBreached{Clock: c.Name, DueAt: c.DueAt, Arithmetic: arithmetic})
			return true
		}
		g, _ := i.goal()
		d.emit(i, ActorPolicy, "", events.IncidentClockAtRisk{Clock: c.Name, Percent: g.atRisk(), DueAt: c.DueAt, Arithmetic: arithmetic})
		return true
	}
	return false
}

// meet stops a clock because what it waits for has happened.
func (d *decider) meet(i *Incident, name string) {
	c := i.clock(name)
	if c == nil || c.Met || c.Goal == 0 {
		return
	}
	m := i.measure(c.Goal, c.Calendar)
	breached := c.Breached || d.reached(c.DueAt)
	d.emit(i, ActorPolicy, "", events.IncidentClockMet{
		Clock: name, Elapsed: m.Elapsed(d.now).String(), Breached: breached, Arithmetic: m.Arithmetic(d.now),
	})
}

const noClocks = "it has no clocks"

// pause pauses the clocks by command.
func (d *decider) pause(i *Incident, ask events.PauseReceived) {
	switch {
	case len(i.Clocks) == 0:
		d.refuse(i, ask, noClocks)
	case i.paused():
		d.refuse(i, ask, "its clocks are paused already")
	case !ask.Until.IsZero() && !ask.Until.After(d.now):
		d.refuse(i, ask, "the end of the pause is in the past")
	default:
		d.emit(i, ask.By, ask.Note, events.IncidentClocksPaused{By: ask.By, Until: inUTC(ask.Until)})
	}
}

// unpause resumes the clocks by command.
func (d *decider) unpause(i *Incident, ask events.PauseWithdrawn) {
	if !i.paused() {
		d.refuse(i, ask, "its clocks are not paused")
		return
	}
	d.resume(i, ask.By, ask.Note)
}

func (d *decider) resume(i *Incident, by, reason string) {
	d.emit(i, actorOf(by), reason, events.IncidentClocksResumed{By: by})
	d.retime(i, "the pause is over")
}

// unpauseSnoozed ends the pause that a snooze caused.
func (d *decider) unpauseSnoozed(i *Incident) {
	if goal, _ := i.goal(); goal.PauseSnoozed && i.paused() {
		d.resume(i, "", "it is no longer snoozed")
	}
}

func (d *decider) cancelClocks(i *Incident, ask events.ClocksCancelled) {
	if len(i.Clocks) == 0 {
		d.refuse(i, ask, noClocks)
		return
	}
	d.emit(i, ask.By, ask.Note, events.IncidentClocksCancelled{By: ask.By})
}

// evolveClocks folds in what a fact changes about the clocks.
func (i *Incident) evolveClocks(e events.Event) {
	switch fact := e.Data.(type) {
	case events.IncidentClockStarted:
		i.Clocks = append(i.Clocks, clockOf(fact))
	case events.IncidentClockRetimed:
		if c := i.clock(fact.Clock); c != nil {
			*c = clockOf(fact.IncidentClockStarted)
			i.forget(func(index int) bool { return string(i.policy.Triggers[index].On) == fact.Clock })
		}
	case events.IncidentClockAtRisk:
		if c := i.clock(fact.Clock); c != nil {
			c.AtRisk = true
		}
	case events.IncidentClockBreached:
		if c := i.clock(fact.Clock); c != nil {
			c.Breached = true
		}
	case events.IncidentClockMet:
		if c := i.clock(fact.Clock); c != nil {
			c.Met, c.Breached = true, fact.Breached
		}
	case events.IncidentClocksPaused:
		i.Pauses, i.PausedUntil = append(i.Pauses, clock.Pause{From: e.Time}), fact.Until
		for n := range i.Clocks {
			if c := &i.Clocks[n]; !c.Met && !c.Breached {
				c.AtRiskAt, c.DueAt = time.Time{}, time.Time{}
			}
		}
	case events.IncidentClocksResumed:
		i.Pauses[len(i.Pauses)-1].To, i.PausedUntil = e.Time, time.Time{}
	case events.IncidentClocksCancelled:
		i.Clocks, i.Pauses, i.PausedUntil = nil, nil, time.Time{}
	}
}

func clockOf(fact events.IncidentClockStarted) Clock {
	goal, _ := time.ParseDuration(fact.Goal) // only Decide writes it
	return Clock{Name: fact.Clock, Goal: goal, Calendar: fact.Calendar, AtRiskAt: fact.AtRiskAt, DueAt: fact.DueAt}
}
