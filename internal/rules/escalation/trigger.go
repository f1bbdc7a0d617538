package escalation

import "time"

// Trigger acts on an incident for another reason than the wait of a level.
type Trigger struct {
	On On
	// Place is its place in the catalog: "policies.yaml:31".
	Place string
	// After is how long [Unacknowledged], [Unresolved] or [OpenFor] must last.
	After time.Duration
	// Percent is how much of the [Response] or [Resolution] goal must be used; 100 is a breach.
	Percent int
	// Repeat is how many more times it fires, each After since the previous time; for [Unacknowledged],
	// [Unresolved] and [OpenFor]. Defaults to 0.
	Repeat int
	// When skips the trigger if it is false when the trigger falls due. Nil is true.
	When *Condition
	// To is the least priority for [PriorityRaised], such as "P1"; empty for any.
	To    string
	Spike Spike // for [OnSpike]
	Do    Action
}

// On is what a trigger waits for.
type On string

// What triggers wait for. Times and repeats of the first two restart with each acknowledgement and with
// its end.
const (
	Unacknowledged On = "unacknowledged"  // triggered for a time
	Unresolved     On = "unresolved"      // acknowledged for a time, while an alert still fires
	OpenFor        On = "open"            // not resolved for a time
	Response       On = "response"        // a percentage of the response goal is used
	Resolution     On = "resolution"      // a percentage of the resolution goal is used
	PriorityRaised On = "priority_raised" // by an alert, a policy or a person
	Nobody         On = "nobody"          // a level had nobody to page
	Undeliverable  On = "undeliverable"   // no contact method of a page works
	OnSpike        On = "spike"           // more alerts than usual
)

// Spike is what counts as too many alerts. Alerts of all incidents of the service count if they open,
// join or reopen one.
type Spike struct {
	// MoreThan is the number of alerts within Within above which it is a spike; 0 for no such limit.
	MoreThan int
	// Times is the multiple of the service's usual rate above which it is a spike; 0 for no such limit.
	Times int
	// Within is the window.
	Within time.Duration
	// By is a label whose values are counted separately, such as "category"; empty counts all together.
	By string
}

// Action is what a trigger or an exhausted policy does: everything that is set.
type Action struct {
	// Page pages these targets; the incident keeps its holder.
	Page []Target
	Kind Kind // of Page
	// Climb withdraws any acknowledgement and advances to a level from 1, or to the next one for
	// [NextLevel]. 0 does nothing.
	Climb int
	// Team takes over the incident; empty for none.
	Team string
	// Priority raises the priority to at least this one, such as "P1"; empty for none.
	Priority string
}

// NextLevel advances to the level after the present one.
const NextLevel = -1

// Empty reports whether the action does nothing.
func (a Action) Empty() bool {
	return len(a.Page) == 0 && a.Climb == 0 && a.Team == "" && a.Priority == ""
}
