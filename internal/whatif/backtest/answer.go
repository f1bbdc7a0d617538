package backtest

import (
	"slices"
	"time"

	"tocsin.dev/pkg/events"
)

// answerer is a person and the incident that they answered, by the input that opened it.
type answerer struct{ opener, by string }

// plan is how a person answered the pages of an incident: each answer so long after the first page
// since the answer before. Answers without such a page come at their instants, and are in no plan.
type plan struct {
	delays []delay
}

type delay struct {
	after time.Duration
	input int // the acknowledgement, by its place in the history
}

// planAnswers looks at each acknowledgement: was its person paged before it?
func (h *History) planAnswers() {
	lives := make(map[string]*Life, len(h.recorded.lives))
	for _, l := range h.recorded.lives {
		lives[l.Opener] = l
	}
	last := map[answerer]time.Time{}
	for n := range h.inputs {
		in := &h.inputs[n]
		ack, ok := in.Event.Data.(events.AcknowledgementReceived)
		if !ok || in.opener == "" {
			continue
		}
		who := answerer{in.opener, ack.By}
		page, paged := firstPage(lives[in.opener], ack.By, last[who], in.Event.Time)
		if !paged {
			continue
		}
		in.answer, last[who] = true, in.Event.Time
		p := h.plans[who]
		if p == nil {
			p = &plan{}
			h.plans[who] = p
		}
		p.delays = append(p.delays, delay{after: in.Event.Time.Sub(page), input: n})
	}
}

// firstPage gives the first page of a person after an instant, and not after another.
func firstPage(l *Life, by string, after, until time.Time) (at time.Time, ok bool) {
	if l == nil {
		return at, false
	}
	for _, p := range l.Pages {
		if p.Target != by && id(p.Target) != by || p.At.After(until) || !after.IsZero() && !p.At.After(after) {
			continue
		}
		if !ok || p.At.Before(at) {
			at, ok = p.At, true
		}
	}
	return at, ok
}

// waiting is how a planned answer stands within a backtest.
type waiting struct {
	Next int  `json:"next"` // of the plan's delays
	Set  bool `json:"set"`  // it is on its way: further pages do not matter
}

// method is one way to reach a target.
type method struct{ target, contact string }

// sample is what became of one recorded attempt.
type sample struct {
	at      time.Time
	outcome string
}

// How far a recorded attempt speaks for another instant: a method that answered so shortly after it
// would have answered then, and one that failed shortly before still fails.
const (
	soon   = 30 * time.Second
	lately = 10 * time.Minute
)

// tried keeps what became of attempts. An attempt is told with each later receipt of its page again;
// that changes nothing.
func (h *History) tried(target string, attempts []events.Attempt) {
	for _, a := range attempts {
		if h.methods == nil {
			h.methods = map[method][]sample{}
		}
		m := method{target, a.Contact}
		h.methods[m] = append(h.methods[m], sample{a.At, a.Outcome})
	}
}

// outcome says what a method would have answered at an instant.
func (h *History) outcome(target, contact string, at time.Time) string {
	all := h.methods[method{target, contact}]
	n, _ := slices.BinarySearchFunc(all, at, func(s sample, at time.Time) int { return s.at.Compare(at) })
	if n < len(all) && all[n].at.Sub(at) <= soon {
		return all[n].outcome
	}
	if n > 0 && at.Sub(all[n-1].at) <= lately {
		return all[n-1].outcome
	}
	return events.OutcomeAccepted // nothing else is recorded
}
