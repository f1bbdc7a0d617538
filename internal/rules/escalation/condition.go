package escalation

import (
	"time"

	"tocsin.dev/pkg/events"
)

// Condition is a question about an incident at an instant, compiled when the catalog was read.
type Condition struct {
	Text  string // as written
	Place string // where it stands: "policies.yaml:31"
	// Holds answers it. An error counts as no. It must be pure.
	Holds func(Moment) (bool, error)
	// Mentions says what the words of the condition stood for, in the order in which they stand in
	// it. It explains an answer and decides nothing. Nil where nobody can tell.
	Mentions func(Moment) []Mention
}

// Mention is a word of a condition and what it stood for, as a condition would write it:
// priority and "P2", working_hours() and false.
type Mention struct {
	Word  string `json:"word"`
	Value string `json:"value"`
}

// Moment is all that a condition may look at.
type Moment struct {
	Now      time.Time
	Service  string
	Team     string
	Tier     int // of the service; 0 when not given
	Severity string
	Priority string        // P1 to P5
	Labels   events.Labels // of the alert that opened the incident
	// Alerts is how many fire; OpenFor is how long the incident has been open.
	Alerts       int
	OpenFor      time.Duration
	Acknowledged bool
	Level, Round int
	// Working and Holiday ask a calendar of the catalog by its id, the service's own by "".
	// A calendar that is not there always works and has no holidays.
	Working func(calendar string) bool
	Holiday func(calendar string) bool
}

// Check asks the condition, where nil holds. Why is empty when it holds, and else says why not, in
// words for the timeline; failed says that it could not be answered.
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
