// Package page decides how one person is reached: by which contact method next, when, or not at all.
//
// In: a [Plan] and a [Delivery] with its attempts so far. Out: a [Move]: send now, wait, or give up. It
// sends nothing and knows no address: those stay in the catalog and the notifier. [Virtual] delivers
// on virtual time, for whoever plays histories.
package page

import "time"

// Plan is one person's contact methods in the order and with the delays of one urgency.
type Plan struct {
	Steps []Step // empty when the person has no contact method
}

// Step is one contact method and when it may be tried.
type Step struct {
	Contact string // id within the person
	Channel string // "webhook", "email", "console"
	// After is the delay since the page was requested. The step is tried at the latest then, and
	// earlier when every step before it has failed; the first step never is. Defaults to 0.
	After time.Duration
}
