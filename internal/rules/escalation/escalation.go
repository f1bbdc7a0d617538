// Package escalation knows policies: whom a level pages, how long it waits, what comes after it, and
// what else sets an incident moving.
//
// In: a [Policy] and the present [Step]. Out: the next step, or that there is none. Who stands
// behind a target at an instant is told by a [Directory]; the package asks oncall and nothing else.
package escalation

import "time"

// Policy is ordered levels with waits and repeats.
type Policy struct {
	ID     string
	Levels []Level // never empty
	// Repeat is how many more times the climb starts over after the last level. Defaults to 0.
	Repeat int
	// Exhausted is what is done when the last level of the last round had no answer. The zero value
	// does nothing.
	Exhausted Action
	// Triggers are what else sets the incident moving, in the order of the catalog.
	Triggers []Trigger
	// UnacknowledgeAfter is how long an acknowledgement holds; 0 means for ever.
	UnacknowledgeAfter time.Duration
	// ReopenWithin is how long after its resolution an incident is opened again by its alert
	// instead of a new one being triggered; 0 means never.
	ReopenWithin time.Duration
}

// Level is whom to page and how long to wait for an acknowledgement.
type Level struct {
	Targets []Target // empty only where Team is set
	// AckTimeout is the wait before the next level. Defaults to 5 minutes.
	AckTimeout time.Duration
	Kind       Kind
	// When says whether the level counts; one whose condition does not hold is passed at once. Nil holds.
	When *Condition
	// Repeat is how many more times the level pages before the climb goes on. Defaults to 0.
	Repeat int
	// Hold is what the level waits for before it pages.
	Hold Hold
	// WaitIfEmpty makes a level that means nobody wait all the same; else it is passed at once.
	WaitIfEmpty bool
	// Responders is how many people must acknowledge. 0 counts as 1.
	Responders int
	// Urgency is "high" or "low"; empty leaves it to the priority.
	Urgency string
	// Team takes the incident over when the level is reached (functional escalation). Where the level
	// has no targets, that team's own policy is climbed from there on. Empty for none.
	Team string
}

// Kind says why a level is above the one before; empty where the policy does not say.
type Kind string

// The kinds of ITIL.
const (
	Functional   Kind = "functional"   // to a team with the expertise
	Hierarchical Kind = "hierarchical" // up the chain of management
)

// Hold is what a level waits for; empty for nothing.
type Hold string

// The holds.
const (
	WorkingHours Hold = "working_hours" // of the service's calendar
	SomeoneThere Hold = "on_call"       // until one of the level's schedules has somebody
)

// Need is how many people must acknowledge at the level.
func (l Level) Need() int { return max(l.Responders, 1) }

// Target is one of a level's words, such as schedule:payments-primary.
type Target struct {
	Kind TargetKind
	ID   string
	// Of narrows the target: "round_robin" or "on_call" of a team, "round_robin" of a schedule, the
	// team of role:lead, the person of role:manager, the service of role:owner. Empty for most.
	Of string
}

// TargetKind is the part before the colon.
type TargetKind string

// The kinds of target.
const (
	Person   TargetKind = "person"   // one person
	OnCall   TargetKind = "schedule" // whoever is on call now
	Team     TargetKind = "team"     // every member, or those that Of says
	RoleKind TargetKind = "role"     // see [RoleLead] and its neighbours
	Chat     TargetKind = "chat"     // a room that people read
	Webhook  TargetKind = "webhook"  // a machine that takes it from here
)

// What [Target.Of] can say of a team or schedule.
const (
	RoundRobin = "round_robin" // one of them, another each time
	TeamOnCall = "on_call"     // whoever the team's own schedule has
)

// The roles a target may name.
const (
	RoleLead    = "lead"    // of the owning team, or of the team that Of names
	RoleManager = "manager" // of whoever was paged at the level before, else of the lead; or of the person Of names
	RoleOwner   = "owner"   // of the incident's service, or of the service that Of names
	RoleHolder  = "holder"  // whoever has acknowledged the incident, else its assignee
)

// String gives the word as it stands in the catalog.
func (t Target) String() string {
	s := string(t.Kind) + ":" + t.ID
	if t.Of != "" {
		s += ":" + t.Of
	}
	return s
}

// IsPerson says whether people stand behind the target; they do not behind a chat or a webhook.
func (t Target) IsPerson() bool { return t.Kind != Chat && t.Kind != Webhook }
