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
	asking map[[2]int]*Step // by round and level of the pages they request
	paged  map[string]spot  // by id of the page
	quiet  map[int]bool     // triggers of the present policy that have come due

	due    time.Time       // when the next step falls due, by the facts; zero for never
	climb  escalation.Step // the present level, by the facts
	held   *Step           // the step that is held now
	policy string
	broken string // why the state cannot be known; empty if it can
	placed Placed
	log    []Change
	last   string             // the last change of its status, in words
	now    time.Time          // of the present fact
	asked  *escalation.Moment // with which a condition was evaluated, if the state has changed since; see remember
}

// spot is the place of a page in a step.
type spot struct {
	step *Step
	n    int
}

// change is an override or a roster that takes effect, or ends, at an instant.
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
		w.broken = "the catalog of that time is no longer kept"
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

// incident returns the incident in the present state; nil if it is not known.
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

// fact explains one fact by the state before it, and then applies it.
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

// remember keeps the moment with which the condition of a level was evaluated, if the level transfers the
// incident and pages: the transfer is recorded before the level.
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

// life records what people and alerts do; some of it stops the escalation.
func (w *walk) life(e events.Event) {
	switch e.Data.(type) {
	case events.IncidentAcknowledged, events.IncidentSnoozed, events.IncidentResolved, events.IncidentMerged:
		w.stop(e)
		w.last = w.did(e) + " at " + w.at(e.Time)
	case events.IncidentUnacknowledged, events.IncidentWoken, events.IncidentReopened:
		w.due, w.last = time.Time{}, ""
	case events.IncidentPrioritized, events.IncidentAbsorbed, events.IncidentSplit, events.IncidentAssigned, events.IncidentResponderJoined,
		events.IncidentClosed, events.CommandRefused:
	default:
		return
	}
	w.log = append(w.log, w.changed(e))
}

func (w *walk) changed(e events.Event) Change {
	said := timeline.Tell(e)
	return Change{Seq: e.IncidentSeq, At: e.Time, What: said.Type, By: said.Actor, Says: w.saying(e, said)}
}

// end adds the steps that are still to come, and the triggers that never came due.
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

// pages assigns the pages of a round and level to a step. Level 0 is for steps other than levels.
func (w *walk) pages(s *Step, round, level int) { w.asking[[2]int{round, level}] = s }
