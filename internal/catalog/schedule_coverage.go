package catalog

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/internal/yamlfile"
)

// Coverage warns of times at which a schedule has nobody on call, and of people who are on call in two
// schedules at once, between two instants. There is one warning for each schedule, and for each person
// and pair of schedules, at the place of the schedule, with the first such time and how many more
// there are.
func (c *Catalog) Coverage(from, to time.Time) []Fault {
	var out yamlfile.Report
	var views []oncall.View
	for _, id := range slices.Sorted(maps.Keys(c.Rules.Schedules)) {
		s := c.Rules.Schedules[id]
		if i := c.Imports[id]; i != nil {
			if i.File == "" {
				continue // its calendar is not known here
			}
			s = c.covered(i, from, to, &out)
		}
		views = append(views, s.With(nil))
		if gaps := s.Gaps(from, to); len(gaps) > 0 {
			message := fmt.Sprintf("schedule %s has nobody on call %s%s", quote(id), stretch(gaps[0].From, gaps[0].To), more(len(gaps)-1))
			out.Add(c.atSchedule(id, message, "add a layer below the others, or page somebody else as well"))
		}
	}
	c.conflicts(&out, oncall.Conflicts(views, from, to))
	return out.Sorted()
}

// covered returns a schedule with the roster of its calendar's file. It warns of what is left out.
func (c *Catalog) covered(i *Import, from, to time.Time, out *yamlfile.Report) *oncall.Schedule {
	s := c.Rules.Schedules[i.Schedule]
	duties, faults := c.duties(i.Schedule, i.calendar, from, to)
	roster, err := oncall.NewRoster(duties)
	for _, f := range faults {
		out.Add(Fault{File: i.File, Line: f.Line, Column: min(f.Line, 1), Message: f.Message, Warning: true})
	}
	if err != nil {
		out.Add(Fault{File: i.File, Message: err.Error(), Warning: true})
		return s
	}
	return s.Rostered(roster)
}

// conflicts warns once for each person and pair of schedules.
func (c *Catalog) conflicts(out *yamlfile.Report, all []oncall.Conflict) {
	type trio struct {
		person    string
		schedules [2]string
	}
	times := map[trio]int{}
	for _, one := range all {
		times[trio{one.Person, one.Schedules}]++
	}
	for _, one := range all {
		of := trio{one.Person, one.Schedules}
		if times[of] == 0 {
			continue // the warning was given
		}
		message := fmt.Sprintf("%s is on call in schedules %s and %s at once %s%s", one.Person,
			quote(one.Schedules[0]), quote(one.Schedules[1]), stretch(one.From, one.To), more(times[of]-1))
		out.Add(c.atSchedule(one.Schedules[1], message, "one person cannot answer for both: change one of the rotations"))
		times[of] = 0
	}
}

// atSchedule returns a warning at the place of a schedule.
func (c *Catalog) atSchedule(id, message, hint string) Fault {
	f := c.schedules[id]
	f.Message, f.Hint, f.Warning = message, hint, true
	return f
}

func stretch(from, to time.Time) string {
	const form = "Mon 2006-01-02 15:04"
	return "from " + from.Format(form) + " to " + to.Format(form)
}

func more(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return ", and once more"
	}
	return fmt.Sprintf(", and %d times more", n)
}
