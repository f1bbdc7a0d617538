package page

import "time"

// Tried is what came of one attempt.
type Tried struct {
	Step    int // index into the plan's steps
	Outcome Outcome
	At      time.Time // when the answer came
	// RetryAt is the earliest instant for the same step again, as the channel asked; may be zero.
	RetryAt time.Time
}

// Outcome is what the rules need to know of an answer.
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

// Move is the answer of [Next].
type Move struct {
	Verdict Verdict
	Step    int       // for Send
	Attempt int       // for Send: of this step, from 1
	At      time.Time // for Wait
	// Repeat says that an earlier attempt of the step may have arrived.
	Repeat bool
}

// How long one contact method is tried, and at which pace: about an hour in all, so that a receiver
// that comes back is still told.
const (
	MaxAttempts  = 36
	DelayedAfter = 3 // attempts, see [Delayed]
	firstRetry   = 2 * time.Second
	maxRetry     = 2 * time.Minute
)

// Delayed says that every step has failed so often that somebody else should be told meanwhile.
func Delayed(p Plan, tried []Tried) bool {
	for i := range p.Steps {
		s := tally(tried, i)
		if s.taken || !s.never && s.count < DelayedAfter {
			return false
		}
	}
	return len(p.Steps) > 0
}

// Next decides about a page requested at askedAt. A step is tried when its delay is over or when
// there are steps before it and every one has failed at least once; a step that may work later is tried again with
// growing waits beside the steps that come after it. It ends when one is taken or all are given up.
func Next(p Plan, tried []Tried, askedAt, now time.Time) Move {
	if taken(p, tried) {
		return Move{Verdict: Done}
	}
	wait := time.Time{}
	open, allFailed := false, true
	for i, step := range p.Steps {
		s := tally(tried, i)
		if s.over() {
			continue
		}
		open = true
		at := s.nextAt
		if s.count == 0 {
			at = askedAt.Add(step.After)
			if allFailed && i > 0 {
				at = askedAt
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

// taken says that some step reached the person, whatever became of the others.
func taken(p Plan, tried []Tried) bool {
	for i := range p.Steps {
		if tally(tried, i).taken {
			return true
		}
	}
	return false
}

// standing is what the attempts say about one step.
type standing struct {
	count  int
	taken  bool
	never  bool
	unsure bool
	nextAt time.Time
}

func (s standing) over() bool { return s.never || s.count >= MaxAttempts }

func tally(tried []Tried, step int) standing {
	var s standing
	for _, t := range tried {
		if t.Step != step {
			continue
		}
		s.count++
		switch t.Outcome {
		case Taken:
			s.taken = true
		case Never:
			s.never = true
		case Unsure:
			s.unsure = true
			s.nextAt = later(t.At.Add(backoff(s.count)), t.RetryAt)
		case Later:
			s.nextAt = later(t.At.Add(backoff(s.count)), t.RetryAt)
		}
	}
	return s
}

func backoff(attempts int) time.Duration {
	wait := firstRetry << min(attempts-1, 10)
	return min(wait, maxRetry)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
