package rehearsal

import (
	"slices"
	"time"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/pkg/events"
)

// HoursOfWeek is what [Sweep] is usually called with.
const HoursOfWeek = 7 * 24

// Gap is consecutive hours at whose starts an alert would reach nobody in time.
type Gap struct {
	From  time.Time `json:"from"`
	To    time.Time `json:"to"` // the end of the last hour
	Hours int       `json:"hours"`
	// Why says how far the escalation came at From.
	Why string `json:"why"`
}

// Sweep rehearses the alert separately at the start of each of a number of hours, and returns the gaps in
// which no contact method takes a page in time.
func Sweep(c *catalog.Catalog, service string, a events.Alert, from time.Time, hours int, within time.Duration) []Gap {
	gaps := []Gap{}
	for h := range hours {
		at := from.Add(time.Duration(h) * time.Hour)
		r := New(c, at)
		r.Fire(service, a)
		r.Until(at.Add(within))
		story := r.Story()
		if story.Reached("") {
			continue
		}
		if n := len(gaps) - 1; n >= 0 && gaps[n].To.Equal(at) {
			gaps[n].To, gaps[n].Hours = at.Add(time.Hour), gaps[n].Hours+1
			continue
		}
		gaps = append(gaps, Gap{From: at, To: at.Add(time.Hour), Hours: 1, Why: unreached(story)})
	}
	return gaps
}

// unreached says why nobody was reached.
func unreached(s Story) string {
	if s.paged("") {
		return "no contact method is tried so soon"
	}
	for _, e := range slices.Backward(s.InOrder()) {
		switch {
		case e.Held != nil:
			return e.Held.String()
		case e.Level != nil:
			return e.Level.Why
		}
	}
	return "no escalation began"
}
