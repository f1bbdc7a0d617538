package escalation

import "time"

// Trigger sets an incident moving by something else than the wait of a level.
type Trigger struct {
	On On
	// Place is where it stands: "policies.yaml:31".
	Place string
	// After is for [Unacknowledged], [Unresolved] and [OpenFor]: how long that must last.
	After time.Duration
	// Percent is for [Response] and [Resolution]: of the goal; 100 is the breach.
	Percent int
	// Repeat is how many more times it goes off, each After since the time before; for [Unacknowledged],
	// [Unresolved] and [OpenFor]. Defaults to 0.
	Repeat int
	// When must hold when it comes due; else it is skipped. Nil holds.
	When *Condition
	// To is for [PriorityRaised]: only when it is at least this one, "P1"; empty for any.
	To    string
	Spike Spike // for [OnSpike]
	Do    Action
}

// On is what a trigger waits for.
type On string

// What triggers wait for. The time of the first three counts anew with each acknowledgement and its
// end; so does the number of repeats.
const (
	Unacknowledged On = "unacknowledged"  // triggered for so long
	Unresolved     On = "unresolved"      // acknowledged for so long, while an alert still fires
	OpenFor        On = "open"            // open for so long, whatever its status
	Response       On = "response"        // so much of the response goal is used up
	Resolution     On = "resolution"      // so much of the resolution goal is used up
	PriorityRaised On = "priority_raised" // by an alert, a rule or a person
	Nobody         On = "nobody"          // a level that was reached had nobody on call
	Undeliverable  On = "undeliverable"   // no contact method of a page works
	OnSpike        On = "spike"           // more alerts than usual
)

// Spike is what counts as too many alerts. Alerts of all incidents of the service count, when they
// open, join or reopen one.
type Spike struct {
	// MoreThan is the most alerts that are usual within Within; 0 leaves it to Times.
	MoreThan int
	// Times is how many times the service's own usual rate is too much; 0 leaves it to MoreThan.
	Times int
	// Within is the window.
	Within time.Duration
	// By is the label whose values are counted apart, such as "category"; empty counts all together.
	By string
}

// Action is what a trigger does, or a policy whose levels are exhausted. All that is set is done.
type Action struct {
	// Page tells these targets; who has the incident keeps it.
	Page []Target
	Kind Kind // of Page
	// Climb takes the acknowledgement back, if there is one, and climbs: to a level from 1, or to the
	// next one with [NextLevel]. 0 does not climb.
	Climb int
	// Team takes the incident over; empty for none.
	Team string
	// Priority is the new one, "P1"; it is only ever raised. Empty for none.
	Priority string
}

// NextLevel climbs to the level after the present one.
const NextLevel = -1

// Empty says that the action does nothing.
func (a Action) Empty() bool {
	return len(a.Page) == 0 && a.Climb == 0 && a.Team == "" && a.Priority == ""
}
