package oncall

import (
	"slices"
	"time"
)

// apply applies the override to the shift around t. Before and after, the shift is valid from t until its
// To, or for ever if To is zero.
//
// An override in the future shortens the shift to the start of the override if that will change it.
func (o *Override) apply(now *Shift, t time.Time) {
	switch {
	case o.over(t) || !o.touches(now.People):
	case o.ahead(t):
		now.To = earlier(now.To, o.From)
	default:
		o.change(now, t)
	}
}

// over reports whether the override has ended at t, or is empty.
func (o *Override) over(t time.Time) bool { return !o.To.After(t) || !o.From.Before(o.To) }

func (o *Override) ahead(t time.Time) bool { return o.From.After(t) }

// touches reports whether the override changes a shift of these people.
func (o *Override) touches(people []string) bool {
	switch o.Kind {
	case StandIn:
		return o.Replaces == "" || slices.Contains(people, o.Replaces)
	case Swap:
		return len(o.People) == 2 && (slices.Contains(people, o.People[0]) || slices.Contains(people, o.People[1]))
	case Temporary:
		return true
	}
	return false
}

// change replaces a shift by what the override says at t.
func (o *Override) change(now *Shift, t time.Time) {
	now.Override = o.ID
	switch {
	case o.Kind == Temporary:
		people, until := dutiesAt(o.Shifts, t)
		now.People, now.Layer, now.To = people, -1, o.end(until)
	case o.Kind == Swap:
		now.People, now.To = o.swapped(now.People), o.end(now.To)
	case o.Replaces != "":
		now.People, now.To = o.replaced(now.People), o.end(now.To)
	default: // it hides changes of the schedule below
		now.People, now.Layer, now.To = distinct(o.People), -1, o.To
	}
}

// end is the end of the override or an earlier instant; a zero until means none.
func (o *Override) end(until time.Time) time.Time { return earlier(until, o.To) }

// swapped exchanges the two people.
func (o *Override) swapped(people []string) []string {
	exchanged := slices.Clone(people)
	for i, person := range people {
		switch person {
		case o.People[0]:
			exchanged[i] = o.People[1]
		case o.People[1]:
			exchanged[i] = o.People[0]
		}
	}
	return exchanged
}

// replaced puts the stand-ins in the place of the person they replace.
func (o *Override) replaced(people []string) []string {
	i := slices.Index(people, o.Replaces)
	return distinct(slices.Concat(people[:i], o.People, people[i+1:]))
}
