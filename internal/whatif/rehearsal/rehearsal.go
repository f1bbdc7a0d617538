package rehearsal

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/ical"
	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/page"
	"tocsin.dev/pkg/events"
)

// Source is the CloudEvents source of the inputs of a rehearsal.
const Source = "tocsin/rehearsal"

// Rehearsal is a history that is being played. Make one with [New]. It is not safe for concurrent use.
type Rehearsal struct {
	catalog  *catalog.Catalog
	state    *rules.State
	start    time.Time
	now      time.Time
	position uint64
	inputs   []Played
	ledger   []events.Event
	firing   map[alertID]time.Time // when each firing alert began
	settings []setting
	pages    page.Virtual
	down     bool           // the engine is
	waiting  []events.Event // what is asked while it is
	builder  builder
}

// Played is one input that was decided. Receipts are inputs too.
type Played struct {
	Input rules.Input
	At    time.Time
}

type alertID struct{ service, key string }

// New starts a history at an instant, with nothing open. The catalog must come from [catalog.Parse].
func New(c *catalog.Catalog, start time.Time) *Rehearsal {
	state := rules.NewState(0)
	state.Use(c.Rules)
	r := &Rehearsal{catalog: c, state: state, start: start, now: start, firing: map[alertID]time.Time{}}
	r.builder = newBuilder(start, r.zone)
	r.readCalendars(c)
	return r
}

// readCalendars imports the calendars that are among the catalog's files. It does not fetch those at an
// address, so by them nobody is on call.
func (r *Rehearsal) readCalendars(c *catalog.Catalog) {
	for _, schedule := range slices.Sorted(maps.Keys(c.Imports)) {
		if c.Imports[schedule].File == "" {
			continue
		}
		if roster, _, err := c.Roster(schedule, ical.Calendar{}, r.now); err == nil {
			r.ask("", events.RosterReceived{Roster: roster})
		}
	}
}

// Now returns the instant the history has reached.
func (r *Rehearsal) Now() time.Time { return r.now }

// Inputs returns every input so far, in order, so that the rules alone can replay them.
func (r *Rehearsal) Inputs() []Played { return r.inputs }

// Ledger returns every fact so far, in order.
func (r *Rehearsal) Ledger() []events.Event { return r.ledger }

// Story returns what has happened so far. The caller may change it.
func (r *Rehearsal) Story() Story { return r.builder.build(r.now) }

// Fire plays a firing alert and returns where it went. An empty service leaves that to the catalog's
// routes. An alert that fires already keeps its start, as when a source repeats it.
func (r *Rehearsal) Fire(service string, a events.Alert) Placed {
	p := r.place(service, a)
	id := alertID{p.Service, a.Key}
	if a.StartsAt.IsZero() {
		a.StartsAt = r.now
		if since, ok := r.firing[id]; ok {
			a.StartsAt = since
		}
	}
	r.firing[id] = a.StartsAt
	r.ask(p.Service, events.AlertReceived{Alert: a})
	r.settle()
	return p
}

// Clear plays that an alert is over.
func (r *Rehearsal) Clear(service string, a events.Alert) Placed {
	p := r.place(service, a)
	delete(r.firing, alertID{p.Service, a.Key})
	r.ask(p.Service, events.AlertCleared{Alert: a})
	r.settle()
	return p
}

// Placed is where an alert went.
type Placed struct {
	Service string
	// Rule is that of [catalog.Placement]; "service" if the sender named the service.
	Rule string
	// Dedup names the incident that the alert feeds, within the service.
	Dedup string
}

func (r *Rehearsal) place(service string, a events.Alert) Placed {
	if service != "" {
		return Placed{Service: service, Rule: "service", Dedup: a.Dedup()}
	}
	p := r.catalog.Explain(a.Labels.Map(), a)
	return Placed{Service: p.Service, Rule: p.Rule, Dedup: a.Dedup()}
}

// Ask plays what a person asks: one of the commands of package events, or an override. It returns the
// reason of a refusal; empty when it was done.
func (r *Rehearsal) Ask(what events.Data) (refusal string) {
	decision := r.ask("", what)
	r.settle()
	for _, e := range decision.Facts {
		if _, refused := e.Data.(events.CommandRefused); refused {
			return e.Reason
		}
	}
	if len(decision.Facts) == 0 {
		return decision.Ignored
	}
	return ""
}

