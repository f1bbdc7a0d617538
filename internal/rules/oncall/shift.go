package oncall

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Shift is a stretch of time in which the same turn, duty or override says who is on call, or that
// nobody is.
type Shift struct {
	// People are on call together; empty where nobody is. They belong to the schedule or to the
	// override: a caller must not change them.
	People []string
	// From is the first instant and To the one after the last, both in the schedule's zone.
	From, To time.Time
	// Layer is the index in [Schedule.Layers] of the one whose turn it is, also where an override
	// puts others in the place of some of its people. It is -1 where no layer has a part in it: nobody
	// is on call, the schedule is imported, or the override does without the layers.
	Layer int
	// Override is the id of the last override that made the shift what it is, also of one by which
	// nobody is on call; empty where none did.
	Override string
}

// Shifts is [View.Shifts] without overrides.
func (s *Schedule) Shifts(from, to time.Time) []Shift { return s.With(nil).Shifts(from, to) }

// Gaps is [View.Gaps] without overrides.
func (s *Schedule) Gaps(from, to time.Time) []Shift { return s.With(nil).Gaps(from, to) }

// Conflict is a person who is on call twice at once.
type Conflict struct {
	Person string
	// Schedules are the ids of the two, in the order of the alphabet.
	Schedules [2]string
	// From is the first instant and To the one after the last, in the zone of the first schedule.
	From, To time.Time
}

// Conflicts gives the stretches between two instants in which somebody is on call in two schedules,
// as their overrides have them, ordered by instant, person and schedules. Stretches of the same two
// that meet are one. It expects one view of each schedule.
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

// join adds a part, lengthening the last one where the two meet.
func join(mine []part, next part) []part {
	if n := len(mine) - 1; n >= 0 && mine[n].schedule == next.schedule && !mine[n].to.Before(next.from) {
		mine[n].to = next.to
		return mine
	}
	return append(mine, next)
}

// overlaps compares each of a person's parts with those that have not ended when it begins.
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
