package why

import (
	"slices"
	"time"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// Explain explains an incident. It returns a [*StrangerError] for a person whom neither catalog has
// and nothing paged.
func Explain(c Case) (Explanation, error) {
	w := newWalk(c)
	for _, e := range c.Facts {
		w.fact(e)
	}
	w.end()
	return w.explanation()
}

// walk replays the facts of an incident, with the state that they lead to.
type walk struct {
	Case
	// state holds this incident alone. It is nil if it is not known: without the catalog, or after a
	// fact that cannot follow the previous ones.
	state *rules.State
	waits []change // overrides and rosters to come
	told  timeline.Incident

	steps  []*Step
	asking map[[2]int]*Step // whose pages have this round and level
	paged  map[string]spot  // by id of the page
	quiet  map[int]bool     // triggers of the present policy that have come due

	due    time.Time       // when the next step falls due, by the facts; zero for never
	climb  escalation.Step // the place of the climb, by the facts
	held   *Step           // the step that is held now
	policy string
	broken string // why the state cannot be known; empty where it can
	placed Placed
	log    []Change
	last   string             // what the newest of those that change its status did
	now    time.Time          // of the fact that is looked at
	asked  *escalation.Moment // where the state has changed since a condition was asked; see remember
}

// spot is the place of a page in a step.
type spot struct {
	step *Step
	n    int
}

// change is an override that comes or goes at an instant, or a roster that comes.
type change struct {
	at   time.Time
	data events.Data
}

func newWalk(c Case) *walk {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	c.Person = plain(c.Person)
	w := &walk{Case: c, asking: map[[2]int]*Step{}, paged: map[string]spot{}, quiet: map[int]bool{}}
	if c.Catalog == nil {
		w.broken = "the catalog of that time is not kept any more"
		return w
	}
	w.state = rules.NewState(0)
	w.state.Use(c.Catalog.Rules)
	for _, o := range c.Overrides {
		w.waits = append(w.waits, change{o.AddedAt, events.OverrideAdded{Override: o.Override, By: o.By}})
		if !o.RemovedAt.IsZero() {
			w.waits = append(w.waits, change{o.RemovedAt, events.OverrideRemoved{ID: o.ID, Schedule: o.Schedule}})
		}
	}
	for _, r := range c.Rosters {
		w.waits = append(w.waits, change{r.At, events.RosterImported{Roster: r.Roster}})
	}
	slices.SortStableFunc(w.waits, func(a, b change) int { return a.at.Compare(b.at) })
	return w
}

// incident is it as the state has it; nil where that cannot be known.
func (w *walk) incident() *rules.Incident {
	if w.state == nil || len(w.Facts) == 0 {
		return nil
	}
	return w.state.Incident(w.Facts[0].Subject)
}

func (w *walk) evolve(e events.Event) {
	if w.state == nil {
		return
	}
	if err := w.state.Evolve(e); err != nil {
		w.state, w.broken = nil, "the facts do not follow on each other: "+err.Error()
	}
}

// fact looks at one fact as the facts before it have it, and then takes it in.
func (w *walk) fact(e events.Event) {
	w.now = e.Time
	w.learn(e)
	switch d := e.Data.(type) {
	case events.IncidentTriggered:
		w.policy = d.Policy
		w.placed = w.place(e, d)
	case events.EscalationAdvanced:
		w.advanced(e, d)
	case events.EscalationHeld:
		w.heldAt(e, d)
	case events.EscalationFired:
		w.fired(e, d)
	case events.EscalationSkipped:
		w.skipped(e, d)
	case events.EscalationExhausted:
		w.exhausted(e, d)
	case events.IncidentRespondersAdded:
		w.help(e, d)
	case events.IncidentTransferred:
		w.transferred(e, d)
	case events.PageRequested, events.PageDelivered, events.PageDelayed, events.PageFailed, events.PageSuperseded:
		w.page(e)
	default:
		w.life(e)
	}
	w.remember(e)
	w.evolve(e)
	w.told = timeline.Fold(w.told, e)
}

// remember keeps what the condition of a level was asked with that gives the incident to a team and
// pages: the transfer is told before the level.
func (w *walk) remember(e events.Event) {
	switch d := e.Data.(type) {
	case events.IncidentTransferred:
		if i := w.incident(); i != nil && d.Policy == d.WasPolicy {
			before := i.Moment(e.Time)
			w.asked = &before
		}
	case events.PageSuperseded:
	default:
		w.asked = nil
	}
}

// life is what people and alerts do; some of it stops the climb.
func (w *walk) life(e events.Event) {
	switch e.Data.(type) {
	case events.IncidentAcknowledged, events.IncidentSnoozed, events.IncidentResolved, events.IncidentMerged:
		w.stop(e)
	case events.IncidentUnacknowledged, events.IncidentWoken, events.IncidentReopened:
		w.due = time.Time{}
	case events.IncidentPrioritized, events.IncidentAbsorbed, events.IncidentSplit, events.IncidentAssigned, events.IncidentResponderJoined,
		events.IncidentClosed, events.CommandRefused:
	default:
		return
	}
	w.log = append(w.log, w.changed(e))
	switch e.Data.(type) {
	case events.IncidentAcknowledged, events.IncidentSnoozed, events.IncidentResolved, events.IncidentMerged:
		w.last = w.did(e) + " at " + w.at(e.Time)
	case events.IncidentUnacknowledged, events.IncidentWoken, events.IncidentReopened:
		w.last = ""
	}
}

func (w *walk) changed(e events.Event) Change {
	said := timeline.Tell(e)
	return Change{Seq: e.IncidentSeq, At: e.Time, What: said.Type, By: said.Actor, Says: w.saying(e, said)}
}

// end looks at what is still to come, and at the triggers that never came due.
func (w *walk) end() {
	if len(w.Facts) == 0 {
		return
	}
	w.now = w.Facts[len(w.Facts)-1].Time
	if w.told.Status != timeline.Resolved && w.Now.After(w.now) {
		w.now = w.Now
	}
	w.known(w.now)
	if w.told.Status == timeline.Triggered {
		w.ahead(Ahead, "nobody has acknowledged it yet")
	}
	w.neverDue()
}

func (w *walk) add(s *Step) *Step {
	s.Policy = w.policy
	w.steps = append(w.steps, s)
	return s
}

// pages makes a step the one that pages of a round and level belong to; level 0 stands for all that
// page beside the climb.
func (w *walk) pages(s *Step, round, level int) { w.asking[[2]int{round, level}] = s }
