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

// Decision is the outcome of one input.
type Decision struct {
	// Facts are in order. The state has already evolved by them.
	Facts []events.Event
	// Ignored is the reason why the input was not carried out; empty when it was. A refused command
	// also leads to a fact that records the refusal; most other ignored inputs lead to none.
	Ignored string
}

// Reasons of [Decision.Ignored], in addition to those of the alert package.
const (
	PageClosed  = "page is closed"       // a receipt for a page that is not open
	Unwanted    = "not an input"         // an event type that no caller may send
	SameCatalog = "catalog is in force"  // a revision that changes nothing
	NoCatalog   = "catalog is not known" // a revision that [State.Learn] was never given
)

// Decide decides one input at the time now and evolves the state by the facts. The same state,
// input and time always lead to the same facts. A catalog must be in force before the first alert,
// see [State.Use]; without one Decide panics, because it could page nobody.
func (s *State) Decide(in Input, now time.Time) Decision {
	d := decider{s: s, in: in, now: now.UTC(), cause: in.Event.ID, out: s.takeSpare()}
	ignored := d.input(in.Event)
	return Decision{Facts: d.out, Ignored: ignored}
}

// Fire takes the steps that fell due at or before now, about max facts of them, and evolves the
// state. The caller must first decide every waiting input: inputs come before deadlines. An empty
// result means that nothing is due.
func (s *State) Fire(now time.Time, max int) []events.Event {
	d := decider{s: s, now: now.UTC(), out: s.takeSpare()}
	for len(d.out) < max {
		i := s.due(now)
		if i == nil {
			break
		}
		d.fire(i)
	}
	return d.out
}

// Spare hands back facts that the caller no longer reads; the next decision overwrites them. This
// saves an allocation per decision when replaying millions of them.
func (s *State) Spare(facts []events.Event) { s.spare = facts[:0] }

// takeSpare returns the slice given to [State.Spare], once; nil if there is none.
func (s *State) takeSpare() []events.Event {
	spare := s.spare
	s.spare = nil
	return spare
}

// decider collects the facts of one decision.
type decider struct {
	s          *State
	in         Input
	now        time.Time
	cause      string
	out        []events.Event
	standalone int // facts without an incident so far; part of their ids
}

// input decides one event and returns the reason if it is not carried out.
func (d *decider) input(e events.Event) string {
	switch ask := e.Data.(type) {
	case events.AlertReceived:
		return d.alertReceived(e, ask.Alert)
	case events.AlertCleared:
		return d.alertCleared(e, ask.Alert)
	case events.ReceiptReceived:
		return d.receipt(ask)
	case events.CommandData:
		return d.command(ask)
	case events.ProblemCommandData:
		return d.problemCommand(ask)
	case events.MergeRequested:
		return d.mergeRequested(ask)
	case events.MergeAnswered:
		return d.mergeAnswered(ask)
	case events.ProblemChanged:
		return d.noticeProblem(ask.ProblemRecord)
	case events.ProblemClosed:
		return d.noticeProblem(ask.ProblemRecord)
	case events.OverrideReceived:
		return d.override(ask)
	case events.OverrideWithdrawn:
		return d.withdrawOverride(ask)
	case events.RosterReceived:
		return d.roster(ask)
	case events.CatalogRevised:
		return d.revise(ask)
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

// emitStandalone adds a fact that is in no incident's timeline.
func (d *decider) emitStandalone(service, reason string, data events.Data) {
	e := events.New(data)
	e.ID = events.DeriveID("loose", d.s.Installation, strconv.Itoa(d.s.Partition), strconv.FormatUint(d.in.Position, 10),
		strconv.Itoa(d.in.Index), strconv.Itoa(d.standalone))
	e.Service = service
	d.standalone++
	d.add(e, "", reason)
}

func (d *decider) add(e events.Event, actor, reason string) {
	e.Source, e.Time, e.CausationID = Source, d.now, d.cause
	e.Actor, e.Reason = actor, reason
	if err := d.s.Evolve(e); err != nil {
		panic("rules: a decision contradicts its own state: " + err.Error())
	}
	if cap(d.out) == 0 {
		d.out = make([]events.Event, 0, 4) // a new incident starts with three facts
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
	d.emitStandalone("", "", r)
	return ""
}

// caseOf returns the incident that the alert's dedup key names, if the alert can still affect it.
func (d *decider) caseOf(service string, a events.Alert) (*Incident, alert.Case) {
	i := d.s.byKey[key{service, a.Dedup()}]
	if i == nil {
		return nil, alert.Case{}
	}
	if part := d.s.incidents[i.Elsewhere[a.Key]]; part != nil {
		// A split-off alert that would need a new incident returns to the incident it came from.
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

// caseOf is what the alert package needs to judge an alert of this incident.
func (i *Incident) caseOf(a events.Alert) alert.Case {
	c := alert.Case{Exists: true, Resolved: i.Status == incident.Resolved, ByHand: i.ByHand, Alert: i.alert(a.Key)}
	if c.Resolved && !i.Closed {
		c.ReopenUntil = i.ResolvedAt.Add(i.policy.ReopenWithin)
	}
	return c
}

// forgotten reports whether the incident was resolved so long ago that it counts as unknown, even
// if the state still holds it.
func (d *decider) forgotten(i *Incident) bool {
	return i.Status == incident.Resolved && !d.now.Before(i.ResolvedAt.Add(i.keptFor()))
}
