// Package alert judges one alert against the incident that its dedup key names: does it open,
// join, renew, reopen or clear, or does it change nothing, and then why?
//
// In: the alert and what is known of the incident. Out: a [Verdict]. It changes nothing itself.
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
	Renew                  // the same alert again, with a new expiry; the reason says why it does no more
	Clear                  // one alert of the incident is over
)

// Reasons of [Ignore], for logs, metrics and stories.
const (
	Repeated    = "repeated"               // sent again, nothing new in it
	StillFiring = "resolved while firing"  // a person resolved the incident; the alert never cleared
	NotFiring   = "cleared without firing" // no open incident holds it
)

// Known is what the rules keep of one firing alert of an incident.
type Known struct {
	Key      string    `json:"key"`
	StartsAt time.Time `json:"starts_at,omitzero"`
	EndsAt   time.Time `json:"ends_at,omitzero"` // its expiry; zero means never
}

// Case is the incident an alert is judged against; its zero value means that there is none.
type Case struct {
	Exists   bool
	Resolved bool
	// ByHand says that a person resolved it, not its alerts.
	ByHand bool
	// ReopenUntil is the end of the window in which its alert opens it again; zero means no window.
	ReopenUntil time.Time
	// Alert is what the incident holds under the alert's key; nil when it holds none, or no longer.
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
			return Renew, StillFiring // whoever opens it again shall not find an old expiry
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

// sameStart says whether two sightings are one firing. A sender that gives no start is taken to
// mean a new one each time: rather a page too many than one too few.
func sameStart(a, b time.Time) bool { return !a.IsZero() && a.Equal(b) }

// Cleared judges an alert that its source says is over.
func Cleared(c Case) (Verdict, string) {
	if c.Alert == nil {
		return Ignore, NotFiring
	}
	return Clear, ""
}
