package rehearsal

import (
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// Story is what happened, in order.
type Story struct {
	Start     time.Time  `json:"start"`
	End       time.Time  `json:"end"` // the instant the history reached
	Incidents []Incident `json:"incidents"`
	Pages     []Page     `json:"pages"`
	Levels    []Level    `json:"levels"`
	Changes   []Change   `json:"changes"`
}

// Incident is where an incident stands at the end of the story.
type Incident struct {
	ID       string `json:"id"`
	Service  string `json:"service"`
	Team     string `json:"team"`
	Policy   string `json:"policy"`
	Title    string `json:"title"`
	Status   string `json:"status"` // triggered, acknowledged or resolved
	Priority string `json:"priority"`
	Level    int    `json:"level"` // from 1
	Round    int    `json:"round"` // from 1, over the incident's whole life
	// Exhausted says that the last level had no answer and the climb has not begun again.
	Exhausted bool      `json:"exhausted"`
	OpenedAt  time.Time `json:"opened_at"`

	key alertID // what it is the newest incident of
}

// How a page ended, as [Page] says it.
const (
	PageOpen       = "open"       // still on its way
	PageDelayed    = "delayed"    // its contact methods fail and are tried further
	PageDelivered  = "delivered"  // a contact method took it
	PageFailed     = "failed"     // no contact method took it
	PageSuperseded = "superseded" // no longer wanted before one took it
)

// Page is one request to reach one person.
type Page struct {
	ID       string `json:"id"`
	Incident string `json:"incident"`
	// At is when it was asked for.
	At time.Time `json:"at"`
	To string    `json:"to"` // "person:ana"
	// By is the id of the contact method that took it; empty when none did.
	By      string `json:"by,omitempty"`
	Channel string `json:"channel,omitempty"` // of By: "webhook", "email" or "console"
	Outcome string `json:"outcome"`           // one of the words above
	// EndedAt is when the outcome was known; zero for a page that is open.
	EndedAt time.Time `json:"ended_at,omitzero"`
	Level   int       `json:"level"`
	Round   int       `json:"round"`
	Urgency string    `json:"urgency"` // "high" or "low"
	// Via is the level's word that led to the person, such as "schedule:payments-primary"; empty
	// where the level names the person.
	Via      string           `json:"via,omitempty"`
	Why      string           `json:"why"`
	Attempts []events.Attempt `json:"attempts,omitempty"`
}

// Level is one step of a climb.
type Level struct {
	Incident string    `json:"incident"`
	At       time.Time `json:"at"`
	Level    int       `json:"level"`
	Round    int       `json:"round"`
	Kind     string    `json:"kind,omitempty"`
	Trigger  string    `json:"trigger"` // as in [events.EscalationAdvanced]
	Why      string    `json:"why"`
	Targets  []string  `json:"targets"`
	// Pages are the people the targets meant; empty when nobody stood behind them.
	Pages []string `json:"pages"`
	// Exhausted marks the end of a climb instead of a level: nobody is left to page.
	Exhausted bool `json:"exhausted,omitempty"`
}

// Change is a new status or priority of an incident.
type Change struct {
	Incident string    `json:"incident"`
	At       time.Time `json:"at"`
	What     string    `json:"what"` // "status" or "priority"
	To       string    `json:"to"`
	By       string    `json:"by,omitempty"` // who or what did it
}

// Page finds a person's newest page of an incident; an empty incident stands for all.
func (s Story) Page(incident, to string) (Page, bool) {
	for _, p := range slices.Backward(s.Pages) {
		if p.To == to && (incident == "" || p.Incident == incident) {
			return p, true
		}
	}
	return Page{}, false
}

// Reached says whether a contact method took a page of the incident; an empty id stands for all.
func (s Story) Reached(incident string) bool {
	return slices.ContainsFunc(s.Pages, func(p Page) bool {
		return p.Outcome == PageDelivered && (incident == "" || p.Incident == incident)
	})
}

// teller folds facts into the story.
type teller struct {
	story     Story
	incidents map[string]int // by id
	pages     map[string]int // by id
	newest    map[alertID]string
}

func (t *teller) init(start time.Time) {
	t.story.Start = start
	t.incidents, t.pages, t.newest = map[string]int{}, map[string]int{}, map[alertID]string{}
}

func (t *teller) tell(now time.Time) Story {
	s := t.story
	s.End = now
	// Lists that are empty are [] in JSON, so that a reader need not look twice.
	s.Incidents = append([]Incident{}, s.Incidents...)
	s.Pages, s.Levels = append([]Page{}, s.Pages...), append([]Level{}, s.Levels...)
	s.Changes = append([]Change{}, s.Changes...)
	return s
}

func (t *teller) fact(e events.Event) {
	if fact, ok := e.Data.(events.IncidentTriggered); ok {
		t.triggered(e, fact)
		return
	}
	at, ok := t.incidents[e.Subject]
	if !ok {
		return // a fact of no incident
	}
	i := &t.story.Incidents[at]
	switch fact := e.Data.(type) {
	case events.IncidentAcknowledged:
		t.status(i, e, incident.Acknowledged)
	case events.IncidentUnacknowledged:
		t.status(i, e, incident.Triggered)
	case events.IncidentReopened:
		t.newest[i.key] = i.ID
		t.status(i, e, incident.Triggered)
	case events.IncidentResolved:
		t.status(i, e, incident.Resolved)
	case events.IncidentPrioritized:
		i.Priority = fact.Priority
		t.change(i, e, "priority", fact.Priority)
	case events.EscalationAdvanced:
		i.Level, i.Round, i.Exhausted = fact.Level, fact.Round, false
		t.story.Levels = append(t.story.Levels, Level{
			Incident: i.ID, At: e.Time, Level: fact.Level, Round: fact.Round, Kind: fact.Kind, Trigger: fact.Trigger,
			Why: because(fact.Trigger, e.Reason), Targets: fact.Targets, Pages: append([]string{}, fact.Pages...),
		})
	case events.EscalationExhausted:
		i.Exhausted = true
		t.story.Levels = append(t.story.Levels, Level{
			Incident: i.ID, At: e.Time, Level: i.Level, Round: i.Round, Trigger: "exhausted", Why: e.Reason,
			Targets: []string{}, Pages: []string{}, Exhausted: true,
		})
	default:
		t.pageFact(i, e)
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
	t.status(i, e, incident.Triggered)
	t.change(i, e, "priority", fact.Priority)
}

func (t *teller) status(i *Incident, e events.Event, to incident.Status) {
	i.Status = to.String()
	t.change(i, e, "status", i.Status)
}

func (t *teller) change(i *Incident, e events.Event, what, to string) {
	t.story.Changes = append(t.story.Changes, Change{Incident: i.ID, At: e.Time, What: what, To: to, By: e.Actor})
}

func (t *teller) pageFact(i *Incident, e events.Event) {
	switch fact := e.Data.(type) {
	case events.PageRequested:
		if fact.Asked > 1 {
			return // the same page
		}
		why := ""
		if n := len(t.story.Levels); n > 0 {
			why = t.story.Levels[n-1].Why // the level is always told before its pages
		}
		t.pages[fact.Page] = len(t.story.Pages)
		t.story.Pages = append(t.story.Pages, Page{
			ID: fact.Page, Incident: i.ID, At: e.Time, To: fact.Target, Outcome: PageOpen, Level: fact.Level, Round: fact.Round,
			Urgency: fact.Urgency, Via: fact.Via, Why: why,
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
	"unacknowledged": "nobody acknowledged in time",
	"undeliverable":  "nobody of the level before could be reached",
	"nobody":         "the level before has nobody to page",
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
