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

// Clock is one target that measures an incident. The instants are those of the facts, so that only a
// fact moves them; they are zero while the clock stands still.
type Clock struct {
	Name     string        `json:"name"`
	Goal     time.Duration `json:"goal"`
	Calendar string        `json:"calendar,omitempty"` // id
	AtRiskAt time.Time     `json:"at_risk_at,omitzero"`
	DueAt    time.Time     `json:"due_at,omitzero"`
	AtRisk   bool          `json:"at_risk,omitempty"` // told
	Breached bool          `json:"breached,omitempty"`
	Met      bool          `json:"met,omitempty"`
}

// nextAt is when the clock has something to say; zero for never.
func (c *Clock) nextAt() time.Time {
	switch {
	case c.Met || c.Breached:
		return time.Time{}
	case c.AtRisk:
		return c.DueAt
	}
	return earlier(c.AtRiskAt, c.DueAt)
}

func (i *Incident) clock(name string) *Clock {
	for n := range i.Clocks {
		if i.Clocks[n].Name == name {
			return &i.Clocks[n]
		}
	}
	return nil
}

// paused says that the clocks stand still.
func (i *Incident) paused() bool {
	return len(i.Pauses) > 0 && i.Pauses[len(i.Pauses)-1].To.IsZero()
}

// measure is the clock as the arithmetic of working time knows it.
func (i *Incident) measure(goal time.Duration, calendar string) clock.Clock {
	return clock.Clock{Goal: goal, Calendar: i.calendar(calendar), StartedAt: i.OpenedAt, Pauses: i.Pauses}
}

// reckon works out when the policy's triggers on the clocks come due. That costs arithmetic with
// calendars, and only a fact about the clocks changes it.
func (i *Incident) reckon() {
	i.percents = nil
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
			continue // no target at this priority
		}
		if i.percents == nil {
			i.percents = make([]time.Time, len(i.policy.Triggers))
		}
		i.percents[n] = inUTC(i.measure(c.Goal, c.Calendar).At(t.Percent, from))
	}
}

// reckons says that a fact may change what [Incident.reckon] works out.
func reckons(data events.Data) bool {
	switch data.(type) {
	case events.IncidentClockStarted, events.IncidentClockRetimed, events.IncidentClockMet, events.IncidentClocksPaused,
		events.IncidentClocksResumed, events.IncidentClocksCancelled, events.IncidentTransferred, events.IncidentResolved, events.IncidentReopened:
		return true
	}
	return false
}

// goal gives the targets of the incident's priority; ok is false when there are none.
func (i *Incident) goal() (g Goal, ok bool) {
	if g, ok = i.catalog.Service(i.Service).Goals[i.Priority]; !ok {
		g, ok = i.catalog.Goals[i.Priority]
	}
	return g, ok
}

// of gives the goal of one clock; 0 for none.
func (g Goal) of(name string) time.Duration {
	if name == responseClock {
		return g.Response
	}
	return g.Resolution
}

var clockNames = []string{responseClock, resolutionClock}

// startClocks begins to measure a new incident.
func (d *decider) startClocks(i *Incident) {
	g, ok := i.goal()
	if !ok {
		return
	}
	for _, name := range clockNames {
		if g.of(name) > 0 {
			d.emit(i, ActorPolicy, "", d.timing(i, g, name))
		}
	}
}

// timing works out when a clock is at risk and due.
func (d *decider) timing(i *Incident, g Goal, name string) events.IncidentClockStarted {
	m := i.measure(g.of(name), g.Calendar)
	percent := g.AtRisk
	if percent == 0 {
		percent = DefaultAtRisk
	}
	calendar := g.Calendar
	if measured := i.calendar(g.Calendar); measured != nil {
		calendar = measured.ID
	}
	return events.IncidentClockStarted{
		Clock: name, Goal: g.of(name).String(), Calendar: calendar,
		DueAt: inUTC(m.DueAt(d.now)), AtRiskAt: inUTC(m.At(percent, d.now)),
	}
}

func inUTC(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}

// retime works every clock out anew after the goal, the pauses or the resolution changed. It goes on
// from where it began: the change holds retroactively.
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

// answered says that what the clock waits for has happened before the clock was there.
func (i *Incident) answered(name string) bool { return name == responseClock && i.Holder != "" }

func (d *decider) retimeOne(i *Incident, c *Clock, g Goal, why string) {
	t := d.timing(i, g, c.Name)
	if !c.Met && t.DueAt.Equal(c.DueAt) && t.Goal == c.Goal.String() {
		return
	}
	arithmetic := ""
	if g.of(c.Name) == 0 { // this priority has no such target
		t.DueAt, t.AtRiskAt = time.Time{}, time.Time{}
	} else {
		arithmetic = i.measure(g.of(c.Name), g.Calendar).Arithmetic(d.now)
	}
	d.emit(i, ActorPolicy, why, events.IncidentClockRetimed{
		IncidentClockStarted: t, WasGoal: c.Goal.String(), WasDueAt: c.DueAt, Arithmetic: arithmetic,
	})
}

