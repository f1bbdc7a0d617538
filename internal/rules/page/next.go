package page

import (
	"slices"
	"time"
)

// result is the result of one attempt.
type result struct {
	step    int // index into the plan's steps
	outcome Outcome
	at      time.Time // when the answer came
	retryAt time.Time // the earliest instant for the same step again, as the channel asked; may be zero
}

// Outcome is how an attempt ended; see [OutcomeOf].
type Outcome int

// The outcomes. An attempt without an answer counts as Unsure.
const (
	Taken  Outcome = iota // accepted or delivered
	Later                 // not sent; may work later
	Never                 // not sent, and never will this way
	Unsure                // may have been sent
)

// Verdict is what to do now.
type Verdict int

// The verdicts.
const (
	Send   Verdict = iota // hand Step to its channel now
	Wait                  // nothing to do before At
	Done                  // it was taken
	GiveUp                // every step has failed for good
)

// Move is the answer of [Delivery.Next].
type Move struct {
	Verdict Verdict
	Step    int       // for Send
	Attempt int       // for Send: of this step, from 1
	At      time.Time // for Wait
	// Repeat says that an earlier attempt of the step may have arrived.
	Repeat bool
}

// One contact method is tried for about an hour, so that a receiver that recovers still gets the page.
const (
	maxAttempts  = 36
	delayedAfter = 3 // attempts
	firstRetry   = 2 * time.Second
	maxRetry     = 2 * time.Minute
)

// delayed reports whether every step has failed for good or at least delayedAfter times.
func delayed(p Plan, results []result) bool {
	for i := range p.Steps {
		s := tally(results, i)
		if s.taken || !s.never && s.count < delayedAfter {
			return false
		}
	}
	return len(p.Steps) > 0
}

// next decides about a page requested at an instant. A step is tried when its delay is over, or as
// soon as every step before it has failed at least once. A step that may work later is tried again, with
// growing waits, while the steps after it are tried too. The page ends when one step is taken or all are
// given up.
func next(p Plan, results []result, requestedAt, now time.Time) Move {
	if slices.ContainsFunc(results, func(r result) bool { return r.step < len(p.Steps) && r.outcome == Taken }) {
		return Move{Verdict: Done}
	}
	wait := time.Time{}
	open, allFailed := false, true
	for i, step := range p.Steps {
		s := tally(results, i)
		if s.never || s.count >= maxAttempts {
			continue
		}
		open = true
		at := s.nextAt
		if s.count == 0 {
			at = requestedAt.Add(step.After)
			if allFailed && i > 0 {
				at = requestedAt
			}
			allFailed = false
		}
		if !at.After(now) {
			return Move{Verdict: Send, Step: i, Attempt: s.count + 1, Repeat: s.unsure}
		}
		if wait.IsZero() || at.Before(wait) {
			wait = at
		}
	}
	if !open {
		return Move{Verdict: GiveUp}
	}
	return Move{Verdict: Wait, At: wait}
}

// tallied sums up the attempts of one step.
type tallied struct {
	count  int
	taken  bool
	never  bool
	unsure bool
	nextAt time.Time
}

func tally(results []result, step int) tallied {
	var s tallied
	for _, r := range results {
		if r.step != step {
			continue
		}
		s.count++
		s.nextAt = r.at.Add(min(firstRetry<<min(s.count-1, 10), maxRetry))
		if r.retryAt.After(s.nextAt) {
			s.nextAt = r.retryAt
		}
		s.taken = s.taken || r.outcome == Taken
		s.never = s.never || r.outcome == Never
		s.unsure = s.unsure || r.outcome == Unsure
	}
	return s
}
