package why

import (
	"time"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

// Explanation is why an incident went as it did. Its sentences name instants in the zone that was
// asked for.
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
	// Says is the answer in one or two sentences: that about the person, where one was asked about.
	Says     string   `json:"says" doc:"the answer in short"`
	Catalog  Revision `json:"catalog"`
	Placed   Placed   `json:"placed" doc:"how its alert came to the service"`
	Levels   []Step   `json:"levels" doc:"what was due by the policy's levels, also what was not reached; in order"`
	Triggers []Step   `json:"triggers" doc:"what was due beside the levels: triggers, the last resort, calls for help"`
	Changes  []Change `json:"changes" doc:"what people and alerts did meanwhile"`
	Person   *Verdict `json:"person,omitempty" doc:"left out where nobody was asked about"`
	Text     string   `json:"text" doc:"all of it in prose"`
}

// Revision is the catalog by which everything was decided.
type Revision struct {
	Revision string `json:"revision"`
	Known    bool   `json:"known" doc:"false: it is not kept any more, and the facts alone are told"`
	Says     string `json:"says,omitempty"`
}

// Placed is how the first alert came to its service.
type Placed struct {
	By        string        `json:"by" doc:"route, label, fallback or sender; empty where nobody can tell"`
	Rule      catalog.Place `json:"rule,omitzero"`
	Condition *Condition    `json:"condition,omitempty"`
	Says      string        `json:"says"`
}

// What a [Step] is.
const (
	Level     = "level"
	Trigger   = "trigger"
	Command   = "command" // somebody told the managers by hand
	Exhausted = "exhausted"
	Help      = "help" // somebody asked for more people
)

// What became of a [Step].
const (
	Reached    = "reached"     // it paged whom it meant, and waited
	Nobody     = "nobody"      // nobody was behind it
	Passed     = "condition"   // its condition did not hold
	Held       = "held"        // it waited for working hours or for somebody on call
	HandedOver = "handed_over" // it gave the incident to another team
	NotReached = "not_reached" // the climb stopped before it
	Ahead      = "ahead"       // it is still to come
	WentOff    = "went_off"    // of a trigger
	Skipped    = "skipped"     // of a trigger: it came due and did nothing
	NeverDue   = "never_due"   // of a trigger
)

// Step is one level or trigger: what was due, and what came of it.
type Step struct {
	What    string        `json:"what" doc:"level, trigger, command, exhausted or help"`
	Seq     uint64        `json:"seq,omitempty" doc:"number of the fact; left out for what did not happen"`
	Policy  string        `json:"policy,omitempty"`
	Level   int           `json:"level,omitempty" doc:"from 1"`
	Round   int           `json:"round,omitempty"`
	Again   int           `json:"again,omitempty" doc:"how many times the level had been repeated"`
	Kind    string        `json:"kind,omitempty" doc:"functional or hierarchical"`
	On      string        `json:"on,omitempty" doc:"what the trigger waits for, or what took the climb to the level"`
	Rule    catalog.Place `json:"rule,omitzero" doc:"where it stands in the catalog"`
	DueAt   time.Time     `json:"due_at,omitzero" doc:"when it was due"`
	At      time.Time     `json:"at,omitzero" doc:"when it was reached; left out for what was not"`
	Until   time.Time     `json:"until,omitzero" doc:"how long it was held"`
	Outcome string        `json:"outcome" doc:"reached, nobody, condition, held, handed_over, not_reached, ahead, went_off, skipped or never_due"`
	Reason  string        `json:"reason,omitempty"`
	// Condition is that of the level or trigger, with what its words stood for.
	Condition *Condition `json:"condition,omitempty"`
	Targets   []Target   `json:"targets"`
	Pages     []Page     `json:"people" doc:"everybody and everything that was paged"`
	NotPaged  []Reason   `json:"not_paged" doc:"people whom it might have meant, and why it did not page them"`

	done        string // what it did besides paging
	conditional bool   // it has a condition that nobody asked
}

// Condition is a condition and its answer.
type Condition struct {
	Rule   catalog.Place        `json:"rule,omitzero"`
	Source string               `json:"source"`
	Holds  bool                 `json:"holds"`
	Values []escalation.Mention `json:"values" doc:"what its words stood for"`
	Error  string               `json:"error,omitempty" doc:"why it could not be answered, which counts as no"`
}

