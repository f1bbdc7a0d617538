package rules

import (
	"container/heap"
	"time"

	"tocsin.dev/internal/rules/incident"
)

// NextDeadline returns the earliest instant at which time alone changes something; ok is false if
// there is none.
func (s *State) NextDeadline() (at time.Time, ok bool) {
	if len(s.deadlines) == 0 {
		return time.Time{}, false
	}
	return s.deadlines[0].wakeAt, true
}

// due returns the incident with the earliest deadline, or nil if that is after now.
func (s *State) due(now time.Time) *Incident {
	if len(s.deadlines) == 0 || s.deadlines[0].wakeAt.After(now) {
		return nil
	}
	return s.deadlines[0]
}

// Forget drops resolved incidents that nothing can reopen any more, and stops at the first deadline
// that would lead to a fact. [State.Fire] drops them too; a state that only folds the ledger needs
// Forget, or it would keep them for ever.
func (s *State) Forget(now time.Time) {
	for i := s.due(now); i != nil && i.Status == incident.Resolved; i = s.due(now) {
		s.drop(i)
	}
}

// rearm updates the incident's deadline in the heap. The deadline follows from the incident alone, so
// the heap is never stored.
func (s *State) rearm(i *Incident) {
	s.deadlines.set(i, i.nextDeadline())
}

// nextDeadline is the earliest instant at which something falls due for the incident; zero for never.
func (i *Incident) nextDeadline() time.Time {
	if i.Status == incident.Resolved {
		return i.ResolvedAt.Add(i.keptFor())
	}
	next := earlier(i.AckUntil, i.SnoozedUntil)
	if i.Status == incident.Triggered {
		next = earlier(next, i.NextStepAt)
	}
	next = earlier(next, i.Merging.againAt())
	next = earlier(next, i.PausedUntil)
	for n := range i.Clocks {
		next = earlier(next, i.Clocks[n].nextAt())
	}
	for n := range i.policy.Triggers {
		next = earlier(next, i.triggerDue(n))
	}
	for n := range i.Alerts {
		next = earlier(next, i.Alerts[n].EndsAt)
	}
	for n := range i.Pages {
		next = earlier(next, i.Pages[n].receiptBy())
	}
	return next
}

// keptFor is how long the incident is kept after its resolution.
func (i *Incident) keptFor() time.Duration { return max(ResolvedKept, i.policy.ReopenWithin) }

// receiptBy is when the page is requested again unless its receipt has come.
func (p *Page) receiptBy() time.Time {
	wait := ReceiptTimeout << min(p.Asked-1, 8)
	return p.AskedAt.Add(min(wait, maxReceiptTimeout))
}

// earlier returns the earlier of two instants; zero means never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// deadlines is a heap of incidents by their next deadline, and by id where two are equal, so that
// the order does not depend on the history of the heap.
type deadlines []*Incident

func (d deadlines) Len() int { return len(d) }

func (d deadlines) Less(a, b int) bool {
	if d[a].wakeAt.Equal(d[b].wakeAt) {
		return d[a].ID < d[b].ID
	}
	return d[a].wakeAt.Before(d[b].wakeAt)
}

func (d deadlines) Swap(a, b int) {
	d[a], d[b] = d[b], d[a]
	d[a].heapPos, d[b].heapPos = a, b
}

func (d *deadlines) Push(x any) {
	i := x.(*Incident)
	i.heapPos = len(*d)
	*d = append(*d, i)
}

func (d *deadlines) Pop() any {
	old := *d
	i := old[len(old)-1]
	old[len(old)-1] = nil
	*d = old[:len(old)-1]
	i.heapPos = -1
	return i
}

func (d *deadlines) set(i *Incident, at time.Time) {
	i.wakeAt = at
	switch {
	case at.IsZero():
		d.remove(i)
	case i.heapPos < 0:
		heap.Push(d, i)
	default:
		heap.Fix(d, i.heapPos)
	}
}

func (d *deadlines) remove(i *Incident) {
	if i.heapPos >= 0 {
		heap.Remove(d, i.heapPos)
	}
}
