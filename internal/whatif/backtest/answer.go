package backtest

import (
	"slices"
	"time"

	"tocsin.dev/pkg/events"
)

// answerer is a person and the incident that they answered, by the input that opened it.
type answerer struct{ opener, by string }

// delay is how long after a page a person answered. Each answer counts from the first page since the
// answer before it; an answer without such a page comes at its recorded instant and has no delay.
type delay struct {
	after time.Duration
	input int // the acknowledgement, by its place in the history
}

// measureDelays measures, for each acknowledgement, how long after a page of its person it came.
func (h *History) measureDelays() {
	lives := make(map[string]*Life, len(h.recorded.lives))
	for _, l := range h.recorded.lives {
		lives[l.Opener] = l
	}
	h.delays = map[answerer][]delay{}
	last := map[answerer]time.Time{}
	for n := range h.inputs {
		in := &h.inputs[n]
		ack, ok := in.Event.Data.(events.AcknowledgementReceived)
		if !ok || in.opener == "" {
			continue
		}
		who := answerer{in.opener, ack.By}
		if page, paged := firstPage(lives[in.opener], ack.By, last[who], in.Event.Time); paged {
			in.answer, last[who] = true, in.Event.Time
			h.delays[who] = append(h.delays[who], delay{after: in.Event.Time.Sub(page), input: n})
		}
	}
}

// firstPage returns the first page of a person after one instant and not after another.
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

// answer is an acknowledgement that is to come.
type answer struct {
	At    time.Time `json:"at"`
	Input int       `json:"input"` // by its place in the history
}

// waiting is how far a person's answers to an incident have come in a backtest.
type waiting struct {
	Next int  `json:"next"` // of the delays
	Set  bool `json:"set"`  // the answer is to come: further pages do not matter
}

// nextAnswer returns the index of the earliest answer that is to come, of one instant the first in the
// record; -1 for none.
func (b *Backtest) nextAnswer() int {
	best := -1
	for n, a := range b.answers {
		if best < 0 || a.At.Before(b.answers[best].At) || a.At.Equal(b.answers[best].At) && a.Input < b.answers[best].Input {
			best = n
		}
	}
	return best
}

// answered plays an acknowledgement; its person's next one may follow.
func (b *Backtest) answered(a answer) {
	in := &b.history.inputs[a.Input]
	who := answerer{in.opener, in.Event.Data.(events.AcknowledgementReceived).By}
	if w := b.waits[who]; w != nil {
		w.Next, w.Set = w.Next+1, false
	}
	b.command(in)
}

// method is one way to reach a target.
type method struct{ target, contact string }

// sample is what became of one recorded attempt.
type sample struct {
	at      time.Time
	outcome string
}

// A recorded attempt counts for other instants too: from so long before it until so long after it.
const (
	validBefore = 30 * time.Second
	validAfter  = 10 * time.Minute
)

// attempted keeps what became of attempts. Later receipts of a page repeat its attempts; that changes
// nothing.
func (h *History) attempted(target string, attempts []events.Attempt) {
	for _, a := range attempts {
		if h.methods == nil {
			h.methods = map[method][]sample{}
		}
		m := method{target, a.Contact}
		h.methods[m] = append(h.methods[m], sample{a.At, a.Outcome})
	}
}

// outcome returns what a method would have answered at an instant.
func (h *History) outcome(target, contact string, at time.Time) string {
	all := h.methods[method{target, contact}]
	n, _ := slices.BinarySearchFunc(all, at, func(s sample, at time.Time) int { return s.at.Compare(at) })
	if n < len(all) && all[n].at.Sub(at) <= validBefore {
		return all[n].outcome
	}
	if n > 0 && at.Sub(all[n-1].at) <= validAfter {
		return all[n-1].outcome
	}
	return events.OutcomeAccepted // nothing else is recorded
}
