// Package incident defines the statuses of an incident and the legal moves between them.
//
// In: a status and a request. Out: the new status, or a refusal in words. It knows nothing about
// levels, pages or time.
package incident

// Status is the status of an incident.
type Status uint8

// The statuses. Triggered is the zero value.
const (
	Triggered Status = iota
	Acknowledged
	Resolved
	Snoozed
)

// String returns the word people see.
func (s Status) String() string {
	return [...]string{"triggered", "acknowledged", "resolved", "snoozed"}[s]
}

// Open reports whether the incident is not resolved.
func (s Status) Open() bool { return s != Resolved }

// Ask is a kind of request by a person.
type Ask uint8

// The requests.
const (
	Acknowledge Ask = iota
	Unacknowledge
	Resolve
	Reopen
	Escalate
	Snooze
	Wake
	Change // any that needs an open incident and keeps its status
	Any    // any that every incident allows and that keeps its status
)

// Refusals, as the timeline shows them.
const (
	AlreadyAcknowledged = "it is acknowledged already"
	NotAcknowledged     = "it is not acknowledged"
	AlreadyResolved     = "it is resolved already"
	NotResolved         = "it is not resolved"
	NotSnoozed          = "it is not snoozed"
	IsResolved          = "it is resolved; reopen it first"
)

// Move returns the status after the request, or why it is refused; an empty refusal means that it is
// legal.
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
		return s, "there is no such request"
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
