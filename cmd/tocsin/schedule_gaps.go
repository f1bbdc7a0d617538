package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

// gap is a time in which nobody is on call, or a person is on call twice.
type gap struct {
	Schedule string    `json:"schedule"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Kind     string    `json:"kind"` // "gap" or "conflict"
	// Person is also on call in the schedule Also. Both are empty for a gap.
	Person string `json:"person,omitempty"`
	Also   string `json:"also,omitempty"`
}

// maxGapWeeks bounds --weeks: the gateway plans at most 366 days at a time.
const maxGapWeeks = 52

func newScheduleGaps(a *app) *cobra.Command {
	var weeks uint16
	c := &cobra.Command{
		Use: "gaps [SCHEDULE]", Short: "List when nobody will be on call, and when a person will be twice", Args: args(cobra.MaximumNArgs(1)), ValidArgsFunction: a.completeSchedules,
		Long: `List when nobody will be on call, and when a person will be on call in two schedules at once. It takes
overrides and imported calendars into account. 'tocsin catalog check' finds gaps before a catalog is applied.`,
		Example: "  tocsin schedule gaps\n  tocsin schedule gaps payments-primary --weeks 4",
		RunE: func(c *cobra.Command, ids []string) error {
			if weeks < 1 || weeks > maxGapWeeks {
				return misuse("--weeks must be from 1 to %d", maxGapWeeks)
			}
			return a.listGaps(c, ids, int(weeks))
		},
	}
	c.Flags().Uint16Var(&weeks, "weeks", 12, "how many weeks to look ahead")
	return c
}

func (a *app) listGaps(c *cobra.Command, schedules []string, weeks int) error {
	schedules, err := a.schedules(c.Context(), schedules)
	if err != nil {
		return err
	}
	var found []gap
	now := a.now()
	for _, id := range schedules {
		p, err := a.client().Schedule(c.Context(), id, now, now.AddDate(0, 0, 7*weeks))
		if err != nil {
			return noSchedule(err)
		}
		found = append(found, gapsIn(p, found)...)
	}
	slices.SortStableFunc(found, func(a, b gap) int { return a.From.Compare(b.From) })
	none := fmt.Sprintf("no gaps and no conflicts in %s in the next %s", count(len(schedules), "schedule"), count(weeks, "week"))
	return list(a, found, none, []string{"SCHEDULE", "FROM", "TO", "WHAT"}, func(g gap) []string {
		what := "nobody is on call"
		if g.Kind == "conflict" {
			what = g.Person + " is also on call in " + g.Also
		}
		const form = shiftForm + " MST"
		return []string{g.Schedule, g.From.Format(form), g.To.Format(form), what}
	})
}

// gapsIn returns the gaps and conflicts of a plan in its own time zone, except the conflicts already found in
// the plan of the other schedule.
func gapsIn(p client.SchedulePlan, found []gap) []gap {
	loc, err := time.LoadLocation(p.Timezone)
	if err != nil {
		loc = time.UTC
	}
	var all []gap
	for _, one := range p.Gaps {
		all = append(all, gap{Schedule: p.Schedule, From: one.From.In(loc), To: one.To.In(loc), Kind: "gap"})
	}
	for _, one := range p.Conflicts {
		twice := slices.ContainsFunc(found, func(g gap) bool {
			return g.Kind == "conflict" && g.Person == one.Person && g.Schedule == one.Schedule && g.Also == p.Schedule && g.From.Equal(one.From)
		})
		if !twice {
			all = append(all, gap{Schedule: p.Schedule, From: one.From.In(loc), To: one.To.In(loc), Kind: "conflict", Person: one.Person, Also: one.Schedule})
		}
	}
	return all
}
