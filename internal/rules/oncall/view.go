package oncall

import (
	"slices"
	"time"
)

// View is a schedule with overrides. It has the methods of a schedule, so callers need not know whether
// there are overrides. It holds two references and caches nothing, so it is cheap to make.
type View struct {
	schedule  *Schedule
	overrides []Override
}

// With returns the schedule with overrides, which may be none. They are applied in order: each changes the
// result of the layers and of the overrides before it, so of two stand-ins or temporary schedules the
// later one wins. They must be valid, see [Override.Validate], and not change while the view is in use.
func (s *Schedule) With(overrides []Override) View { return View{s, overrides} }

// People is [Schedule.People], without the people of overrides.
func (v View) People() []string { return v.schedule.People() }

// At is [Schedule.At] with the overrides. The start and end of an override count as changes only if it
// affects who is on call.
func (v View) At(t time.Time) (people []string, until time.Time) {
	now := v.at(t)
	return now.People, now.To
}

// at returns the shift around t without From. To is zero if nothing will ever change.
func (v View) at(t time.Time) Shift {
	now := v.schedule.at(t)
	for i := range v.overrides {
		v.overrides[i].apply(&now, t)
	}
	now.To = v.schedule.local(now.To)
	return now
}

// Shadows returns the shadows at t, each once, in the order of the overrides, and the next instant at
// which they can change. Nobody who is on call at t is a shadow. until is zero if nothing will ever
// change.
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

// Shifts returns the shifts between two instants, in order and without gaps: while nobody is on call there
// is a shift without people. The first and the last are cut to the two instants. It is empty if to is not
// after from.
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

// within returns the overrides that overlap a period, in their order.
func within(overrides []Override, from, to time.Time) []Override {
	var some []Override
	for i := range overrides {
		if o := &overrides[i]; o.From.Before(to) && !o.over(from) {
			some = append(some, *o)
		}
	}
	return some
}

// Gaps returns the shifts between two instants in which nobody is on call.
func (v View) Gaps(from, to time.Time) []Shift {
	return slices.DeleteFunc(v.Shifts(from, to), func(one Shift) bool { return len(one.People) > 0 })
}
