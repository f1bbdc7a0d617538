package rehearsal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin.dev/pkg/events"
)

// Story is what happened. Each list is in order; [Story.InOrder] merges them.
type Story struct {
	Start     time.Time  `json:"start"`
	End       time.Time  `json:"end"` // the instant the history reached
	Incidents []Incident `json:"incidents"`
	Pages     []Page     `json:"pages"`
	Levels    []Level    `json:"levels"`
	Held      []Held     `json:"held"`
	Triggers  []Trigger  `json:"triggers"`
	Changes   []Change   `json:"changes"`

	order []entry
}

// Incident is the state of an incident at the end of the story.
type Incident struct {
	ID       string `json:"id"`
	Service  string `json:"service"`
	Team     string `json:"team"`
	Policy   string `json:"policy"`
	Title    string `json:"title"`
	Status   string `json:"status"` // triggered, acknowledged, snoozed or resolved
	Priority string `json:"priority"`
	// Assignee is responsible for it ("person:bo"); empty for nobody.
	Assignee string `json:"assignee,omitempty"`
	Level    int    `json:"level"` // from 1; 0 before the first level of its policy
	Round    int    `json:"round"` // of that level, from 1, over the incident's whole life
	// Exhausted means that the last level had no answer and the escalation has not begun again.
	Exhausted bool      `json:"exhausted"`
	OpenedAt  time.Time `json:"opened_at"`
	// Outcome and Cause are those of its closure; empty before.
	Outcome string  `json:"outcome,omitempty"`
	Cause   string  `json:"cause,omitempty"`
	Clocks  []Clock `json:"clocks,omitempty"`

	key alertID // what it is the newest incident of
}

// Clock measures an incident against one goal.
type Clock struct {
	Clock    string    `json:"clock"`              // "response" or "resolution"
	Goal     string    `json:"goal"`               // a Go duration of working time
	Calendar string    `json:"calendar,omitempty"` // empty for the service's own
	DueAt    time.Time `json:"due_at,omitzero"`    // zero for never, as while it is paused
	AtRisk   bool      `json:"at_risk"`
	Breached bool      `json:"breached"`
	Met      bool      `json:"met"`
}

// The outcomes of a [Page].
const (
	PageOpen       = "open"       // still on its way
	PageDelayed    = "delayed"    // its contact methods fail and are tried again
	PageDelivered  = "delivered"  // a contact method took it
	PageFailed     = "failed"     // no contact method took it
	PageSuperseded = "superseded" // it was no longer wanted before one took it
)

// Page is one request to reach a person, a room or a machine.
type Page struct {
	ID       string `json:"id"`
	Incident string `json:"incident"`
	// At is when it was requested.
	At time.Time `json:"at"`
	To string    `json:"to"` // "person:ana", "chat:ops-room"
	// By is the id of the contact method that took it; empty when none did.
	By      string `json:"by,omitempty"`
	Channel string `json:"channel,omitempty"` // of By: "webhook", "email" or "console"
	Outcome string `json:"outcome"`           // one of the constants above
	// EndedAt is when the outcome was known; zero for a page that is open.
	EndedAt time.Time `json:"ended_at,omitzero"`
	Level   int       `json:"level"` // 0 for a page that no level requested
	Round   int       `json:"round"`
	Urgency string    `json:"urgency"` // "high" or "low"
	// Via is the level's target that led to the person, such as "schedule:payments-primary"; empty if
	// the level names the person.
	Via string `json:"via,omitempty"`
	Why string `json:"why"`
	// Late is how many seconds late it was requested, if that is worth saying.
	Late     int              `json:"late,omitempty"`
	Attempts []events.Attempt `json:"attempts,omitempty"`
}

// toPerson reports whether the page is to a person, not to a room or a machine.
func (p Page) toPerson() bool { return strings.HasPrefix(p.To, personPrefix) }

