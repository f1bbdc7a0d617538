package rehearsal

import (
	"strings"
	"time"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// teller folds facts into the story.
type teller struct {
	story     Story
	incidents map[string]int // by id
	pages     map[string]int // by id
	newest    map[alertID]string
	moved     map[alertID]string // alerts, by key, that were split off, with their incidents
	// zone gives where a level that is held waits.
	zone func(service string, held events.EscalationHeld) *time.Location
}

func (t *teller) init(start time.Time) {
	t.story.Start = start
	t.incidents, t.pages, t.newest, t.moved = map[string]int{}, map[string]int{}, map[alertID]string{}, map[alertID]string{}
}

func (t *teller) tell(now time.Time) Story {
	s := t.story
	s.End = now
	// Lists that are empty are [] in JSON, so that a reader need not look twice.
	s.Incidents = append([]Incident{}, s.Incidents...)
	s.Pages, s.Levels = append([]Page{}, s.Pages...), append([]Level{}, s.Levels...)
	s.Held, s.Triggers = append([]Held{}, s.Held...), append([]Trigger{}, s.Triggers...)
	s.Changes, s.order = append([]Change{}, s.Changes...), append([]entry{}, s.order...)
	return s
}

func (t *teller) fact(e events.Event) {
	if fact, ok := e.Data.(events.IncidentTriggered); ok {
		t.triggered(e, fact)
		return
	}
	at, ok := t.incidents[e.Subject]
	if !ok {
		t.loose(e)
		return
	}
	i := &t.story.Incidents[at]
	switch fact := e.Data.(type) {
	case events.IncidentAcknowledged:
		t.status(i, e, incident.Acknowledged)
	case events.IncidentUnacknowledged, events.IncidentWoken:
		t.status(i, e, incident.Triggered)
	case events.IncidentSnoozed:
		t.status(i, e, incident.Snoozed)
	case events.IncidentReopened:
		t.newest[i.key], i.Outcome, i.Cause = i.ID, "", ""
		if fact.Alert != nil {
			t.belongs(i, fact.Alert.Key)
		}
		t.status(i, e, incident.Triggered)
	case events.IncidentResolved:
		t.status(i, e, incident.Resolved)
	case events.IncidentPrioritized:
		i.Priority = fact.Priority
		t.change(i, e, "priority", fact.Priority)
	case events.AlertJoined:
		t.belongs(i, fact.Key)
	default:
		t.lifeFact(i, e)
	}
}

// lifeFact is what happens to an incident besides its status and priority.
func (t *teller) lifeFact(i *Incident, e events.Event) {
	switch fact := e.Data.(type) {
	case events.IncidentTransferred:
		if i.Policy != fact.Policy {
			i.Level, i.Round, i.Exhausted = 0, 0, false
		}
		i.Team, i.Policy = fact.To, fact.Policy
		t.change(i, e, "team", fact.To)
	case events.IncidentAssigned:
		i.Assignee = fact.To
		t.change(i, e, "assignee", fact.To)
	case events.IncidentClosed:
		i.Outcome, i.Cause = fact.Outcome, fact.Cause
		t.change(i, e, fact.Name(), fact.Outcome)
	case events.IncidentSplit:
		for _, key := range fact.Alerts {
			t.moved[alertID{i.Service, key}] = fact.Into
		}
		t.change(i, e, fact.Name(), "")
	case events.EscalationAdvanced, events.EscalationExhausted, events.EscalationHeld, events.EscalationFired, events.EscalationSkipped:
		t.climbFact(i, e)
	case events.PageRequested, events.PageDelivered, events.PageDelayed, events.PageFailed, events.PageSuperseded:
		t.pageFact(i, e)
	case events.AlertLeft:
	default:
		t.change(i, e, e.Data.Name(), "")
	}
}

// loose is a fact of no incident.
func (t *teller) loose(e events.Event) {
	switch e.Data.(type) {
	case events.OverrideAdded, events.OverrideRemoved, events.CatalogRevised:
		t.change(&Incident{}, e, e.Data.Name(), "")
	}
}

func (t *teller) triggered(e events.Event, fact events.IncidentTriggered) {
	t.incidents[e.Subject] = len(t.story.Incidents)
	key := alertID{e.Service, fact.DedupKey}
	t.newest[key] = e.Subject
	t.story.Incidents = append(t.story.Incidents, Incident{
		ID: e.Subject, Service: e.Service, Team: e.Team, Policy: fact.Policy, Title: fact.Title, Priority: fact.Priority, OpenedAt: e.Time, key: key,
	})
	i := &t.story.Incidents[len(t.story.Incidents)-1]
	t.belongs(i, fact.Alert.Key)
	t.status(i, e, incident.Triggered)
	t.change(i, e, "priority", fact.Priority)
	t.story.Changes[len(t.story.Changes)-1].Says = "" // the line before has it
}

// belongs notes that an alert feeds the incident, whatever incident it was split off to before.
func (t *teller) belongs(i *Incident, key string) {
	if id := (alertID{i.Service, key}); t.moved[id] != i.ID {
		delete(t.moved, id)
	}
}

// stands takes over the clocks of an incident after facts of it; nil is one that is forgotten.
func (t *teller) stands(was *rules.Incident) {
	if was == nil {
		return
	}
	i := &t.story.Incidents[t.incidents[was.ID]]
	if len(was.Clocks) == 0 {
		i.Clocks = nil
		return
	}
	i.Clocks = make([]Clock, len(was.Clocks)) // the story before is the caller's own
	for n, c := range was.Clocks {
		i.Clocks[n] = Clock{
			Clock: c.Name, Goal: c.Goal.String(), Calendar: c.Calendar, DueAt: c.DueAt, AtRisk: c.AtRisk, Breached: c.Breached, Met: c.Met,
		}
	}
}

func (t *teller) status(i *Incident, e events.Event, to incident.Status) {
	i.Status = to.String()
	t.change(i, e, "status", i.Status)
}

func (t *teller) change(i *Incident, e events.Event, what, to string) {
	t.note(changeList, len(t.story.Changes))
	t.story.Changes = append(t.story.Changes, Change{
		Incident: i.ID, At: e.Time, What: what, To: to, By: e.Actor, Says: timeline.Tell(e).Summary, Why: e.Reason,
	})
}

// note puts the next entry of a list into the order of the story.
func (t *teller) note(of list, place int) { t.story.order = append(t.story.order, entry{of, place}) }

func (t *teller) climbFact(i *Incident, e events.Event) {
	switch fact := e.Data.(type) {
	case events.EscalationAdvanced:
		i.Level, i.Round, i.Exhausted = fact.Level, fact.Round, false
		t.level(Level{
			Incident: i.ID, At: e.Time, Level: fact.Level, Round: fact.Round, Kind: fact.Kind, Trigger: fact.Trigger, Need: fact.Need,
			Why: because(fact.Trigger, e.Reason), Targets: fact.Targets, Pages: append([]string{}, fact.Pages...),
		})
	case events.EscalationExhausted:
		i.Exhausted = true
		t.level(Level{
			Incident: i.ID, At: e.Time, Level: i.Level, Round: i.Round, Trigger: "exhausted", Why: e.Reason,
			Targets: append([]string{}, fact.Targets...), Pages: append([]string{}, fact.Pages...), Exhausted: true,
		})
	case events.EscalationHeld:
		t.note(heldList, len(t.story.Held))
		t.story.Held = append(t.story.Held, Held{
			Incident: i.ID, At: e.Time, Level: fact.Level, For: fact.For, Targets: fact.Targets, Until: fact.Until.In(t.zone(i.Service, fact)),
		})
	case events.EscalationFired:
		t.trigger(Trigger{
			Incident: i.ID, At: e.Time, On: fact.On, Rule: fact.Rule, Category: fact.Category, Kind: fact.Kind, Why: e.Reason,
			Targets: append([]string{}, fact.Targets...), Pages: append([]string{}, fact.Pages...),
		})
	case events.EscalationSkipped:
		t.trigger(Trigger{
			Incident: i.ID, At: e.Time, On: fact.On, Rule: fact.Rule, Category: fact.Category, Why: e.Reason,
			Targets: []string{}, Pages: []string{}, Skipped: true,
		})
	}
}

func (t *teller) level(l Level) {
	t.note(levelList, len(t.story.Levels))
	t.story.Levels = append(t.story.Levels, l)
}

func (t *teller) trigger(one Trigger) {
	t.note(triggerList, len(t.story.Triggers))
	t.story.Triggers = append(t.story.Triggers, one)
}

func (t *teller) pageFact(i *Incident, e events.Event) {
	switch fact := e.Data.(type) {
	case events.PageRequested:
		if fact.Asked > 1 {
			return // the same page
		}
		t.pages[fact.Page] = len(t.story.Pages)
		t.note(pageList, len(t.story.Pages))
		t.story.Pages = append(t.story.Pages, Page{
			ID: fact.Page, Incident: i.ID, At: e.Time, To: fact.Target, Outcome: PageOpen, Level: fact.Level, Round: fact.Round,
			Urgency: fact.Urgency, Via: fact.Via, Why: t.why(fact), Late: fact.Late,
		})
	case events.PageDelivered:
		p := t.end(fact.Page, PageDelivered, e.Time, fact.Attempts)
		p.By, p.Channel = fact.Contact, fact.Channel
	case events.PageDelayed:
		t.end(fact.Page, PageDelayed, time.Time{}, fact.Attempts)
	case events.PageFailed:
		t.end(fact.Page, PageFailed, e.Time, fact.Attempts)
	case events.PageSuperseded:
		t.end(fact.Page, PageSuperseded, e.Time, nil)
	}
}

// why says what asked for a page: its level, which is always told before it, or the page itself.
func (t *teller) why(fact events.PageRequested) string {
	n := len(t.story.Levels)
	switch {
	case fact.Level == 0 || n == 0:
		return fact.Why
	case fact.Why == "":
		return t.story.Levels[n-1].Why
	}
	return t.story.Levels[n-1].Why + "; " + fact.Why
}

func (t *teller) end(id, outcome string, at time.Time, attempts []events.Attempt) *Page {
	p := t.page(id)
	p.Outcome, p.EndedAt = outcome, at
	if attempts != nil {
		p.Attempts = attempts
	}
	return p
}

// page gives the page of an id that was told.
func (t *teller) page(id string) *Page { return &t.story.Pages[t.pages[id]] }

// triggers says in words what moved a climb.
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

// because gives the words of the trigger, and the fact's own reason where that says more.
func because(trigger, reason string) string {
	words := triggers[trigger]
	if reason == "" || strings.HasPrefix(reason, words) {
		return max(words, reason)
	}
	return words + "; " + reason
}
