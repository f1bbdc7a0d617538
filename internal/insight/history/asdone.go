package history

import (
	"errors"
	"strconv"
	"time"

	"tocsin.dev/pkg/events"
)

// ErrMixed means that a history has both requests and decisions: whatever was asked would count twice.
var ErrMixed = errors.New("decisions and intake facts in one history: give the ledger's facts, or intake facts")

// ReopenWithin is how long after its resolution a firing alert reopens an incident; after that it opens
// another. A history names no policy, so this is the default of policies.
const ReopenWithin = 10 * time.Minute

// AsDone reads a history as if everything it asks for had been done: it turns intake facts into the facts
// of a ledger. It is the only place that decides which incidents a history has; see the package comment for
// the rule. The zero value is ready.
type AsDone struct {
	byKey   map[alertKey]*asDone // the newest of each service and dedup key
	byName  map[string]*asDone   // the newest that commands name by this dedup key
	ids     map[string]bool
	asked   bool
	decided bool
}

type alertKey struct{ service, dedup string }

// asDone is one incident. Without a service it has no opening: only commands name it.
type asDone struct {
	id, service, team string
	priority          string
	seq               uint64
	firing            map[string]bool
	resolved          time.Time // zero while it is open
	closed, merged    bool
	into              *asDone // that absorbed it; nil if it is of another service, or unknown
}

// Add calls each for every ledger fact that e amounts to, at once and in order. Decisions, and facts about no
// incident, are passed on as they are. It fails with [ErrMixed].
//
// A command about an incident that no alert opened becomes a fact too, of an incident without a beginning,
// as a ledger has them that was cut off at its start.
func (r *AsDone) Add(e events.Event, each func(events.Event)) error {
	if r.byKey == nil {
		r.byKey, r.byName, r.ids = map[alertKey]*asDone{}, map[string]*asDone{}, map[string]bool{}
	}
	out := writer{cause: e, each: each}
	switch d := e.Data.(type) {
	case events.AlertReceived:
		r.asked = true
		if !r.decided {
			r.fire(out, d.Alert)
		}
	case events.AlertCleared:
		r.asked = true
		if i := r.owner(e.Service, d.Dedup()); i != nil && !r.decided {
			i.clear(out, d.Key)
		}
	case events.CommandData:
		r.asked = true
		if !r.decided {
			r.command(out, d)
		}
	default:
		r.decided = r.decided || e.Subject != ""
		each(e)
	}
	if r.asked && r.decided {
		return ErrMixed
	}
	return nil
}

// Incident returns the id of the newest incident that commands call by this name; empty if no alert opened one.
func (r *AsDone) Incident(name string) string {
	if i := r.byName[name]; i != nil && i.service != "" {
		return i.id
	}
	return ""
}

// owner returns the incident that alerts with this dedup key feed; nil for none.
func (r *AsDone) owner(service, dedup string) *asDone {
	i := r.byKey[alertKey{service, dedup}]
	for i != nil && i.into != nil {
		i = i.into
	}
	return i
}

func (r *AsDone) fire(out writer, a events.Alert) {
	i, now := r.owner(out.cause.Service, a.Dedup()), out.cause.Time
	switch {
	case i == nil, i.closed, i.merged, !i.resolved.IsZero() && now.Sub(i.resolved) > ReopenWithin:
		i = r.open(out, a)
	case !i.resolved.IsZero():
		i.reopen(out, "", &a)
	case i.firing[a.Key]:
		e := out.fact(events.AlertRenewed{Incident: i.id, Key: a.Key, EndsAt: a.EndsAt})
		e.Service, e.Team, e.ID = i.service, i.team, events.DeriveID("as done", out.cause.ID, i.id, a.Key)
		out.each(e)
	default:
		i.emit(out, events.AlertJoined{Alert: a})
	}
	i.firing[a.Key] = true
	switch a.Annotations.Get("made_sla") { // the history's own word about its resolution goal
	case "true":
		i.emit(out, events.IncidentClockMet{Clock: "resolution"})
	case "false":
		i.emit(out, events.IncidentClockMet{Clock: "resolution", Breached: true})
	}
}

// open begins an incident. Its id is the dedup key, by which commands name it; later ones get a number.
func (r *AsDone) open(out writer, a events.Alert) *asDone {
	dedup := a.Dedup()
	i := &asDone{id: dedup, service: out.cause.Service, team: out.cause.Team, firing: map[string]bool{}}
	for n := 2; r.ids[i.id]; n++ {
		i.id = dedup + "#" + strconv.Itoa(n)
	}
	r.ids[i.id] = true
	r.byKey[alertKey{i.service, dedup}], r.byName[dedup] = i, i
	i.emit(out, events.IncidentTriggered{Title: a.Summary, DedupKey: dedup, Severity: a.Severity, Alert: a})
	return i
}

func (i *asDone) clear(out writer, key string) {
	if !i.firing[key] {
		return
	}
	delete(i.firing, key)
	i.emit(out, events.AlertLeft{Key: key, How: "cleared"})
	if len(i.firing) == 0 && i.resolved.IsZero() {
		i.resolve(out, "", "cleared")
	}
}

func (i *asDone) resolve(out writer, by, how string) {
	i.resolved = out.cause.Time
	i.emit(out, events.IncidentResolved{By: by, How: how})
}

func (i *asDone) reopen(out writer, by string, a *events.Alert) {
	i.resolved, i.closed, i.merged, i.into = time.Time{}, false, false, nil
	i.emit(out, events.IncidentReopened{By: by, Alert: a})
}

