package why

import (
	"time"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

// Explanation is why an incident went as it did. Its sentences give instants in the time zone of the [Case].
type Explanation struct {
	Incident string    `json:"incident"`
	Title    string    `json:"title"`
	Service  string    `json:"service"`
	Team     string    `json:"team"` // now
	Policy   string    `json:"policy"`
	Status   string    `json:"status" doc:"triggered, acknowledged, snoozed or resolved"`
	Priority string    `json:"priority"`
	OpenedAt time.Time `json:"opened_at"`
	Zone     string    `json:"zone" doc:"of the instants in sentences"`
	// Says is the answer in one or two sentences. It is about the person, if the question was.
	Says     string   `json:"says" doc:"the answer in short"`
	Catalog  Revision `json:"catalog"`
	Placed   Placed   `json:"placed" doc:"how its alert was routed to the service"`
	Levels   []Step   `json:"levels" doc:"the policy's levels in order, including those that were not reached"`
	Triggers []Step   `json:"triggers" doc:"what was due in addition to the levels: triggers, the last resort, requests for help"`
	Changes  []Change `json:"changes" doc:"what people and alerts did meanwhile"`
	Person   *Verdict `json:"person,omitempty" doc:"left out if the question was not about a person"`
	Text     string   `json:"text" doc:"the whole explanation in prose"`
}

// Revision is the catalog that the incident opened with.
type Revision struct {
	Revision string `json:"revision"`
	Known    bool   `json:"known" doc:"false: it is no longer kept, and the explanation comes from the facts alone"`
	Says     string `json:"says,omitempty"`
}

// Placed is how the first alert was routed to its service.
type Placed struct {
	By        string        `json:"by" doc:"route, label, fallback or sender; empty if that is not known"`
	Rule      catalog.Place `json:"rule,omitzero"`
	Condition *Condition    `json:"condition,omitempty"`
	Says      string        `json:"says"`
}

// What a [Step] is.
const (
	Level     = "level"
	Trigger   = "trigger"
	Command   = "command" // somebody escalated to the managers
	Exhausted = "exhausted"
	Help      = "help" // somebody requested more people
)

// Outcomes of a [Step].
const (
	Reached    = "reached"     // it paged its targets and waited
	Nobody     = "nobody"      // its targets meant nobody
	Passed     = "condition"   // its condition was false
	Held       = "held"        // it waited for working hours or for somebody on call
	HandedOver = "handed_over" // it transferred the incident to another team
	NotReached = "not_reached" // the escalation stopped before it
	Ahead      = "ahead"       // it is still to come
	WentOff    = "went_off"    // of a trigger
	Skipped    = "skipped"     // of a trigger: it came due and its condition was false
	NeverDue   = "never_due"   // of a trigger
)

// Step is one level or trigger and its outcome.
type Step struct {
	What      string        `json:"what" doc:"level, trigger, command, exhausted or help"`
	Seq       uint64        `json:"seq,omitempty" doc:"number of the fact; left out if it did not happen"`
	Policy    string        `json:"policy,omitempty"`
	Level     int           `json:"level,omitempty" doc:"from 1"`
	Round     int           `json:"round,omitempty"`
	Again     int           `json:"again,omitempty" doc:"how many times the level had been repeated"`
	Kind      string        `json:"kind,omitempty" doc:"functional or hierarchical"`
	On        string        `json:"on,omitempty" doc:"what the trigger waits for, or why the escalation advanced to the level"`
	Rule      catalog.Place `json:"rule,omitzero" doc:"its place in the catalog"`
	DueAt     time.Time     `json:"due_at,omitzero" doc:"when it was due"`
	At        time.Time     `json:"at,omitzero" doc:"when it was reached; left out if it was not"`
	Until     time.Time     `json:"until,omitzero" doc:"how long it was held"`
	Outcome   string        `json:"outcome" doc:"reached, nobody, condition, held, handed_over, not_reached, ahead, went_off, skipped or never_due"`
	Reason    string        `json:"reason,omitempty"`
	Condition *Condition    `json:"condition,omitempty"`
	Targets   []Target      `json:"targets"`
	Pages     []Page        `json:"people" doc:"everybody and everything that was paged"`
	NotPaged  []Reason      `json:"not_paged" doc:"people it might have meant, and why it did not page them"`

	done        string // what it did in addition to paging
	conditional bool   // it has a condition that was not evaluated
}

// Condition is an evaluated condition.
type Condition struct {
	Rule   catalog.Place        `json:"rule,omitzero"`
	Source string               `json:"source"`
	Holds  bool                 `json:"holds"`
	Values []escalation.Mention `json:"values" doc:"the values of its words"`
	Error  string               `json:"error,omitempty" doc:"why it could not be evaluated, which counts as false"`
}

// Target is one target of a step, and whom it meant.
type Target struct {
	Target   string        `json:"target" doc:"as the catalog has it: schedule:primary"`
	Rule     catalog.Place `json:"rule,omitzero" doc:"the layer, schedule, team or person that decided"`
	People   []string      `json:"people" doc:"ids; empty if it meant nobody"`
	Schedule string        `json:"schedule,omitempty"`
	Layer    int           `json:"layer,omitempty" doc:"of the schedule, from 1"`
	Imported bool          `json:"imported,omitempty" doc:"an imported shift decided"`
	Override *Override     `json:"override,omitempty" doc:"the override that decided"`
	Turn     string        `json:"turn,omitempty" doc:"whose turn it was in a round robin"`
	Says     string        `json:"says"`

	usual  []string // on call without overrides
	pool   []string // a round robin pages one of them
	others []string // whom it might mean at another time
}

// Override is an override that changed who was on call.
type Override struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind" doc:"override, swap, temporary or shadow"`
	By      string    `json:"by,omitempty" doc:"who added it"`
	Note    string    `json:"note,omitempty"`
	AddedAt time.Time `json:"added_at"`
	// RemovedAt is when it was removed; zero if it was not.
	RemovedAt time.Time `json:"removed_at,omitzero"`
}