// Target is one of a step's words, and who was behind it.
type Target struct {
	Target   string        `json:"target" doc:"as the catalog has it: schedule:primary"`
	Rule     catalog.Place `json:"rule,omitzero" doc:"the layer, schedule, team or person that answered"`
	People   []string      `json:"people" doc:"ids; empty when nobody was behind it"`
	Schedule string        `json:"schedule,omitempty"`
	Layer    int           `json:"layer,omitempty" doc:"of the schedule, from 1"`
	Imported bool          `json:"imported,omitempty" doc:"an imported shift decided"`
	Override *Override     `json:"override,omitempty" doc:"the override that decided"`
	Turn     string        `json:"turn,omitempty" doc:"whom a round robin gave the turn"`
	Says     string        `json:"says"`

	usual  []string // on call without overrides
	pool   []string // of whom a round robin takes one
	others []string // who might be behind it at another time
}

// Override is one that changed who was on call.
type Override struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind" doc:"override, swap, temporary or shadow"`
	By      string    `json:"by,omitempty" doc:"who asked for it"`
	Note    string    `json:"note,omitempty"`
	AddedAt time.Time `json:"added_at"`
	// RemovedAt is when it was taken back; zero while it stands.
	RemovedAt time.Time `json:"removed_at,omitzero"`
}

// What became of a [Page].
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
	Via      string           `json:"via,omitempty" doc:"the word that led there; left out where the catalog names the target itself"`
	Shadow   bool             `json:"shadow,omitempty" doc:"looks on"`
	Urgency  string           `json:"urgency"`
	At       time.Time        `json:"at" doc:"when it was asked for"`
	Late     int              `json:"late,omitempty" doc:"seconds after its time"`
	Asked    int              `json:"asked" doc:"how often"`
	Outcome  string           `json:"outcome" doc:"delivered, failed, superseded, delayed or open"`
	Reason   string           `json:"reason,omitempty"`
	EndedAt  time.Time        `json:"ended_at,omitzero"`
	Contact  string           `json:"contact,omitempty" doc:"the contact method that took it"`
	Channel  string           `json:"channel,omitempty"`
	Notify   catalog.Place    `json:"notify,omitzero" doc:"where the person's contact methods of that urgency stand"`
	Attempts []events.Attempt `json:"attempts"`
	Says     string           `json:"says"`
}

// Change is something that happened besides levels, triggers and pages.
type Change struct {
	Seq  uint64    `json:"seq"`
	At   time.Time `json:"at"`
	What string    `json:"what" doc:"the fact's name: incident.acknowledged"`
	By   string    `json:"by,omitempty"`
	Says string    `json:"says"`
}

// Why somebody was not paged, as [Reason] says it, the most telling first.
const (
	Answered    = "answered"    // they had answered already, and others were still needed
	Coming      = "ahead"       // the level is still to come
	Stopped     = "not_reached" // the climb stopped before the level
	WasHeld     = "held"        // the level waited for working hours or for somebody on call
	ByCondition = "condition"   // the condition of the level or trigger was false
	Turn        = "turn"        // a round robin gave the turn to somebody else
	Covered     = "override"    // an override put somebody else in their place
	OffDuty     = "not_on_call"
	Quiet       = "never_due"   // the trigger that would page them never came due
	NoTarget    = "no_target"   // nothing in the policies that were climbed means them
	Unknown     = "unknown"     // the catalog of that time has no such person
	Untold      = "cannot_tell" // the catalog of that time is lost
)

// Reason is why somebody was not paged by something.
type Reason struct {
	Code   string        `json:"code"`
	Person string        `json:"person"`
	Level  int           `json:"level,omitempty"`
	Round  int           `json:"round,omitempty"`
	Rule   catalog.Place `json:"rule,omitzero"`
	Says   string        `json:"says"`
}

// Verdict is the one answer about one person.
type Verdict struct {
	Person string `json:"person"`
	Name   string `json:"name,omitempty"`
	Paged  bool   `json:"paged"`
	// Outcome is the best that became of their pages, or the code of the first reason.
	Outcome string   `json:"outcome"`
	Says    string   `json:"says"`
	Pages   []Page   `json:"pages"`
	Reasons []Reason `json:"reasons" doc:"why not, the most telling first; also where another step did page them"`
}