// command does what was asked, even of an incident in a state in which an engine would refuse it: the other
// system did it. A second resolution is a later one.
func (r *AsDone) command(out writer, data events.CommandData) {
	c := data.Ask()
	i := r.byName[c.Incident]
	if i == nil {
		i = &asDone{id: c.Incident}
		r.byName[c.Incident] = i
	}
	out.actor, out.reason = c.By, c.Note
	switch d := data.(type) {
	case events.ResolutionReceived:
		i.resolve(out, c.By, "command")
	case events.ReopeningReceived:
		i.reopen(out, c.By, nil)
	case events.ClosureReceived:
		if i.resolved.IsZero() && i.service != "" { // the closure resolves it
			note := out.reason
			out.reason = ""
			i.resolve(out, c.By, "command")
			out.reason = note
		}
		i.closed = true
		i.emit(out, events.IncidentClosed{By: c.By, Outcome: d.Outcome, Cause: d.Cause})
	case events.MergeReceived:
		r.merge(out, i, d)
	case events.PriorityReceived:
		if d.Priority == "" { // impact and urgency alone need a catalog's matrix
			d.Priority = i.priority
		}
		was := i.priority
		i.priority = d.Priority
		i.emit(out, events.IncidentPrioritized{Priority: d.Priority, Was: was, By: c.By, Pinned: true, Impact: d.Impact, Urgency: d.Urgency})
	case events.EscalationReceived:
		i.escalate(out, d)
	default:
		i.emit(out, answer(data))
	}
}

// merge ends an incident in favour of another. If that one is of the same service, it gets the alerts.
func (r *AsDone) merge(out writer, i *asDone, d events.MergeReceived) {
	into := r.byName[d.Into]
	if into == i {
		into = nil
	}
	if into != nil {
		d.Into = into.id
	}
	i.emit(out, events.IncidentMerged{Into: d.Into, IntoService: d.IntoService, By: d.By})
	i.resolve(out, d.By, "merged")
	i.merged = true
	if into == nil || into.service == "" {
		return
	}
	if into.service == i.service && leadsElsewhere(into, i) {
		i.into = into
		for key := range i.firing {
			into.firing[key] = true
		}
	}
	into.emit(out, events.IncidentAbsorbed{From: i.id, FromService: i.service, By: d.By})
}

// leadsElsewhere reports whether following merges from one incident never reaches the other.
func leadsElsewhere(from, to *asDone) bool {
	for ; from != nil; from = from.into {
		if from == to {
			return false
		}
	}
	return true
}

// escalate hands the incident over, or says that it went beyond the people who were to answer first. A
// history has no levels, so none is reached.
func (i *asDone) escalate(out writer, d events.EscalationReceived) {
	if d.To != "" {
		was := i.team
		i.team = d.To
		i.emit(out, events.IncidentTransferred{To: d.To, Was: was, Kind: functional, By: d.By})
		return
	}
	kind := functional
	if d.Up {
		kind = "hierarchical"
	}
	i.emit(out, events.EscalationFired{On: "command", Index: -1, Kind: kind})
}

const functional = "functional"

// answer returns the fact that a command leads to which neither ends nor moves an incident.
func answer(data events.CommandData) events.Data {
	by := data.Ask().By
	switch d := data.(type) {
	case events.AcknowledgementReceived:
		return events.IncidentAcknowledged{By: by, Via: d.Via}
	case events.AcknowledgementWithdrawn:
		return events.IncidentUnacknowledged{By: by}
	case events.SnoozeReceived:
		return events.IncidentSnoozed{By: by, Until: d.Until}
	case events.SnoozeWithdrawn:
		return events.IncidentWoken{By: by}
	case events.AssignmentReceived:
		return events.IncidentAssigned{To: d.To, By: by}
	case events.RespondersRequested:
		return events.IncidentRespondersAdded{By: by, Targets: d.Targets}
	case events.RoleReceived:
		return events.IncidentRoleAssigned{Role: d.Role, Person: d.Person, By: by}
	case events.TaskReceived:
		return events.IncidentTaskAdded{Text: d.Text, Owner: d.Owner, By: by}
	case events.TaskCompleted:
		return events.IncidentTaskCompleted{Task: d.Task, By: by}
	case events.DocumentReceived:
		return events.IncidentDocumentAdded{Title: d.Title, Type: d.Type, Text: d.Text, By: by}
	case events.PauseReceived:
		return events.IncidentClocksPaused{By: by, Until: d.Until}
	case events.PauseWithdrawn:
		return events.IncidentClocksResumed{By: by}
	case events.ClocksCancelled:
		return events.IncidentClocksCancelled{By: by}
	}
	// A note, or a split: which of its alerts an incident would keep is not followed.
	return events.IncidentAnnotated{By: by, Note: data.Ask().Note}
}

// writer derives facts from one intake fact.
type writer struct {
	cause         events.Event
	each          func(events.Event)
	actor, reason string
}

func (w writer) fact(data events.Data) events.Event {
	e := events.New(data)
	e.Source, e.Time, e.CausationID, e.Actor, e.Reason = w.cause.Source, w.cause.Time, w.cause.ID, w.actor, w.reason
	return e
}

func (i *asDone) emit(out writer, data events.Data) {
	i.seq++
	e := out.fact(data)
	e.ID = events.DeriveID("as done", i.service, i.id, strconv.FormatUint(i.seq, 10))
	e.Subject, e.IncidentSeq, e.Service, e.Team = i.id, i.seq, i.service, i.team
	if e.Service == "" {
		e.Service, e.Team = out.cause.Service, out.cause.Team
	}
	out.each(e)
}
