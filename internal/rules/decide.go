package rules

import (
	"strconv"
	"time"

	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// Source is the CloudEvents source of every decision.
const Source = "tocsin/engine"

// Input is one event of INTAKE and its place there, from which ids are derived.
type Input struct {
	Position uint64 // sequence of the intake message
	Index    int    // place within the message, from 0
	Event    events.Event
}

// Decision is what an input led to.
type Decision struct {
	// Facts are in order. The state has been evolved by them already.
	Facts []events.Event
	// Ignored names the reason why what was asked is not done; empty when it is done. Refused
	// commands have a fact that says so; other ignored inputs mostly have none.
	Ignored string
}

// Reasons of [Decision.Ignored] besides those of the alert package.
const (
	PageClosed  = "page is closed"       // a receipt for a page that is not open
	Unwanted    = "not an input"         // an event type that nobody may ask with
	SameCatalog = "catalog is in force"  // a revision that changes nothing
	NoCatalog   = "catalog is not known" // a revision that was not given to [State.Learn]
)

// Decide says what follows from one input at the time now, and evolves the state by it. The same
// state, input and time always give the same facts. A catalog must be in force, see [State.Use],
// before the first alert: without one Decide panics, as nobody could be paged for it.
func (s *State) Decide(in Input, now time.Time) Decision {
	d := decider{s: s, in: in, now: now.UTC(), cause: in.Event.ID, out: s.room()}
	ignored := d.input(in.Event)
	return Decision{Facts: d.out, Ignored: ignored}
}

// Fire takes the steps that fell due at or before now, about max facts of them, and evolves the
// state. The caller must have decided every input that was waiting before: inputs come before
// deadlines. An empty result means that nothing is due.
func (s *State) Fire(now time.Time, max int) []events.Event {
	d := decider{s: s, now: now.UTC(), out: s.room()}
	for len(d.out) < max {
		i := s.due(now)
		if i == nil {
			break
		}
		d.fire(i)
	}
	return d.out
}

// Spare gives back the facts of a decision that nobody reads any more: the next decision is written over
// them. Whoever goes through millions of decisions needs no memory for each.
func (s *State) Spare(facts []events.Event) { s.spare = facts[:0] }

// room gives what was spared, once; nil for nothing.
func (s *State) room() []events.Event {
	room := s.spare
	s.spare = nil
	return room
}

// decider collects the facts of one decision.
type decider struct {
	s     *State
	in    Input
	now   time.Time
	cause string
	out   []events.Event
	loose int // facts without an incident so far, for their ids
}

// input dispatches by what is asked and gives the reason when nothing follows.
func (d *decider) input(e events.Event) string {
	switch ask := e.Data.(type) {
	case events.AlertReceived:
		return d.alertReceived(e, ask.Alert)
	case events.AlertCleared:
		return d.alertCleared(e, ask.Alert)
	case events.AcknowledgementReceived:
		return d.command(ask.Name(), ask.Command, incident.Acknowledge, d.acknowledge)
	case events.AcknowledgementWithdrawn:
		return d.command(ask.Name(), ask.Command, incident.Unacknowledge, d.unacknowledge)
	case events.ResolutionReceived:
		return d.command(ask.Name(), ask.Command, incident.Resolve, d.resolve)
	case events.ReopeningReceived:
		return d.command(ask.Name(), ask.Command, incident.Reopen, d.reopen)
	case events.EscalationReceived:
		return d.command(ask.Name(), ask.Command, incident.Escalate, func(i *Incident, c events.Command) {
			d.escalate(i, c, ask)
		})
	case events.NoteReceived:
		return d.command(ask.Name(), ask.Command, incident.Any, d.note)
	case events.SnoozeReceived:
		return d.command(ask.Name(), ask.Command, incident.Snooze, func(i *Incident, c events.Command) { d.snooze(i, c, ask.Until) })
	case events.SnoozeWithdrawn:
		return d.command(ask.Name(), ask.Command, incident.Wake, d.wake)
	case events.AssignmentReceived:
		return d.command(ask.Name(), ask.Command, incident.Change, func(i *Incident, c events.Command) { d.assign(i, c, ask.To) })
	case events.RespondersRequested:
		return d.command(ask.Name(), ask.Command, incident.Change, func(i *Incident, c events.Command) { d.respond(i, c, ask.Targets) })
	case events.PriorityReceived:
		return d.command(ask.Name(), ask.Command, incident.Change, func(i *Incident, c events.Command) { d.prioritize(i, ask) })
	case events.MergeReceived:
		return d.command(ask.Name(), ask.Command, incident.Change, func(i *Incident, c events.Command) { d.merge(i, ask) })
	case events.SplitReceived:
		return d.command(ask.Name(), ask.Command, incident.Change, func(i *Incident, c events.Command) { d.split(i, ask) })
	default:
		return d.otherInput(ask)
	}
}

// otherInput goes on where input ends: what is asked seldom, and what no person asks.
func (d *decider) otherInput(data events.Data) string {
	switch ask := data.(type) {
	case events.RoleReceived:
		return d.command(ask.Name(), ask.Command, incident.Any, func(i *Incident, c events.Command) { d.role(i, ask) })
	case events.TaskReceived:
		return d.command(ask.Name(), ask.Command, incident.Any, func(i *Incident, c events.Command) { d.task(i, ask) })
	case events.TaskCompleted:
		return d.command(ask.Name(), ask.Command, incident.Any, func(i *Incident, c events.Command) { d.taskDone(i, ask) })
	case events.DocumentReceived:
		return d.command(ask.Name(), ask.Command, incident.Any, func(i *Incident, c events.Command) { d.document(i, ask) })
	case events.ClosureReceived:
		return d.command(ask.Name(), ask.Command, incident.Any, func(i *Incident, c events.Command) { d.closeBooks(i, ask) })
	case events.PauseReceived:
		return d.command(ask.Name(), ask.Command, incident.Change, func(i *Incident, c events.Command) { d.pause(i, c, ask.Until) })
	case events.PauseWithdrawn:
		return d.command(ask.Name(), ask.Command, incident.Change, d.unpause)
	case events.ClocksCancelled:
		return d.command(ask.Name(), ask.Command, incident.Change, d.cancelClocks)
	case events.MergeRequested:
		return d.mergeRequested(ask)
	case events.MergeAnswered:
		return d.mergeAnswered(ask)
	case events.OverrideReceived:
		return d.override(ask)
	case events.OverrideWithdrawn:
		return d.withdrawOverride(ask)
	case events.RosterReceived:
		return d.roster(ask)
	case events.ReceiptReceived:
		return d.receipt(ask)
	case events.CatalogRevised:
		return d.revise(ask)
	default:
		return d.problemInput(data)
	}
}

// problemInput is what concerns problem records.
func (d *decider) problemInput(data events.Data) string {
	switch ask := data.(type) {
	case events.ProblemReceived:
		return d.openProblem(ask)
	case events.ProblemLinkReceived:
		return d.problem(ask, func(p *problem) string { return d.linkProblem(p, ask) })
	case events.ProblemLinkWithdrawn:
		return d.problem(ask, func(p *problem) string { return d.unlinkProblem(p, ask) })
	case events.ProblemChangeReceived:
		return d.problem(ask, func(p *problem) string { return d.changeProblem(p, ask) })
	case events.ProblemClosureReceived:
		return d.problem(ask, func(p *problem) string { return d.closeProblem(p, ask) })
	case events.ProblemChanged:
		return d.noticeProblem(ask.ProblemRecord)
	case events.ProblemClosed:
		return d.noticeProblem(ask.ProblemRecord)
	default:
		return Unwanted
	}
}

// emit adds a fact of the incident and evolves the state by it.
func (d *decider) emit(i *Incident, actor, reason string, data events.Data) {
	e := events.New(data)
	e.ID = events.DeriveID("fact", i.ID, strconv.FormatUint(i.Seq+1, 10))
	e.Subject, e.Service, e.Team, e.IncidentSeq = i.ID, i.Service, i.Team, i.Seq+1
	if handed, ok := data.(events.IncidentTransferred); ok {
		e.Team = handed.To
	}
	d.add(e, actor, reason)
}

// emitLoose adds a fact that belongs to no incident's timeline.
func (d *decider) emitLoose(service, reason string, data events.Data) {
	e := events.New(data)
	e.ID = events.DeriveID("loose", d.s.Installation, strconv.Itoa(d.s.Partition), strconv.FormatUint(d.in.Position, 10),
		strconv.Itoa(d.in.Index), strconv.Itoa(d.loose))
	e.Service = service
	d.loose++
	d.add(e, "", reason)
}

func (d *decider) add(e events.Event, actor, reason string) {
	e.Source, e.Time, e.CausationID = Source, d.now, d.cause
	e.Actor, e.Reason = actor, reason
	if err := d.s.Evolve(e); err != nil {
		panic("rules: a decision does not fit its own state: " + err.Error())
	}
	if cap(d.out) == 0 {
		d.out = make([]events.Event, 0, 4) // an incident's first facts are three
	}
	d.out = append(d.out, e)
}

func (d *decider) revise(r events.CatalogRevised) string {
	if d.s.catalog != nil && d.s.catalog.Revision == r.Revision {
		return SameCatalog
	}
	if !d.s.Knows(r.Revision) {
		return NoCatalog
	}
	d.emitLoose("", "", r)
	return ""
}

// caseOf gives what the alert's dedup key names, if it can still matter.
func (d *decider) caseOf(service string, a events.Alert) (*Incident, alert.Case) {
	i := d.s.byKey[key{service, a.Dedup()}]
	if i == nil {
		return nil, alert.Case{}
	}
	if part := d.s.incidents[i.Elsewhere[a.Key]]; part != nil {
		// An alert that would need an incident anew goes back to where it was split off from.
		c := part.caseOf(a)
		if verdict, _ := alert.Fire(c, a, d.now); verdict != alert.Trigger {
			return part, c
		}
	}
	if d.forgotten(i) {
		return nil, alert.Case{}
	}
	return i, i.caseOf(a)
}

// caseOf is the incident as an alert is judged against it.
func (i *Incident) caseOf(a events.Alert) alert.Case {
	c := alert.Case{Exists: true, Resolved: i.Status == incident.Resolved, ByHand: i.ByHand, Alert: i.alert(a.Key)}
	if c.Resolved && !i.Closed {
		c.ReopenUntil = i.ResolvedAt.Add(i.policy.ReopenWithin)
	}
	return c
}

// forgotten says that the incident was resolved so long ago that it is as if it were not known,
// whether or not it was dropped already.
func (d *decider) forgotten(i *Incident) bool {
	return i.Status == incident.Resolved && !d.now.Before(i.ResolvedAt.Add(i.keptFor()))
}
