package catalog

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/internal/yamlfile"
)

// Coverage warns of what people will meet between two instants: stretches in which a schedule has
// nobody on call, and people who are on call in two schedules at once. It gives one warning for
// each schedule, and for each person and pair of schedules, with the first such stretch and how
// many more there are. All of them stand at the schedule's name, in the order of the files.
func (c *Catalog) Coverage(from, to time.Time) []Fault {
	var out yamlfile.Report
	var views []oncall.View
	for _, id := range slices.Sorted(maps.Keys(c.Rules.Schedules)) {
		s := c.Rules.Schedules[id]
		if i := c.Imports[id]; i != nil {
			if i.File == "" {
				continue // what its calendar will have is not known here
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

// covered gives a schedule with the roster of its calendar's file, and tells what was left out of it.
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

// conflicts tells of each person and pair of schedules once.
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
			continue // told at the first stretch
		}
		message := fmt.Sprintf("%s is on call in schedules %s and %s at once %s%s", one.Person,
			quote(one.Schedules[0]), quote(one.Schedules[1]), stretch(one.From, one.To), more(times[of]-1))
		out.Add(c.atSchedule(one.Schedules[1], message, "one person cannot answer for both: change one of the rotations"))
		times[of] = 0
	}
}

// atSchedule makes a warning that stands where a schedule does.
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