// Outcomes of a [Page].
const (
	Delivered  = "delivered"
	Failed     = "failed"
	Superseded = "superseded"
	Delayed    = "delayed"
	Open       = "open"
)

// Page is one request to reach somebody.
type Page struct {
	ID       string           `json:"page"`
	Target   string           `json:"target" doc:"person:ana, chat:ops-room"`
	Via      string           `json:"via,omitempty" doc:"the target of the policy that led there; left out if the policy names the person or room itself"`
	Shadow   bool             `json:"shadow,omitempty" doc:"for somebody who shadows the people on call"`
	Urgency  string           `json:"urgency"`
	At       time.Time        `json:"at" doc:"when it was requested"`
	Late     int              `json:"late,omitempty" doc:"seconds after its time"`
	Asked    int              `json:"asked" doc:"how often it was requested"`
	Outcome  string           `json:"outcome" doc:"delivered, failed, superseded, delayed or open"`
	Reason   string           `json:"reason,omitempty"`
	EndedAt  time.Time        `json:"ended_at,omitzero"`
	Contact  string           `json:"contact,omitempty" doc:"the contact method that accepted it"`
	Channel  string           `json:"channel,omitempty"`
	Notify   catalog.Place    `json:"notify,omitzero" doc:"place of the person's contact methods for that urgency"`
	Attempts []events.Attempt `json:"attempts"`
	Says     string           `json:"says"`
}

// Change is something that happened apart from levels, triggers and pages.
type Change struct {
	Seq  uint64    `json:"seq"`
	At   time.Time `json:"at"`
	What string    `json:"what" doc:"the fact's name: incident.acknowledged"`
	By   string    `json:"by,omitempty"`
	Says string    `json:"says"`
}

// Codes of a [Reason]: why somebody was not paged.
const (
	Answered    = "answered"    // they had responded already, and others were still needed
	Coming      = "ahead"       // the level is not due yet
	Stopped     = "not_reached" // the escalation stopped before the level
	WasHeld     = "held"        // the level waited for working hours or for somebody on call
	ByCondition = "condition"   // the condition of the level or trigger was false
	Turn        = "turn"        // it was somebody else's turn in a round robin
	Covered     = "override"    // an override put somebody else in their place
	OffDuty     = "not_on_call"
	Quiet       = "never_due"   // the trigger that would page them never came due
	NoTarget    = "no_target"   // no level or trigger of the policies means them
	Unknown     = "unknown"     // the catalog of that time has no such person
	Untold      = "cannot_tell" // the catalog of that time is lost
)

// Reason is why a step did not page somebody.
type Reason struct {
	Code   string        `json:"code"`
	Person string        `json:"person"`
	Level  int           `json:"level,omitempty"`
	Round  int           `json:"round,omitempty"`
	Rule   catalog.Place `json:"rule,omitzero"`
	Says   string        `json:"says"`
}

// Verdict is the answer about one person.
type Verdict struct {
	Person string `json:"person"`
	Name   string `json:"name,omitempty"`
	Paged  bool   `json:"paged"`
	// Outcome is the best outcome of their pages, or the code of the first reason.
	Outcome string   `json:"outcome"`
	Says    string   `json:"says"`
	Pages   []Page   `json:"pages"`
	Reasons []Reason `json:"reasons" doc:"why not, the most important first; also if another step did page them"`
}