// Level is one step of an escalation.
type Level struct {
	Incident string    `json:"incident"`
	At       time.Time `json:"at"`
	Level    int       `json:"level"`
	Round    int       `json:"round"`
	Kind     string    `json:"kind,omitempty"`
	Trigger  string    `json:"trigger"` // as in [events.EscalationAdvanced]
	Why      string    `json:"why"`
	Targets  []string  `json:"targets"`
	// Pages are the recipients that the targets stood for; may be empty.
	Pages []string `json:"pages"`
	// Need is how many people must acknowledge, where that is more than one.
	Need int `json:"need,omitempty"`
	// Exhausted marks the end of an escalation instead of a level: nobody is left to page. Targets and
	// Pages are then those of the policy's last resort.
	Exhausted bool `json:"exhausted,omitempty"`
}

// Held is a level that waits before it pages.
type Held struct {
	Incident string    `json:"incident"`
	At       time.Time `json:"at"`
	Level    int       `json:"level"`
	For      string    `json:"for"` // "working_hours" or "on_call"
	Targets  []string  `json:"targets"`
	// Until is when it is tried again, in the time zone of what it waits for.
	Until time.Time `json:"until"`
}

// String says what the level waits for: "held until Mon 12 Jan 09:00 CET: working hours".
func (h Held) String() string {
	what := "working hours"
	if h.For == "on_call" {
		what = "somebody on call"
	}
	return fmt.Sprintf("held until %s: %s", h.Until.Format("Mon 2 Jan 15:04 MST"), what)
}

// Trigger is one of the policy's triggers that came due.
type Trigger struct {
	Incident string    `json:"incident"`
	At       time.Time `json:"at"`
	On       string    `json:"on"`   // as in [events.EscalationFired]
	Rule     string    `json:"rule"` // where the policy has it; empty if a person called the managers
	Category string    `json:"category,omitempty"`
	Kind     string    `json:"kind,omitempty"`
	Targets  []string  `json:"targets"`
	Pages    []string  `json:"pages"`
	Why      string    `json:"why"`
	// Skipped means that it did nothing, because its condition did not hold.
	Skipped bool `json:"skipped,omitempty"`
}

// Change is anything else that happened.
type Change struct {
	Incident string    `json:"incident,omitempty"` // empty for what concerns no incident: overrides, catalogs
	At       time.Time `json:"at"`
	// What is "status", "priority", "team" or "assignee", else the name of the fact:
	// "incident.clock_breached".
	What string `json:"what"`
	To   string `json:"to,omitempty"` // the new value of what has one
	By   string `json:"by,omitempty"` // who or what did it
	// Says is the sentence of the timeline; empty for the priority that an incident opens with.
	Says string `json:"says,omitempty"`
	Why  string `json:"why,omitempty"`
}

// Entry is one thing of a story; exactly one of the pointers is set.
type Entry struct {
	Page    *Page
	Level   *Level
	Held    *Held
	Trigger *Trigger
	Change  *Change
}

// entry says where an [Entry] is: in which list, at which index.
type entry struct {
	list  list
	index int
}

type list uint8

const (
	pageList list = iota
	levelList
	heldList
	triggerList
	changeList
)

// InOrder returns everything that happened, in order.
func (s Story) InOrder() []Entry {
	out := make([]Entry, len(s.order))
	for n, e := range s.order {
		switch e.list {
		case pageList:
			out[n].Page = &s.Pages[e.index]
		case levelList:
			out[n].Level = &s.Levels[e.index]
		case heldList:
			out[n].Held = &s.Held[e.index]
		case triggerList:
			out[n].Trigger = &s.Triggers[e.index]
		case changeList:
			out[n].Change = &s.Changes[e.index]
		}
	}
	return out
}

// Page returns the newest page of an incident to a target; an empty incident means any.
func (s Story) Page(incident, to string) (Page, bool) {
	for _, p := range slices.Backward(s.Pages) {
		if p.To == to && (incident == "" || p.Incident == incident) {
			return p, true
		}
	}
	return Page{}, false
}

// Reached reports whether a contact method of a person took a page of the incident; an empty id means any.
// A room or a machine does not count.
func (s Story) Reached(incident string) bool {
	return slices.ContainsFunc(s.Pages, func(p Page) bool {
		return p.Outcome == PageDelivered && p.toPerson() && (incident == "" || p.Incident == incident)
	})
}

// paged reports whether a page to a person was requested.
func (s Story) paged(incident string) bool {
	return slices.ContainsFunc(s.Pages, func(p Page) bool {
		return p.toPerson() && (incident == "" || p.Incident == incident)
	})
}
