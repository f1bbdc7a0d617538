// Package alert judges an alert against the incident that its dedup key names: does it open, join,
// reopen or clear that incident, or does it change nothing, and why?
//
// In: the alert and a [Case] of the incident. Out: a [Verdict]. It changes nothing itself.
package alert

import (
	"time"

	"tocsin.dev/pkg/events"
)

// Verdict is what an alert means for the incident of its dedup key.
type Verdict int

// The verdicts.
const (
	Ignore  Verdict = iota // nothing changes; the reason says why
	Trigger                // a new incident
	Reopen                 // the resolved incident is open again
	Join                   // another alert of the open incident
	Renew                  // the same alert again, with a new expiry; the reason says why nothing else changes
	Clear                  // one alert of the incident is over
)

// Reasons of [Ignore], for logs, metrics and stories.
const (
	Repeated    = "repeated"               // sent again without a change
	StillFiring = "resolved while firing"  // a person resolved the incident; the alert never cleared
	NotFiring   = "cleared without firing" // no open incident has it
)

// Known is what an incident keeps of a firing alert.
type Known struct {
	Key      string    `json:"key"`
	StartsAt time.Time `json:"starts_at,omitzero"`
	EndsAt   time.Time `json:"ends_at,omitzero"` // its expiry; zero means never
}

// Case is the incident that an alert is judged against; the zero value means that there is none.
type Case struct {
	Exists   bool
	Resolved bool
	// ByHand says that a person resolved it rather than its alerts.
	ByHand bool
	// ReopenUntil is the end of the window in which its alert reopens it; zero for no window.
	ReopenUntil time.Time
	// Alert is the incident's firing alert with the same key; nil for none.
	Alert *Known
}

// Fire judges a firing alert.
func Fire(c Case, a events.Alert, now time.Time) (Verdict, string) {
	switch {
	case !c.Exists:
		return Trigger, ""
	case !c.Resolved:
		return fireOpen(c.Alert, a)
	case c.ByHand && c.Alert != nil && sameStart(c.Alert.StartsAt, a.StartsAt):
		if !c.Alert.EndsAt.Equal(a.EndsAt) {
			return Renew, StillFiring // reopening must not find an old expiry
		}
		return Ignore, StillFiring
	case now.Before(c.ReopenUntil):
		return Reopen, ""
	default:
		return Trigger, ""
	}
}

func fireOpen(known *Known, a events.Alert) (Verdict, string) {
	switch {
	case known == nil:
		return Join, ""
	case !known.EndsAt.Equal(a.EndsAt):
		return Renew, ""
	default:
		return Ignore, Repeated
	}
}

// sameStart reports whether two alerts are the same firing. Without a start each counts as a new one:
// better one page too many than one too few.
func sameStart(a, b time.Time) bool { return !a.IsZero() && a.Equal(b) }

// Cleared judges an alert that its sender says is over.
func Cleared(c Case) (Verdict, string) {
	if c.Alert == nil {
		return Ignore, NotFiring
	}
	return Clear, ""
}
