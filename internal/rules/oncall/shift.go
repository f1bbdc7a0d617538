package oncall

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Shift is an interval in which the same turn, duty or override decides who is on call, if anybody.
type Shift struct {
	// People are on call together; empty for nobody. The caller must not change them.
	People []string
	// From is the first instant, To the one after the last, both in the schedule's zone.
	From, To time.Time
	// Layer is the index in [Schedule.Layers] of the layer whose turn it is, even if an override replaces
	// some of its people. It is -1 if no layer is involved: nobody is on call, the schedule is imported,
	// or an override replaces everybody.
	Layer int
	// Override is the id of the last override that changed the shift, even to nobody; empty for none.
	Override string
}

// Shifts is [View.Shifts] without overrides.
func (s *Schedule) Shifts(from, to time.Time) []Shift { return s.With(nil).Shifts(from, to) }

// Gaps is [View.Gaps] without overrides.
func (s *Schedule) Gaps(from, to time.Time) []Shift { return s.With(nil).Gaps(from, to) }

// Conflict is a person who is on call in two schedules at once.
type Conflict struct {
	Person string
	// Schedules are the ids of the two, in alphabetical order.
	Schedules [2]string
	// From is the first instant and To the one after the last, in the zone of the first schedule.
	From, To time.Time
}

// Conflicts returns the conflicts between two instants, including overrides, ordered by instant, person
// and schedules. Adjacent ones of the same person and schedules are joined. views must have each schedule
// once.
func Conflicts(views []View, from, to time.Time) []Conflict {
	parts := map[string][]part{}
	for _, v := range views {
		for _, one := range v.Shifts(from, to) {
			for _, person := range one.People {
				parts[person] = join(parts[person], part{v.schedule.ID, one.From, one.To})
			}
		}
	}
	var all []Conflict
	for person, mine := range parts {
		all = append(all, overlaps(person, mine)...)
	}
	slices.SortFunc(all, func(a, b Conflict) int {
		return cmp.Or(a.From.Compare(b.From), strings.Compare(a.Person, b.Person),
			strings.Compare(a.Schedules[0], b.Schedules[0]), strings.Compare(a.Schedules[1], b.Schedules[1]))
	})
	return all
}

// part is one person's part of a shift.
type part struct {
	schedule string
	from, to time.Time
}

// join adds a part, or extends the last one if the two are adjacent.
func join(mine []part, next part) []part {
	if n := len(mine) - 1; n >= 0 && mine[n].schedule == next.schedule && !mine[n].to.Before(next.from) {
		mine[n].to = next.to
		return mine
	}
	return append(mine, next)
}

// overlaps compares each of a person's parts with those that have not ended when it starts.
func overlaps(person string, mine []part) []Conflict {
	slices.SortStableFunc(mine, func(a, b part) int { return a.from.Compare(b.from) })
	var all []Conflict
	var open []part
	for _, next := range mine {
		open = slices.DeleteFunc(open, func(d part) bool { return !d.to.After(next.from) })
		for _, d := range open {
			if d.schedule != next.schedule {
				all = append(all, between(person, d, next))
			}
		}
		open = append(open, next)
	}
	return all
}

func between(person string, a, b part) Conflict {
	if b.schedule < a.schedule {
		a, b = b, a
	}
	loc := a.from.Location()
	return Conflict{person, [2]string{a.schedule, b.schedule}, later(a.from, b.from).In(loc), earlier(a.to, b.to).In(loc)}
}
