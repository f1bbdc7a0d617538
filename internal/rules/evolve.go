package rules

import (
	"fmt"
	"slices"
	"time"

	"tocsin.dev/internal/rules/alert"
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
	}
	if e.IncidentSeq == 0 {
		return nil // a fact of no incident
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
	if commanded(e) {
		i.LastCommand = e.CausationID
	}
	if _, reopened := e.Data.(events.IncidentReopened); reopened {
		s.byKey[key{i.Service, i.DedupKey}] = i // also where a newer one, resolved by now, had the key
	}
	s.rearm(i)
	return nil
}

// commanded says that a command led to the fact, and that every command of its kind leads to one.
func commanded(e events.Event) bool {
	switch fact := e.Data.(type) {
	case events.IncidentAcknowledged, events.IncidentAnnotated, events.CommandRefused:
		return true
	case events.IncidentUnacknowledged:
		return e.CausationID != ""
	case events.IncidentResolved:
		return fact.How == "command"
	case events.IncidentReopened:
		return fact.Alert == nil
	case events.EscalationAdvanced:
		return fact.Trigger == byCommand
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
		OpenedAt: e.Time, Alerts: []alert.Known{known(fact.Alert)},
	}
	if err := s.put(i, true); err != nil {
		return err
	}
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
		i.Status, i.AckUntil, i.StepAt = incident.Acknowledged, fact.Until, time.Time{}
	case events.IncidentUnacknowledged:
		i.Status, i.AckUntil = incident.Triggered, time.Time{}
	case events.IncidentResolved:
		i.Status, i.ResolvedAt, i.ByHand = incident.Resolved, e.Time, fact.How == "command"
		i.AckUntil, i.StepAt = time.Time{}, time.Time{}
	case events.IncidentReopened:
		i.Status, i.ResolvedAt, i.ByHand = incident.Triggered, time.Time{}, false
		if fact.Alert != nil {
			i.hold(*fact.Alert)
		}
	case events.IncidentPrioritized:
		i.Severity, i.Priority = fact.Severity, fact.Priority
	default:
		i.evolveClimb(e)
	}
}

func (i *Incident) evolveClimb(e events.Event) {
	switch fact := e.Data.(type) {
	case events.EscalationAdvanced:
		i.Round, i.Climb = fact.Round, escalation.Step{Round: fact.Repeat + 1, Level: fact.Level}
		i.StepAt, i.Reached = fact.DueAt, false
		if len(fact.Pages) > 0 || fact.Level == 1 {
			i.Paged = fact.Pages
		}
	case events.EscalationExhausted:
		i.StepAt = time.Time{}
	case events.PageRequested:
		i.asked(fact, e.Time)
	case events.PageDelivered:
		if p := i.page(fact.Page); p != nil && p.Round == i.Round && p.Level == i.Climb.Level {
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
