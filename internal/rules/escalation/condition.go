package escalation

import (
	"time"

	"tocsin.dev/pkg/events"
)

// Condition is a predicate on an incident at an instant, compiled when the catalog is read.
type Condition struct {
	Text  string // as written
	Place string // in the catalog: "policies.yaml:31"
	// Holds evaluates it. An error counts as false. It must be pure.
	Holds func(Moment) (bool, error)
	// Mentions returns the words of the condition with their values, in order of appearance. It only
	// explains a result; nil if that is not possible.
	Mentions func(Moment) []Mention
}

// Mention is a word of a condition and its value, in the syntax of conditions: priority and "P2",
// working_hours() and false.
type Mention struct {
	Word  string `json:"word"`
	Value string `json:"value"`
}

// Moment is everything that a condition can refer to.
type Moment struct {
	Now      time.Time
	Service  string
	Team     string
	Tier     int // of the service; 0 if not given
	Severity string
	Priority string        // P1 to P5
	Labels   events.Labels // of the alert that opened the incident
	// Alerts counts the firing alerts; OpenFor is the time since the incident opened.
	Alerts       int
	OpenFor      time.Duration
	Acknowledged bool
	Level, Round int
	// Working and Holiday look up a calendar of the catalog by its id, the service's own by "". A
	// missing calendar is around the clock without holidays.
	Working func(calendar string) bool
	Holiday func(calendar string) bool
}

// Check evaluates the condition; nil is true. If it is false, why says so in words for the timeline, and
// failed reports whether it could not be evaluated.
func (c *Condition) Check(m Moment) (holds bool, why string, failed bool) {
	if c == nil {
		return true, "", false
	}
	ok, err := c.Holds(m)
	switch {
	case err != nil:
		return false, "the condition at " + c.Place + " could not be evaluated: " + err.Error(), true
	case !ok:
		return false, "the condition at " + c.Place + " does not hold", false
	}
	return true, "", false
}
