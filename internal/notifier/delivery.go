package notifier

import (
	"container/heap"
	"time"

	"tocsin.dev/internal/rules/page"
)

// delivery is one open page at the notifier. A snapshot keeps what the embedded value holds.
type delivery struct {
	page.Delivery

	wakeAt  time.Time
	heapPos int
	inLine  bool // waits for a slot, see slots
}

// queue is a heap of deliveries by the instant at which they are due.
type queue []*delivery

func (q queue) Len() int { return len(q) }

func (q queue) Less(a, b int) bool {
	if q[a].wakeAt.Equal(q[b].wakeAt) {
		return q[a].OpenedAt.Before(q[b].OpenedAt) || q[a].OpenedAt.Equal(q[b].OpenedAt) && q[a].ID() < q[b].ID()
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

// set makes d due at an instant; zero removes it until something happens to it.
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