// tick tells that a target is at risk or breached; it says whether there was anything to tell.
func (d *decider) tick(i *Incident) bool {
	for n := range i.Clocks {
		c := i.Clocks[n]
		if !d.passed(c.nextAt()) {
			continue
		}
		m := i.measure(c.Goal, c.Calendar)
		if d.passed(c.DueAt) {
			d.emit(i, ActorPolicy, "", events.IncidentClockBreached{Clock: c.Name, DueAt: c.DueAt, Arithmetic: m.Arithmetic(d.now)})
			return true
		}
		g, _ := i.goal()
		percent := g.AtRisk
		if percent == 0 {
			percent = DefaultAtRisk
		}
		d.emit(i, ActorPolicy, "", events.IncidentClockAtRisk{
			Clock: c.Name, Percent: percent, DueAt: c.DueAt, Arithmetic: m.Arithmetic(d.now),
		})
		return true
	}
	return false
}

// meet stops a clock, as what it waits for has happened.
func (d *decider) meet(i *Incident, name string) {
	c := i.clock(name)
	if c == nil || c.Met || c.Goal == 0 {
		return
	}
	m := i.measure(c.Goal, c.Calendar)
	breached := c.Breached || d.passed(c.DueAt)
	d.emit(i, ActorPolicy, "", events.IncidentClockMet{
		Clock: name, Elapsed: m.Elapsed(d.now).String(), Breached: breached, Arithmetic: m.Arithmetic(d.now),
	})
}

// pause stops the clocks by hand.
func (d *decider) pause(i *Incident, c events.Command, until time.Time) {
	refusal := ""
	switch {
	case len(i.Clocks) == 0:
		refusal = "no target measures it"
	case i.paused():
		refusal = "its clocks stand still already"
	case !until.IsZero() && !until.After(d.now):
		refusal = "the end of the pause is past"
	}
	if refusal != "" {
		d.refuse(i, events.PauseReceived{}.Name(), c, refusal)
		return
	}
	d.emit(i, c.By, c.Note, events.IncidentClocksPaused{By: c.By, Until: inUTC(until)})
}

// unpause lets the clocks run again by hand.
func (d *decider) unpause(i *Incident, c events.Command) {
	if !i.paused() {
		d.refuse(i, events.PauseWithdrawn{}.Name(), c, "its clocks are not paused")
		return
	}
	d.resume(i, c.By, c.Note)
}

func (d *decider) resume(i *Incident, by, reason string) {
	actor := by
	if by == "" {
		actor = ActorPolicy
	}
	d.emit(i, actor, reason, events.IncidentClocksResumed{By: by})
	d.retime(i, "the pause is over")
}

// unpauseSnoozed ends the pause that a snooze brought.
func (d *decider) unpauseSnoozed(i *Incident) {
	if goal, _ := i.goal(); goal.PauseSnoozed && i.paused() {
		d.resume(i, "", "it is not snoozed any more")
	}
}

func (d *decider) cancelClocks(i *Incident, c events.Command) {
	if len(i.Clocks) == 0 {
		d.refuse(i, events.ClocksCancelled{}.Name(), c, "no target measures it")
		return
	}
	d.emit(i, c.By, c.Note, events.IncidentClocksCancelled{By: c.By})
}

// evolveClock is the part of a fact that concerns the clocks.
func (i *Incident) evolveClock(e events.Event) {
	switch fact := e.Data.(type) {
	case events.IncidentClockStarted:
		i.Clocks = append(i.Clocks, Clock{Name: fact.Clock, Goal: goalOf(fact.Goal), Calendar: fact.Calendar, AtRiskAt: fact.AtRiskAt, DueAt: fact.DueAt})
	case events.IncidentClockRetimed:
		if c := i.clock(fact.Clock); c != nil {
			*c = Clock{Name: fact.Clock, Goal: goalOf(fact.Goal), Calendar: fact.Calendar, AtRiskAt: fact.AtRiskAt, DueAt: fact.DueAt}
			i.forgetClock(fact.Clock)
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
		i.standStill()
	case events.IncidentClocksResumed:
		i.Pauses[len(i.Pauses)-1].To, i.PausedUntil = e.Time, time.Time{}
	case events.IncidentClocksCancelled:
		i.Clocks, i.Pauses, i.PausedUntil = nil, nil, time.Time{}
	}
}

// standStill takes the instants off the clocks that run.
func (i *Incident) standStill() {
	for n := range i.Clocks {
		if c := &i.Clocks[n]; !c.Met && !c.Breached {
			c.AtRiskAt, c.DueAt = time.Time{}, time.Time{}
		}
	}
}

// forgetClock lets the triggers of a clock go off anew.
func (i *Incident) forgetClock(name string) {
	i.forget(func(index int) bool { return string(i.policy.Triggers[index].On) == name })
}

func goalOf(word string) time.Duration {
	d, err := time.ParseDuration(word)
	if err != nil {
		return 0 // only we write it
	}
	return d
}
