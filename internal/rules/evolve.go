package rules

import (
	"fmt"
	"slices"

	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/pkg/events"
)

// Needs returns the catalog revision that the state must know before it can evolve by the fact;
// empty for most facts.
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

// Evolve folds one fact of the ledger into the state. Facts must come in the ledger's order. Evolve
// fails for a fact that cannot follow this state: a gap in an incident's sequence, or an unknown
// incident or catalog. The state must not be used after an error.
func (s *State) Evolve(e events.Event) error {
	switch fact := e.Data.(type) {
	case events.CatalogRevised:
		return s.revised(fact)
	case events.AlertRenewed:
		return s.renewed(fact)
	case events.IncidentTriggered:
		return s.triggered(e, fact)
	case events.OverrideAdded:
		s.overrideAdded(e, fact)
		return nil
	case events.OverrideRemoved:
		s.overrideRemoved(fact)
		return nil
	case events.RosterImported:
		return s.rosterImported(fact.Roster, e.Time)
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
	if movesTriggers(e.Data) {
		i.timeTriggers()
	}
	if byLastCommand(e) {
		i.LastCommand = e.CausationID
	}
	s.evolveShared(i, e)
	s.rearm(i)
	return nil
}

// evolveShared folds in what an incident's fact changes outside the incident.
func (s *State) evolveShared(i *Incident, e events.Event) {
	switch fact := e.Data.(type) {
	case events.IncidentReopened:
		s.name(i, i.DedupKey) // a newer one, resolved by now, may have had the key
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

// absorbed redirects the alerts of a merged incident of the same service to the one that absorbed it.
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

// redirect sends alerts that were split off to one incident to another one. Splits and merges are
// rare enough to visit every incident.
func (s *State) redirect(from, to string, which func(alert string) bool) {
	for _, i := range s.incidents {
		for alert, other := range i.Elsewhere {
			if other == from && which(alert) {
				i.elsewhere(alert, to)
			}
		}
	}
}

// elsewhere notes which incident an alert feeds now; one that is back with this incident is forgotten.
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

// byLastCommand reports whether a command led to the fact, and commands of its kind always lead to
// such a fact, so that its id tells a repeated command.
func byLastCommand(e events.Event) bool {
	switch fact := e.Data.(type) {
	case events.IncidentAcknowledged, events.IncidentAnnotated, events.CommandRefused, events.IncidentSnoozed,
		events.IncidentAssigned, events.IncidentRespondersAdded, events.IncidentResponderJoined, events.MergeRequested,
		events.IncidentMerged, events.IncidentSplit, events.IncidentRoleAssigned, events.IncidentTaskAdded,
		events.IncidentTaskCompleted, events.IncidentDocumentAdded, events.IncidentClosed, events.IncidentClocksCancelled:
		return e.CausationID != ""
	case events.IncidentUnacknowledged, events.IncidentWoken, events.IncidentClocksPaused, events.IncidentClocksResumed, events.IncidentTransferred:
		return e.CausationID != "" // otherwise a deadline caused it
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
