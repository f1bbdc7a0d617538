package oncall

import (
	"slices"
	"time"
)

// apply changes the shift around t to what it is with the override. The shift must hold from t to
// its To, or for ever where To is zero, and so it does afterwards.
//
// An override that lies ahead shortens the shift to where the override begins, if it will change
// it. Until there nothing else changes, so that is known now.
func (o *Override) apply(now *Shift, t time.Time) {
	switch {
	case o.over(t) || !o.touches(now.People):
	case o.ahead(t):
		now.To = earlier(now.To, o.From)
	default:
		o.change(now, t)
	}
}

// over says whether the override is of the past at t, or has no stretch at all.
func (o *Override) over(t time.Time) bool { return !o.To.After(t) || !o.From.Before(o.To) }

func (o *Override) ahead(t time.Time) bool { return o.From.After(t) }

// touches says whether the override matters where these people are on call.
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

// change makes a shift what the override has in its place at t.
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
	default: // whatever ends beneath it does not show
		now.People, now.Layer, now.To = distinct(o.People), -1, o.To
	}
}

// end gives the end of the override, or an earlier instant; zero for none.
func (o *Override) end(until time.Time) time.Time { return earlier(until, o.To) }

// swapped puts each of the two where the other is.
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

// replaced puts those who stand in where the one whom they replace is.
func (o *Override) replaced(people []string) []string {
	i := slices.Index(people, o.Replaces)
	return distinct(slices.Concat(people[:i], o.People, people[i+1:]))
}
