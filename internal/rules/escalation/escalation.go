// Package escalation defines policies: whom a level pages, how long it waits, what comes next, and which
// triggers act on an incident.
//
// In: a [Policy] and the present [Step]. Out: the next step, or that there is none. A [Directory]
// resolves targets to people at an instant.
package escalation

import "time"

// Policy is an ordered list of levels with waits and repeats, and triggers.
type Policy struct {
	ID     string
	Levels []Level // never empty
	// Repeat is how many more times the levels run after the last one. Defaults to 0.
	Repeat int
	// Exhausted is the last resort when nobody answers at the last level of the last round. The zero
	// value does nothing.
	Exhausted Action
	// Triggers are in the order of the catalog.
	Triggers []Trigger
	// UnacknowledgeAfter is how long an acknowledgement lasts; 0 means for ever.
	UnacknowledgeAfter time.Duration
	// ReopenWithin is how long after its resolution an alert reopens an incident instead of triggering
	// a new one; 0 means never.
	ReopenWithin time.Duration
}

// Level says whom to page and how long to wait for an acknowledgement.
type Level struct {
	Targets []Target // empty only if Team is set
	// AckTimeout is the wait before the next level. Defaults to 5 minutes.
	AckTimeout time.Duration
	Kind       Kind
	// When skips the level if it is false. Nil is true.
	When *Condition
	// Repeat is how many more times the level pages before the next one. Defaults to 0.
	Repeat int
	// Hold is what the level waits for before it pages.
	Hold Hold
	// WaitIfEmpty makes the level wait even with nobody to page; otherwise it is skipped at once.
	WaitIfEmpty bool
	// Responders is how many people must acknowledge. Defaults to 1.
	Responders int
	// Urgency is "high" or "low"; empty means by the priority.
	Urgency string
	// Team takes over the incident when the level is reached (functional escalation). If the level has
	// no targets, that team's own policy starts. Empty for none.
	Team string
}

// Kind is the ITIL kind of an escalation; empty if the policy does not say.
type Kind string

// The kinds of ITIL.
const (
	Functional   Kind = "functional"   // to a team with the expertise
	Hierarchical Kind = "hierarchical" // up the chain of management
)

// Hold is what a level waits for before it pages; empty for nothing.
type Hold string

// The holds.
const (
	WorkingHours Hold = "working_hours" // of the service's calendar
	SomeoneThere Hold = "on_call"       // until one of the level's schedules has somebody
)

// Need is how many people must acknowledge at the level.
func (l Level) Need() int { return max(l.Responders, 1) }

// Target is whom to page, such as schedule:payments-primary.
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
	OnCall   TargetKind = "schedule" // whoever is on call
	Team     TargetKind = "team"     // every member, or those that Of selects
	RoleKind TargetKind = "role"     // see [RoleLead] and the other roles
	Chat     TargetKind = "chat"     // a chat room
	Webhook  TargetKind = "webhook"  // a machine
)

// What [Target.Of] can select of a team or schedule.
const (
	RoundRobin = "round_robin" // one of them, in turn
	TeamOnCall = "on_call"     // whoever is on call in the team's own schedule
)

// The roles a target may name.
const (
	RoleLead    = "lead"    // of the owning team, or of the team Of names
	RoleManager = "manager" // of the people of the previous level, otherwise of the lead; or of the person Of names
	RoleOwner   = "owner"   // of the incident's service, or of the service Of names
	RoleHolder  = "holder"  // whoever has acknowledged the incident, otherwise its assignee
)

// String returns the target as the catalog writes it.
func (t Target) String() string {
	s := string(t.Kind) + ":" + t.ID
	if t.Of != "" {
		s += ":" + t.Of
	}
	return s
}

// IsPerson reports whether the target means people, unlike a chat room or a webhook.
func (t Target) IsPerson() bool { return t.Kind != Chat && t.Kind != Webhook }
