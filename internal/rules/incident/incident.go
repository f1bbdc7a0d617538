// Package incident knows the states of an incident and the legal moves between them.
//
// In: a status and what is asked. Out: the new status, or a refusal in words. It knows nothing of
// levels, pages or time.
package incident

// Status is where an incident stands.
type Status uint8

// The statuses. Triggered is the zero value.
const (
	Triggered Status = iota
	Acknowledged
	Resolved
	Snoozed
)

// String gives the word people see.
func (s Status) String() string {
	return [...]string{"triggered", "acknowledged", "resolved", "snoozed"}[s]
}

// Open says whether people still have to do something.
func (s Status) Open() bool { return s != Resolved }

// Ask is what a person can ask of an incident.
type Ask uint8

// The asks.
const (
	Acknowledge Ask = iota
	Unacknowledge
	Resolve
	Reopen
	Escalate
	Snooze
	Wake
	Change // anything that needs an open incident and leaves its status
	Any    // anything that may be asked of every incident and leaves its status
)

// Refusals in the words of the timeline.
const (
	AlreadyAcknowledged = "it is acknowledged already"
	NotAcknowledged     = "it is not acknowledged"
	AlreadyResolved     = "it is resolved already"
	NotResolved         = "it is not resolved"
	NotSnoozed          = "it is not snoozed"
	IsResolved          = "it is resolved; reopen it first"
)

// Move gives the status after the ask, or why it is refused; an empty refusal means that it is legal.
func Move(s Status, ask Ask) (next Status, refusal string) {
	switch ask {
	case Acknowledge:
		return moveIf(s == Triggered || s == Snoozed, s, Acknowledged, pick(s == Resolved, IsResolved, AlreadyAcknowledged))
	case Unacknowledge:
		return moveIf(s == Acknowledged, s, Triggered, pick(s == Resolved, IsResolved, NotAcknowledged))
	case Resolve:
		return moveIf(s != Resolved, s, Resolved, AlreadyResolved)
	case Reopen:
		return moveIf(s == Resolved, s, Triggered, NotResolved)
	case Escalate:
		return moveIf(s != Resolved, s, Triggered, IsResolved)
	case Snooze:
		return moveIf(s != Resolved, s, Snoozed, IsResolved)
	case Wake:
		return moveIf(s == Snoozed, s, Triggered, pick(s == Resolved, IsResolved, NotSnoozed))
	case Change:
		return moveIf(s != Resolved, s, s, IsResolved)
	case Any:
		return s, ""
	default:
		return s, "nothing of that name can be asked"
	}
}

func moveIf(legal bool, from, to Status, refusal string) (Status, string) {
	if legal {
		return to, ""
	}
	return from, refusal
}

func pick(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}
