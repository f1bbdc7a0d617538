package rules

import (
	"fmt"
	"slices"
	"time"

	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/clock"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// Needs gives the catalog revision that the state must know before it can evolve by the fact;
// empty for most.
func Needs(e events.Event) string {
	switch fact := e.Data.(type) {
	case events.CatalogRevised:
		return fact.Revision
	case events.IncidentTriggered:
		return fact.Catalog
	default:
		return ""
	}
}

// Evolve folds one fact of the ledger into the state. Facts must come in the ledger's order. It
// fails for a fact that cannot follow on the state: a gap in an incident's sequence, an unknown
// incident or catalog. The state is then not to be used further.
func (s *State) Evolve(e events.Event) error {
	switch fact := e.Data.(type) {
	case events.CatalogRevised:
		return s.revised(fact)
	case events.AlertRenewed:
		return s.renewed(fact)
	case events.IncidentTriggered:
		return s.triggered(e, fact)
	case events.OverrideAdded:
		s.overridden(e, fact)
		return nil
	case events.OverrideRemoved:
		s.withdrawn(fact)
		return nil
	case events.RosterImported:
		return s.imported(fact.Roster, e.Time)
	}
	if e.IncidentSeq == 0 { // a fact of no incident
		s.evolveProblem(e)
		return nil
	}
	i := s.incidents[e.Subject]
	if i == nil {
		return fmt.Errorf("evolve by %s: incident %s is not known", events.NameOf(e.Type), e.Subject)
	}
	if e.IncidentSeq != i.Seq+1 {
		return fmt.Errorf("evolve by %s: incident %s is at fact %d, the next is %d", events.NameOf(e.Type), i.ID, i.Seq, e.IncidentSeq)
	}
	i.Seq = e.IncidentSeq
	i.evolve(e)
	if reckons(e.Data) {
		i.reckon()
	}
	if commanded(e) {
		i.LastCommand = e.CausationID
	}
	s.beside(i, e)
	s.rearm(i)
	return nil
}

// beside is the part of an incident's fact that changes more than the incident.
func (s *State) beside(i *Incident, e events.Event) {
	switch fact := e.Data.(type) {
	case events.IncidentReopened:
		s.name(i, i.DedupKey) // also where a newer one, resolved by now, had the key
		if fact.Alert != nil {
			s.count(i, *fact.Alert, e.Time)
		}
	case events.AlertJoined:
		s.count(i, fact.Alert, e.Time)
	case events.IncidentAbsorbed:
		s.absorbed(i, fact)
	case events.IncidentSplit:
		s.redirect(i.ID, fact.Into, func(alert string) bool { return slices.Contains(fact.Alerts, alert) })
	case events.EscalationAdvanced:
		for target, person := range fact.Picked {
			s.turns[target] = person
		}
	case events.EscalationFired:
		s.spikeFired(i, fact.Index, fact.Category, e.Time)
	case events.EscalationSkipped:
		s.spikeFired(i, fact.Index, fact.Category, e.Time)
	}
}

// absorbed makes whatever fed an incident of the same service feed the one that took it in.
func (s *State) absorbed(i *Incident, fact events.IncidentAbsorbed) {
	for _, dedup := range fact.DedupKeys {
		if dedup != i.DedupKey && !slices.Contains(i.Aliases, dedup) {
			i.Aliases = append(i.Aliases, dedup)
		}
		s.name(i, dedup)
	}
	s.redirect(fact.From, i.ID, func(string) bool { return true })
	if from := s.incidents[fact.From]; from != nil && from.Service == i.Service {
		for alert, other := range from.Elsewhere {
			if i.Elsewhere[alert] == "" {
				i.elsewhere(alert, other)
			}
		}
	}
}

// redirect makes alerts that were split off to one incident go to another. Splits and merges are
// seldom enough to look at every incident.
func (s *State) redirect(from, to string, which func(alert string) bool) {
	for _, i := range s.incidents {
		for alert, other := range i.Elsewhere {
			if other == from && which(alert) {
				i.elsewhere(alert, to)
			}
		}
	}
}

// elsewhere notes that an alert feeds another incident; its own again when that is the one.
func (i *Incident) elsewhere(alert, incident string) {
	if i.ID == incident {
		delete(i.Elsewhere, alert)
		return
	}
	if i.Elsewhere == nil {
		i.Elsewhere = map[string]string{}
	}
	i.Elsewhere[alert] = incident
}

// commanded says that a command led to the fact, and that every command of its kind leads to one.
func commanded(e events.Event) bool {
	switch fact := e.Data.(type) {
	case events.IncidentAcknowledged, events.IncidentAnnotated, events.CommandRefused, events.IncidentSnoozed,
		events.IncidentAssigned, events.IncidentRespondersAdded, events.IncidentResponderJoined, events.MergeRequested,
		events.IncidentMerged, events.IncidentSplit, events.IncidentRoleAssigned, events.IncidentTaskAdded,
		events.IncidentTaskCompleted, events.IncidentDocumentAdded, events.IncidentClosed, events.IncidentClocksCancelled:
		return e.CausationID != ""
	case events.IncidentUnacknowledged, events.IncidentWoken, events.IncidentClocksPaused, events.IncidentClocksResumed, events.IncidentTransferred:
		return e.CausationID != "" // else time did it
	case events.IncidentPrioritized:
		return fact.Pinned
	case events.IncidentResolved:
		return fact.How == "command"
	case events.IncidentReopened:
		return fact.Alert == nil
	case events.EscalationAdvanced:
		return fact.Trigger == byCommand
	case events.EscalationFired:
		return fact.On == byCommand
	default:
		return false
	}
}

func (s *State) revised(fact events.CatalogRevised) error {
	c := s.catalogs[fact.Revision]
	if c == nil {
		return fmt.Errorf("catalog %.12s is not known", fact.Revision)
	}
	s.catalog = c
	return nil
}

func (s *State) renewed(fact events.AlertRenewed) error {
	i := s.incidents[fact.Incident]
	if i == nil || i.alert(fact.Key) == nil {
		return fmt.Errorf("alert %q of incident %s is not known", fact.Key, fact.Incident)
	}
	i.alert(fact.Key).EndsAt = fact.EndsAt
	s.rearm(i)
	return nil
}

func (s *State) triggered(e events.Event, fact events.IncidentTriggered) error {
	if s.incidents[e.Subject] != nil || e.IncidentSeq != 1 {
		return fmt.Errorf("evolve by %s: incident %s is known, or its first fact has the number %d", fact.Name(), e.Subject, e.IncidentSeq)
	}
	i := &Incident{
		ID: e.Subject, Service: e.Service, Team: e.Team, Seq: e.IncidentSeq,
		Title: fact.Title, Severity: fact.Severity, Priority: fact.Priority, DedupKey: fact.DedupKey,
		Link: fact.Alert.Link, Labels: fact.Alert.Labels, Catalog: fact.Catalog, Policy: fact.Policy,
		OpenedAt: e.Time, Since: e.Time, Alerts: []alert.Known{known(fact.Alert)},
	}
	if err := s.put(i, true); err != nil {
		return err
	}
	s.count(i, fact.Alert, e.Time)
	s.rearm(i)
	return nil
}

// evolve is the part of a fact that concerns one incident alone.
func (i *Incident) evolve(e events.Event) {
	switch fact := e.Data.(type) {
	case events.AlertJoined:
		i.hold(fact.Alert)
	case events.AlertLeft:
		i.Alerts = slices.DeleteFunc(i.Alerts, func(a alert.Known) bool { return a.Key == fact.Key })
	case events.IncidentAcknowledged:
		i.Status, i.AckUntil, i.Holder = incident.Acknowledged, fact.Until, fact.By
		i.rest()
		i.begin(e.Time)
	case events.IncidentUnacknowledged:
		i.back(e.Time)
	case events.IncidentSnoozed:
		i.Status, i.Holder, i.AckUntil = incident.Snoozed, "", time.Time{}
		i.rest()
		i.SnoozedUntil = fact.Until
	case events.IncidentWoken:
		i.back(e.Time)
	case events.IncidentResolved:
		i.Status, i.ResolvedAt, i.ByHand = incident.Resolved, e.Time, fact.How == "command" || fact.How == "merged"
		i.AckUntil, i.Merging, i.PausedUntil = time.Time{}, nil, time.Time{}
		i.rest()
		i.stopPause(e.Time)
	case events.IncidentReopened:
		i.reopened(e, fact)
	case events.IncidentPrioritized:
		i.Severity, i.Priority, i.Pinned = fact.Severity, fact.Priority, i.Pinned || fact.Pinned
	default:
		i.evolveLife(e)
	}
}

// rest ends everything that waits for an answer.
func (i *Incident) rest() {
	i.StepAt, i.Held, i.SnoozedUntil = time.Time{}, escalation.Step{}, time.Time{}
	i.Joined, i.Repaged = nil, false
}

// back makes it nobody's again.
func (i *Incident) back(at time.Time) {
	i.Status, i.AckUntil, i.Holder = incident.Triggered, time.Time{}, ""
	i.rest()
	i.begin(at)
}

// stopPause ends a pause that is open: while it is resolved nothing runs anyway.
func (i *Incident) stopPause(at time.Time) {
	if i.paused() {
		i.Pauses[len(i.Pauses)-1].To = at
	}
}

func (i *Incident) reopened(e events.Event, fact events.IncidentReopened) {
	if len(i.Clocks) > 0 { // the time in which it was over does not count
		i.Pauses = append(i.Pauses, clock.Pause{From: i.ResolvedAt, To: e.Time})
	}
	i.ResolvedAt, i.ByHand, i.Closed = time.Time{}, false, false
	i.back(e.Time)
	if fact.Alert != nil {
		i.hold(*fact.Alert)
	}
}

// evolveLife is what happens to an incident besides its climb.
func (i *Incident) evolveLife(e events.Event) {
	switch fact := e.Data.(type) {
	case events.IncidentAssigned:
		i.Assignee = fact.To
	case events.IncidentTransferred:
		i.transferred(fact)
	case events.IncidentResponderJoined:
		i.Joined = append(slices.Clip(i.Joined), fact.By)
	case events.IncidentRespondersAdded:
		i.Round = fact.Round
	case events.MergeRequested:
		i.Merging = &Merging{Into: fact.Into, IntoService: fact.IntoService, By: fact.By, AskedAt: e.Time, Asked: fact.Asked}
	case events.CommandRefused:
		if fact.Ends {
			i.Merging = nil
		}
	case events.IncidentMerged:
		i.Merging = nil
		if fact.IntoService == i.Service {
			i.Alerts = nil // they hold the other one open
		}
	case events.IncidentAbsorbed:
		i.Absorbed = append(i.Absorbed, fact.From)
		for _, a := range fact.Alerts {
			i.hold(a)
		}
	case events.IncidentSplit:
		i.splitOff(fact)
	case events.IncidentTaskAdded:
		i.Tasks = append(i.Tasks, false)
	case events.IncidentTaskCompleted:
		i.Tasks[fact.Task-1] = true
	case events.IncidentMatched:
		i.Known = fact.Problem
	case events.IncidentDocumentAdded:
		i.Documents = fact.Document
	case events.IncidentClosed:
		i.Closed = true
	default:
		i.evolveClimb(e)
		i.evolvePage(e)
		i.evolveClock(e)
	}
}

func (i *Incident) transferred(fact events.IncidentTransferred) {
	i.Team = fact.To
	i.Transfers++
	if fact.Policy != i.Policy {
		i.Policy, i.policy = fact.Policy, i.catalog.Policies[fact.Policy]
		i.Climb, i.Paged, i.Fired = escalation.Step{}, nil, nil
		i.StepAt, i.Held = time.Time{}, escalation.Step{}
	}
}

func (i *Incident) splitOff(fact events.IncidentSplit) {
	for _, k := range fact.Alerts {
		i.elsewhere(k, fact.Into)
		i.Alerts = slices.DeleteFunc(i.Alerts, func(a alert.Known) bool { return a.Key == k })
	}
}

func (i *Incident) evolveClimb(e events.Event) {
	switch fact := e.Data.(type) {
	case events.EscalationAdvanced:
		i.Round, i.LevelRound = max(i.Round, fact.Round), fact.Round
		i.Climb = escalation.Step{Round: fact.Repeat + 1, Level: fact.Level, Again: fact.Again}
		i.StepAt, i.Held, i.Reached = fact.DueAt, escalation.Step{}, false
		if len(fact.Pages) > 0 || fact.Level == 1 {
			i.Paged = fact.Pages
		}
	case events.EscalationHeld:
		i.Held = escalation.Step{Round: fact.Repeat + 1, Level: fact.Level, Again: fact.Again}
		i.StepAt = fact.Until
	case events.EscalationFired:
		i.firedBy(e, fact)
	case events.EscalationSkipped:
		i.remember(Fired{Index: fact.Index, Count: fact.Count, At: e.Time})
	case events.EscalationExhausted:
		i.StepAt, i.Held = time.Time{}, escalation.Step{}
		i.Round = max(i.Round, fact.Round)
	}
}

func (i *Incident) firedBy(e events.Event, fact events.EscalationFired) {
	i.Round = max(i.Round, fact.Round)
	switch {
	case fact.Index != byHand:
		i.remember(Fired{Index: fact.Index, Count: fact.Count, At: e.Time})
	case len(fact.Pages) > 0:
		i.Paged = fact.Pages
	}
	if escalation.On(fact.On) == escalation.Unresolved && len(fact.Pages) > 0 {
		i.Repaged = true
	}
}

func (i *Incident) evolvePage(e events.Event) {
	switch fact := e.Data.(type) {
	case events.PageRequested:
		i.asked(fact, e.Time)
	case events.PageDelivered:
		if p := i.page(fact.Page); p != nil && i.current(p) {
			i.Reached = true
		}
		i.closePage(fact.Page)
	case events.PageDelayed:
		if p := i.page(fact.Page); p != nil {
			p.Delayed = true
		}
	case events.PageFailed:
		i.closePage(fact.Page)
	case events.PageSuperseded:
		i.closePage(fact.Page)
	}
}

func (i *Incident) asked(fact events.PageRequested, at time.Time) {
	if p := i.page(fact.Page); p != nil {
		p.Asked, p.AskedAt = int32(fact.Asked), at
		return
	}
	i.Pages = append(i.Pages, Page{
		ID: fact.Page, Target: fact.Target, Via: fact.Via,
		Round: fact.Round, Level: fact.Level, Asked: int32(fact.Asked), AskedAt: at,
		Urgency: fact.Urgency, Why: fact.Why,
	})
}

func (i *Incident) hold(a events.Alert) {
	if old := i.alert(a.Key); old != nil {
		*old = known(a)
		return
	}
	i.Alerts = append(i.Alerts, known(a))
}

func known(a events.Alert) alert.Known {
	return alert.Known{Key: a.Key, StartsAt: a.StartsAt, EndsAt: a.EndsAt}
}
