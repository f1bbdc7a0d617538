// Package escalation knows policies: whom a level pages, how long it waits, and what comes after it.
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
	// UnacknowledgeAfter is how long an acknowledgement holds; 0 means for ever.
	UnacknowledgeAfter time.Duration
	// ReopenWithin is how long after its resolution an incident is opened again by its alert
	// instead of a new one being triggered; 0 means never.
	ReopenWithin time.Duration
}

// Level is whom to page and how long to wait for an acknowledgement.
type Level struct {
	Targets []Target // never empty
	// AckTimeout is the wait before the next level. Defaults to 5 minutes.
	AckTimeout time.Duration
	Kind       Kind
}

// Kind says why a level is above the one before; empty where the policy does not say.
type Kind string

// The kinds of ITIL.
const (
	Functional   Kind = "functional"   // to a team with the expertise
	Hierarchical Kind = "hierarchical" // up the chain of management
)

// Target is one of a level's words, such as schedule:payments-primary.
type Target struct {
	Kind TargetKind
	ID   string
}

// TargetKind is the part before the colon.
type TargetKind string

// The kinds of target.
const (
	Person   TargetKind = "person"   // one person
	OnCall   TargetKind = "schedule" // whoever is on call now
	Team     TargetKind = "team"     // every member
	RoleKind TargetKind = "role"     // "lead": of the owning team; "manager": of whoever was paged at the level before, else the lead's
)

// String gives the word as it stands in the catalog.
func (t Target) String() string { return string(t.Kind) + ":" + t.ID }
