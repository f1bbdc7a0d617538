package notifier

import (
	"container/heap"
	"slices"
	"time"

	"tocsin.dev/internal/channel"
	"tocsin.dev/internal/rules/page"
	"tocsin.dev/pkg/events"
)

// delivery is one open page at the notifier.
type delivery struct {
	Opened   events.DeliveryOpened `json:"opened"`
	OpenedAt time.Time             `json:"opened_at"`
	Tries    []try                 `json:"tries,omitempty"`
	// Told says that the engine knows of the delay.
	Told bool `json:"told,omitempty"`

	wakeAt  time.Time
	heapPos int
	inLine  bool // waits for a slot, see slots
}

// try is one attempt, answered or not.
type try struct {
	events.Attempt
	RetryAt time.Time `json:"retry_at,omitzero"`
	// Step is its place in the plan of that time, from 1.
	Step int `json:"step"`
	// Open says that the answer is not known yet.
	Open bool `json:"open,omitempty"`
}

func (d *delivery) id() string { return d.Opened.Page.Page }

// underWay gives the attempt that has no answer yet, or nil. There is one at most.
func (d *delivery) underWay() *try {
	if n := len(d.Tries); n > 0 && d.Tries[n-1].Open {
		return &d.Tries[n-1]
	}
	return nil
}

// next asks the rules what to do with the page now.
func (d *delivery) next(b *book, now time.Time) (page.Move, page.Plan) {
	plan := b.plan(d.Opened.Page.Target, d.Opened.Page.Urgency)
	return page.Next(plan, d.tried(plan), d.OpenedAt, now), plan
}

// tried puts the attempts against the plan's steps. When the plan has changed since, an attempt counts
// for the first step with its contact method, and for none when that is gone.
func (d *delivery) tried(plan page.Plan) []page.Tried {
	var out []page.Tried
	for _, t := range d.Tries {
		if i := t.stepOf(plan); i >= 0 {
			out = append(out, page.Tried{Step: i, Outcome: outcome(t.Outcome), At: t.At, RetryAt: t.RetryAt})
		}
	}
	return out
}

// stepOf gives the index of the attempt's step in the plan, or -1.
func (t *try) stepOf(plan page.Plan) int {
	if i := t.Step - 1; i >= 0 && i < len(plan.Steps) && plan.Steps[i].Contact == t.Contact {
		return i
	}
	return slices.IndexFunc(plan.Steps, func(s page.Step) bool { return s.Contact == t.Contact })
}

func outcome(word string) page.Outcome {
	switch channel.Outcome(word) {
	case channel.Accepted, channel.Delivered, channel.Recorded:
		return page.Taken
	case channel.Retryable:
		return page.Later
	case channel.Permanent:
		return page.Never
	default:
		return page.Unsure
	}
}

func (d *delivery) attempts() []events.Attempt {
	out := make([]events.Attempt, len(d.Tries))
	for i, t := range d.Tries {
		out[i] = t.Attempt
	}
	return out
}

// queue is a heap of deliveries by the instant at which they are looked at again.
type queue []*delivery

func (q queue) Len() int { return len(q) }

func (q queue) Less(a, b int) bool {
	if q[a].wakeAt.Equal(q[b].wakeAt) {
		return q[a].OpenedAt.Before(q[b].OpenedAt) || q[a].OpenedAt.Equal(q[b].OpenedAt) && q[a].id() < q[b].id()
	}
	return q[a].wakeAt.Before(q[b].wakeAt)
}

func (q queue) Swap(a, b int) {
	q[a], q[b] = q[b], q[a]
	q[a].heapPos, q[b].heapPos = a, b
}

// Push is for container/heap.
func (q *queue) Push(x any) {
	d := x.(*delivery)
	d.heapPos = len(*q)
	*q = append(*q, d)
}

// Pop is for container/heap.
func (q *queue) Pop() any {
	old := *q
	d := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	d.heapPos = -1
	return d
}

// set makes d due at an instant; zero takes it out until something happens to it.
func (q *queue) set(d *delivery, at time.Time) {
	d.wakeAt = at
	switch {
	case at.IsZero() && d.heapPos >= 0:
		heap.Remove(q, d.heapPos)
	case at.IsZero():
	case d.heapPos < 0:
		heap.Push(q, d)
	default:
		heap.Fix(q, d.heapPos)
	}
}
