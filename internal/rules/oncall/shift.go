package oncall

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Shift is a stretch of time in which the same turn of the same layer has the duty, or nobody has.
type Shift struct {
	// People are on call together; empty where nobody is. They belong to the schedule.
	People []string
	// From is the first instant and To the one after the last, both in the schedule's zone.
	From, To time.Time
	// Layer is the index in [Schedule.Layers]; -1 where nobody is on call.
	Layer int
}

// Shifts gives what lies between two instants, in order and without holes: stretches in which
// nobody is on call are shifts without people. The first and the last are cut to the two instants.
// It is empty where to is not after from.
func (s *Schedule) Shifts(from, to time.Time) []Shift {
	var all []Shift
	for from = from.In(s.location()); from.Before(to); {
		people, layer, until := s.at(from)
		if until.IsZero() || until.After(to) {
			until = to.In(s.location())
		}
		all = append(all, Shift{People: people, From: from, To: until, Layer: layer})
		from = until
	}
	return all
}

// Gaps gives the stretches between two instants in which nobody is on call, as [Schedule.Shifts]
// does.
func (s *Schedule) Gaps(from, to time.Time) []Shift {
	return slices.DeleteFunc(s.Shifts(from, to), func(one Shift) bool { return len(one.People) > 0 })
}

// Conflict is a person who is on call twice at once.
type Conflict struct {
	Person string
	// Schedules are the ids of the two, in the order of the alphabet.
	Schedules [2]string
	// From is the first instant and To the one after the last, in the zone of the first schedule.
	From, To time.Time
}

// Conflicts gives the stretches between two instants in which somebody is on call in two of the
// schedules, ordered by instant, person and schedules. Stretches of the same two that meet are one.
func Conflicts(schedules []*Schedule, from, to time.Time) []Conflict {
	duties := map[string][]duty{}
	for _, s := range schedules {
		for _, one := range s.Shifts(from, to) {
			for _, person := range one.People {
				duties[person] = join(duties[person], duty{s.ID, one.From, one.To})
			}
		}
	}
	var all []Conflict
	for person, mine := range duties {
		all = append(all, overlaps(person, mine)...)
	}
	slices.SortFunc(all, func(a, b Conflict) int {
		return cmp.Or(a.From.Compare(b.From), strings.Compare(a.Person, b.Person),
			strings.Compare(a.Schedules[0], b.Schedules[0]), strings.Compare(a.Schedules[1], b.Schedules[1]))
	})
	return all
}

// duty is one person's part of a shift.
type duty struct {
	schedule string
	from, to time.Time
}

// join adds a duty, lengthening the last one where the two meet.
func join(mine []duty, next duty) []duty {
	if n := len(mine) - 1; n >= 0 && mine[n].schedule == next.schedule && !mine[n].to.Before(next.from) {
		mine[n].to = next.to
		return mine
	}
	return append(mine, next)
}

// overlaps compares each of a person's duties with those that have not ended when it begins.
func overlaps(person string, mine []duty) []Conflict {
	slices.SortStableFunc(mine, func(a, b duty) int { return a.from.Compare(b.from) })
	var all []Conflict
	var open []duty
	for _, next := range mine {
		open = slices.DeleteFunc(open, func(d duty) bool { return !d.to.After(next.from) })
		for _, d := range open {
			if d.schedule != next.schedule {
				all = append(all, between(person, d, next))
			}
		}
		open = append(open, next)
	}
	return all
}

func between(person string, a, b duty) Conflict {
	if b.schedule < a.schedule {
		a, b = b, a
	}
	loc := a.from.Location()
	return Conflict{person, [2]string{a.schedule, b.schedule}, later(a.from, b.from).In(loc), earlier(a.to, b.to).In(loc)}
}
