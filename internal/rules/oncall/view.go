package oncall

import (
	"slices"
	"time"
)

// View is a schedule as some overrides have it. It answers what the schedule answers, so whoever
// asks need not know whether there are overrides. It is two references and holds no answer: making
// one costs nothing, and it sees what its schedule and overrides say when it is asked.
type View struct {
	schedule  *Schedule
	overrides []Override
}

// With gives the schedule as overrides have it; none leave it as it is. They are applied in the
// order given: each changes what the layers and those before it say, so that of two stand-ins or
// temporary schedules the later one wins. Overrides are expected to be valid; see
// [Override.Validate]. The list must not be changed while the view is in use.
func (s *Schedule) With(overrides []Override) View { return View{s, overrides} }

// People is [Schedule.People]: who comes in by an override is not among them.
func (v View) People() []string { return v.schedule.People() }

// At is [Schedule.At] with the overrides. The edges of an override count as changes only where it
// changes who is on call, or puts others in their place.
func (v View) At(t time.Time) (people []string, until time.Time) {
	now := v.at(t)
	return now.People, now.To
}

// at gives the shift around t. From is not set, and To is zero where nothing will ever change.
func (v View) at(t time.Time) Shift {
	now := v.schedule.at(t)
	for i := range v.overrides {
		v.overrides[i].apply(&now, t)
	}
	now.To = v.schedule.local(now.To)
	return now
}

// Shadows gives who looks on at t, each once, in the order of the overrides, and the next instant
// at which that can change. Who is on call at t is no shadow. Until is the zero time where nothing
// will ever change.
func (v View) Shadows(t time.Time) (people []string, until time.Time) {
	for i := range v.overrides {
		o := &v.overrides[i]
		switch {
		case o.Kind != Shadow || o.over(t):
		case o.ahead(t):
			until = earlier(until, o.From)
		default:
			people = append(people, o.People...)
			until = earlier(until, o.To)
		}
	}
	if len(people) == 0 {
		return nil, v.schedule.local(until)
	}
	now := v.at(t)
	if !now.To.IsZero() {
		until = earlier(until, now.To)
	}
	var looking []string
	for _, person := range distinct(people) {
		if !slices.Contains(now.People, person) {
			looking = append(looking, person)
		}
	}
	return looking, v.schedule.local(until)
}

// Shifts gives what lies between two instants, in order and without holes: stretches in which
// nobody is on call are shifts without people. The first and the last are cut to the two instants.
// It is empty where to is not after from.
func (v View) Shifts(from, to time.Time) []Shift {
	v.overrides = within(v.overrides, from, to)
	var all []Shift
	for from = v.schedule.local(from); from.Before(to); {
		one := v.at(from)
		one.From = from
		if one.To.IsZero() || one.To.After(to) {
			one.To = v.schedule.local(to)
		}
		all = append(all, one)
		from = one.To
	}
	return all
}

// within leaves the overrides that have a part of a stretch, in their order.
func within(overrides []Override, from, to time.Time) []Override {
	var some []Override
	for i := range overrides {
		if o := &overrides[i]; o.From.Before(to) && !o.over(from) {
			some = append(some, *o)
		}
	}
	return some
}

// Gaps gives the stretches between two instants in which nobody is on call, as [View.Shifts] does.
func (v View) Gaps(from, to time.Time) []Shift {
	return slices.DeleteFunc(v.Shifts(from, to), func(one Shift) bool { return len(one.People) > 0 })
}