// Revise brings a new catalog into force: for incidents that open from now on, for routes, and for the
// contact methods of pages from now on. It returns the reason of a refusal, like [Rehearsal.Ask].
func (r *Rehearsal) Revise(c *catalog.Catalog) (refusal string) {
	r.state.Learn(c.Rules)
	if refusal = r.Ask(events.CatalogRevised{Revision: c.Rules.Revision}); refusal == "" {
		r.catalog = c
		r.readCalendars(c)
		r.settle()
	}
	return refusal
}

// ask decides one input at the present instant, or keeps it until the engine is back.
func (r *Rehearsal) ask(service string, data events.Data) rules.Decision {
	e := events.New(data)
	e.Source, e.Time, e.Service = Source, r.now.UTC(), service
	if r.down {
		r.waiting = append(r.waiting, e)
		return rules.Decision{}
	}
	return r.decide(e)
}

func (r *Rehearsal) decide(e events.Event) rules.Decision {
	r.position++
	e.ID = events.DeriveID("rehearsal", strconv.FormatUint(r.position, 10))
	in := rules.Input{Position: r.position, Event: e}
	r.inputs = append(r.inputs, Played{Input: in, At: r.now})
	decision := r.state.Decide(in, r.now)
	r.apply(decision.Facts)
	return decision
}

// apply takes in facts, and starts or ends deliveries by them.
func (r *Rehearsal) apply(facts []events.Event) {
	r.ledger = append(r.ledger, facts...)
	for _, e := range facts {
		r.builder.add(e)
		switch fact := e.Data.(type) {
		case events.PageRequested:
			r.pages.Add(events.DeliveryOpened{Incident: e.Subject, Page: fact}, r.catalog.TargetPlan(fact.Target, fact.Urgency), r.now)
		case events.PageSuperseded:
			if d := r.pages.Remove(fact.Page); d != nil {
				r.builder.page(fact.Page).Attempts = d.History()
			}
		}
	}
	for _, e := range facts {
		r.builder.clocks(r.state.Incident(e.Subject))
	}
}

// Incident returns the newest incident of a dedup key of a service; ok is false when there is none.
func (r *Rehearsal) Incident(service, dedup string) (id string, ok bool) {
	id, ok = r.builder.newest[alertID{service, dedup}]
	return id, ok
}

// IncidentOf returns the incident that an alert feeds: the one it was split off to, or
// [Rehearsal.Incident] of its dedup key.
func (r *Rehearsal) IncidentOf(service string, a events.Alert) (id string, ok bool) {
	if id, ok = r.builder.moved[alertID{service, a.Key}]; ok {
		return id, ok
	}
	return r.Incident(service, a.Dedup())
}

// Until lets time pass up to an instant, with everything that falls due by then, at the instant itself
// too. A past instant changes nothing.
func (r *Rehearsal) Until(end time.Time) { r.pass(end, true) }

// Before is [Rehearsal.Until] without what falls due at the instant itself, so that an input at that
// instant comes first, as in the engine.
func (r *Rehearsal) Before(end time.Time) { r.pass(end, false) }

func (r *Rehearsal) pass(end time.Time, including bool) {
	for {
		r.settle()
		at, ok := r.next()
		if !ok || at.After(end) || !including && at.Equal(end) {
			break
		}
		r.now = at
		if !r.deliver() {
			r.apply(r.state.Fire(r.now, 1))
		}
	}
	if end.After(r.now) {
		r.now = end
	}
}

// Finish lets time pass until nothing more is due, but not beyond the horizon. Quiet means that nothing
// was left; an alert that never clears leaves nothing due once its escalation is exhausted.
func (r *Rehearsal) Finish(horizon time.Time) (quiet bool) {
	for {
		r.settle()
		at, ok := r.next()
		if !ok || r.idle() {
			return true
		}
		if at.After(horizon) {
			return false
		}
		r.Until(at)
	}
}

// idle reports whether what is still due only forgets incidents that are over.
func (r *Rehearsal) idle() bool { return r.pages.Len() == 0 && r.state.Open() == 0 }

// settle does everything that contact methods do at the present instant. Receipts are inputs: they come
// before the deadlines of the instant.
func (r *Rehearsal) settle() {
	for r.deliver() {
	}
}

// next returns when something falls due.
func (r *Rehearsal) next() (time.Time, bool) {
	at, ok := r.state.NextDeadline()
	if wake := r.pages.WakeAt(); !wake.IsZero() && (!ok || wake.Before(at)) {
		at, ok = wake, true
	}
	if ok && at.Before(r.now) {
		at = r.now
	}
	return at, ok
}
