package rehearsal

import (
	"strings"
	"time"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// builder builds the story from facts.
type builder struct {
	story     Story
	incidents map[string]int // by id
	pages     map[string]int // by id
	newest    map[alertID]string
	moved     map[alertID]string // alerts, by key, that were split off, with their incidents
	// zone returns the time zone of what a held level waits for.
	zone func(service string, held events.EscalationHeld) *time.Location
}

func newBuilder(start time.Time, zone func(string, events.EscalationHeld) *time.Location) builder {
	return builder{
		story: Story{Start: start}, zone: zone,
		incidents: map[string]int{}, pages: map[string]int{}, newest: map[alertID]string{}, moved: map[alertID]string{},
	}
}

// build returns the story so far. Its lists are copies, and never nil: [] in JSON.
func (b *builder) build(now time.Time) Story {
	s := b.story
	s.End = now
	s.Incidents = append([]Incident{}, s.Incidents...)
	s.Pages, s.Levels = append([]Page{}, s.Pages...), append([]Level{}, s.Levels...)
	s.Held, s.Triggers = append([]Held{}, s.Held...), append([]Trigger{}, s.Triggers...)
	s.Changes, s.order = append([]Change{}, s.Changes...), append([]entry{}, s.order...)
	return s
}

// add adds one fact.
func (b *builder) add(e events.Event) {
	if fact, ok := e.Data.(events.IncidentTriggered); ok {
		b.triggered(e, fact)
		return
	}
	at, ok := b.incidents[e.Subject]
	if !ok { // a fact about no incident
		switch e.Data.(type) {
		case events.OverrideAdded, events.OverrideRemoved, events.CatalogRevised:
			b.change(&Incident{}, e, e.Data.Name(), "")
		}
		return
	}
	i := &b.story.Incidents[at]
	switch fact := e.Data.(type) {
	case events.IncidentAcknowledged:
		b.status(i, e, incident.Acknowledged)
	case events.IncidentUnacknowledged, events.IncidentWoken:
		b.status(i, e, incident.Triggered)
	case events.IncidentSnoozed:
		b.status(i, e, incident.Snoozed)
	case events.IncidentReopened:
		b.newest[i.key], i.Outcome, i.Cause = i.ID, "", ""
		if fact.Alert != nil {
			b.belongs(i, fact.Alert.Key)
		}
		b.status(i, e, incident.Triggered)
	case events.IncidentResolved:
		b.status(i, e, incident.Resolved)
	case events.IncidentPrioritized:
		i.Priority = fact.Priority
		b.change(i, e, "priority", fact.Priority)
	case events.IncidentTransferred:
		if i.Policy != fact.Policy {
			i.Level, i.Round, i.Exhausted = 0, 0, false
		}
		i.Team, i.Policy = fact.To, fact.Policy
		b.change(i, e, "team", fact.To)
	case events.IncidentAssigned:
		i.Assignee = fact.To
		b.change(i, e, "assignee", fact.To)
	case events.IncidentClosed:
		i.Outcome, i.Cause = fact.Outcome, fact.Cause
		b.change(i, e, fact.Name(), fact.Outcome)
	case events.IncidentSplit:
		for _, key := range fact.Alerts {
			b.moved[alertID{i.Service, key}] = fact.Into
		}
		b.change(i, e, fact.Name(), "")
	case events.AlertJoined:
		b.belongs(i, fact.Key)
	case events.AlertLeft:
	case events.EscalationAdvanced, events.EscalationExhausted, events.EscalationHeld, events.EscalationFired, events.EscalationSkipped:
		b.climbFact(i, e)
	case events.PageRequested, events.PageDelivered, events.PageDelayed, events.PageFailed, events.PageSuperseded:
		b.pageFact(i, e)
	default:
		b.change(i, e, e.Data.Name(), "")
	}
}

func (b *builder) triggered(e events.Event, fact events.IncidentTriggered) {
	b.incidents[e.Subject] = len(b.story.Incidents)
	key := alertID{e.Service, fact.DedupKey}
	b.newest[key] = e.Subject
	b.story.Incidents = append(b.story.Incidents, Incident{
		ID: e.Subject, Service: e.Service, Team: e.Team, Policy: fact.Policy, Title: fact.Title, Priority: fact.Priority, OpenedAt: e.Time, key: key,
	})
	i := &b.story.Incidents[len(b.story.Incidents)-1]
	b.belongs(i, fact.Alert.Key)
	b.status(i, e, incident.Triggered)
	b.change(i, e, "priority", fact.Priority)
	b.story.Changes[len(b.story.Changes)-1].Says = "" // the line before has it
}

// belongs notes that an alert feeds the incident, wherever it was split off to before.
func (b *builder) belongs(i *Incident, key string) {
	if id := (alertID{i.Service, key}); b.moved[id] != i.ID {
		delete(b.moved, id)
	}
}

// clocks copies the clocks of an incident after its facts; nil is one that the rules have forgotten.
func (b *builder) clocks(was *rules.Incident) {
	if was == nil {
		return
	}
	i := &b.story.Incidents[b.incidents[was.ID]]
	i.Clocks = nil // an earlier story keeps its own
	for _, c := range was.Clocks {
		i.Clocks = append(i.Clocks, Clock{
			Clock: c.Name, Goal: c.Goal.String(), Calendar: c.Calendar, DueAt: c.DueAt, AtRisk: c.AtRisk, Breached: c.Breached, Met: c.Met,
		})
	}
}

func (b *builder) status(i *Incident, e events.Event, to incident.Status) {
	i.Status = to.String()
	b.change(i, e, "status", i.Status)
}

func (b *builder) change(i *Incident, e events.Event, what, to string) {
	b.note(changeList, len(b.story.Changes))
	b.story.Changes = append(b.story.Changes, Change{
		Incident: i.ID, At: e.Time, What: what, To: to, By: e.Actor, Says: timeline.Tell(e).Summary, Why: e.Reason,
	})
}

// note adds an entry of a list to the order of the story.
func (b *builder) note(of list, place int) { b.story.order = append(b.story.order, entry{of, place}) }

func (b *builder) climbFact(i *Incident, e events.Event) {
	switch fact := e.Data.(type) {
	case events.EscalationAdvanced:
		i.Level, i.Round, i.Exhausted = fact.Level, fact.Round, false
		b.level(Level{
			Incident: i.ID, At: e.Time, Level: fact.Level, Round: fact.Round, Kind: fact.Kind, Trigger: fact.Trigger, Need: fact.Need,
			Why: because(fact.Trigger, e.Reason), Targets: fact.Targets, Pages: append([]string{}, fact.Pages...),
		})
	case events.EscalationExhausted:
		i.Exhausted = true
		b.level(Level{
			Incident: i.ID, At: e.Time, Level: i.Level, Round: i.Round, Trigger: "exhausted", Why: e.Reason,
			Targets: append([]string{}, fact.Targets...), Pages: append([]string{}, fact.Pages...), Exhausted: true,
		})
	case events.EscalationHeld:
		b.note(heldList, len(b.story.Held))
		b.story.Held = append(b.story.Held, Held{
			Incident: i.ID, At: e.Time, Level: fact.Level, For: fact.For, Targets: fact.Targets, Until: fact.Until.In(b.zone(i.Service, fact)),
		})
	case events.EscalationFired:
		b.trigger(Trigger{
			Incident: i.ID, At: e.Time, On: fact.On, Rule: fact.Rule, Category: fact.Category, Kind: fact.Kind, Why: e.Reason,
			Targets: append([]string{}, fact.Targets...), Pages: append([]string{}, fact.Pages...),
		})
	case events.EscalationSkipped:
		b.trigger(Trigger{
			Incident: i.ID, At: e.Time, On: fact.On, Rule: fact.Rule, Category: fact.Category, Why: e.Reason,
			Targets: []string{}, Pages: []string{}, Skipped: true,
		})
	}
}

func (b *builder) level(l Level) {
	b.note(levelList, len(b.story.Levels))
	b.story.Levels = append(b.story.Levels, l)
}

func (b *builder) trigger(one Trigger) {
	b.note(triggerList, len(b.story.Triggers))
	b.story.Triggers = append(b.story.Triggers, one)
}

func (b *builder) pageFact(i *Incident, e events.Event) {
	switch fact := e.Data.(type) {
	case events.PageRequested:
		if fact.Asked > 1 {
			return // the same page
		}
		b.pages[fact.Page] = len(b.story.Pages)
		b.note(pageList, len(b.story.Pages))
		b.story.Pages = append(b.story.Pages, Page{
			ID: fact.Page, Incident: i.ID, At: e.Time, To: fact.Target, Outcome: PageOpen, Level: fact.Level, Round: fact.Round,
			Urgency: fact.Urgency, Via: fact.Via, Why: b.why(fact), Late: fact.Late,
		})
	case events.PageDelivered:
		p := b.end(fact.Page, PageDelivered, e.Time, fact.Attempts)
		p.By, p.Channel = fact.Contact, fact.Channel
	case events.PageDelayed:
		b.end(fact.Page, PageDelayed, time.Time{}, fact.Attempts)
	case events.PageFailed:
		b.end(fact.Page, PageFailed, e.Time, fact.Attempts)
	case events.PageSuperseded:
		b.end(fact.Page, PageSuperseded, e.Time, nil)
	}
}

// why says why a page was requested: the reason of its level, which is always added before it, or its own.
func (b *builder) why(fact events.PageRequested) string {
	n := len(b.story.Levels)
	switch {
	case fact.Level == 0 || n == 0:
		return fact.Why
	case fact.Why == "":
		return b.story.Levels[n-1].Why
	}
	return b.story.Levels[n-1].Why + "; " + fact.Why
}

func (b *builder) end(id, outcome string, at time.Time, attempts []events.Attempt) *Page {
	p := b.page(id)
	p.Outcome, p.EndedAt = outcome, at
	if attempts != nil {
		p.Attempts = attempts
	}
	return p
}

func (b *builder) page(id string) *Page { return &b.story.Pages[b.pages[id]] }

// triggers says in words what moved an escalation.
var triggers = map[string]string{
	"triggered":      "an alert opened the incident",
	"reopened":       "the incident was opened again",
	"returned":       "the acknowledgement is gone",
	"woken":          "the snooze is over",
	"unacknowledged": "nobody acknowledged in time",
	"undeliverable":  "nobody at the previous level could be reached",
	"nobody":         "the level before has nobody to page",
	"condition":      "the level before does not count",
	"held":           "the hold is over",
	"transferred":    "another team has it",
	"assigned":       "it was assigned",
	"trigger":        "a trigger fired",
	"command":        "escalated by hand",
}

// because returns the words of the trigger, and the fact's own reason if that says more.
func because(trigger, reason string) string {
	words := triggers[trigger]
	if reason == "" || strings.HasPrefix(reason, words) {
		return max(words, reason)
	}
	return words + "; " + reason
}
