package rehearsal

import "time"

// Expectation is what a case expects at one instant. What is nil or empty is not checked.
type Expectation struct {
	place
	// Of names the alert whose incident is meant; empty for all pages, and for the only incident.
	Of       string
	Status   *Word
	Priority *Word
	Service  *Word
	Team     *Word
	Policy   *Word
	Assignee *Word // "person:bo", or "nobody"
	// Outcome is that of the closure.
	Outcome *Word
	Level   *Count
	Round   *Count
	// Incidents is how many there are, whatever their status.
	Incidents *Count
	Exhausted *Truth
	// NobodyPaged: no page to a person was requested. NobodyReached: no contact method of a person took
	// one. Rooms and machines do not count.
	NobodyPaged   *Truth
	NobodyReached *Truth
	NotPaged      []Word
	// Pages are all pages in order; nil is not checked, an empty list expects none. The same goes for the
	// other lists: levels that were reached, levels that were held, triggers that fired.
	Pages    *Listed[ExpectedPage]
	Levels   *Listed[ExpectedLevel]
	Held     *Listed[ExpectedHold]
	Triggers *Listed[ExpectedTrigger]
	// Clocks are those of one incident that matter here, in any order.
	Clocks []ExpectedClock
}

// Listed is an expected list and its place.
type Listed[T any] struct {
	place
	Want []T
}

// Word is an expected word and its place.
type Word struct {
	place
	Want string
}

// Count is an expected number and its place.
type Count struct {
	place
	Want int
}

// Truth is an expected yes or no and its place.
type Truth struct {
	place
	Want bool
}

// ExpectedPage is what is expected of one page; what is not set is not checked.
type ExpectedPage struct {
	place
	At      *time.Duration // since the start, when it was requested
	To      string
	By      string
	Taken   *time.Duration // since the start, when a contact method took it
	Level   *int           // 0 if no level requested it
	Round   *int
	Urgency string
	Via     string
	Outcome string
	Why     string         // is part of the page's reason
	Late    *time.Duration // how much later than due it was requested
}

// ExpectedLevel is what is expected of one step of a climb; what is not set is not checked.
type ExpectedLevel struct {
	place
	At      *time.Duration
	Level   *int
	Round   *int
	Trigger string
	Kind    string
	Why     string // is part of the level's reason
}

// ExpectedHold is what is expected of one level that waits; what is not set is not checked.
type ExpectedHold struct {
	place
	At    *time.Duration
	Level *int
	For   string
	Until When // since the start
}

// ExpectedTrigger is what is expected of a trigger that fired; what is not set is not checked.
type ExpectedTrigger struct {
	place
	At    *time.Duration
	On    string
	Pages []string // whom it paged, in order; nil is not checked
	Why   string   // is part of its reason
}

// ExpectedClock is what is expected of one clock; what is not set is not checked.
type ExpectedClock struct {
	place
	Clock string
	// Due is when it is due, since the start; Never means that it is not, as while it is paused.
	Due   When
	Never bool
	// None means that no such clock measures the incident.
	None                  bool
	AtRisk, Breached, Met *bool
}
