package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

// gap is a stretch in which nobody is on call, or somebody is twice.
type gap struct {
	Schedule string    `json:"schedule"`
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Kind     string    `json:"kind"` // "gap" or "conflict"
	// Person is on call in Also too; both are of a conflict.
	Person string `json:"person,omitempty"`
	Also   string `json:"also,omitempty"`
}

// longestGaps bounds --weeks: a plan is asked for at most 366 days at a time.
const longestGaps = 52

func newScheduleGaps(a *app) *cobra.Command {
	var weeks uint16
	c := &cobra.Command{
		Use: "gaps [SCHEDULE]", Short: "Tell when nobody will be on call, and when somebody will be twice", Args: args(cobra.MaximumNArgs(1)), ValidArgsFunction: a.completeSchedules,
		Long: `Tell when nobody will be on call in the weeks ahead, and when somebody will be on call in two schedules at
once: as the overrides and the imported calendars have it. 'tocsin catalog check' tells it of layers before they are
in force.`,
		Example: "  tocsin schedule gaps\n  tocsin schedule gaps payments-primary --weeks 4",
		RunE: func(c *cobra.Command, names []string) error {
			if weeks < 1 || weeks > longestGaps {
				return misuse(c, fmt.Errorf("--weeks: from 1 to %d", longestGaps))
			}
			return a.showGaps(c, names, int(weeks))
		},
	}
	c.Flags().Uint16Var(&weeks, "weeks", 12, "how many weeks ahead to look")
	return c
}

func (a *app) showGaps(c *cobra.Command, names []string, weeks int) error {
	if len(names) == 0 {
		all, err := a.client().Schedules(c.Context())
		if err != nil {
			return err
		}
		for _, one := range all {
			names = append(names, one.Schedule)
		}
	}
	found := []gap{}
	now := a.now()
	for _, name := range names {
		p, err := a.client().Schedule(c.Context(), name, now, now.AddDate(0, 0, 7*weeks))
		if err != nil {
			return lostSchedule(err)
		}
		found = append(found, gapsOf(p, found)...)
	}
	slices.SortStableFunc(found, func(a, b gap) int { return a.From.Compare(b.From) })
	if a.json {
		return object(a.stdout, found)
	}
	if len(found) == 0 {
		fmt.Fprintf(a.stderr, "somebody is on call in %s at every instant of the next %s, and nobody twice\n",
			count(len(names), "schedule", "schedules"), count(weeks, "week", "weeks"))
		return nil
	}
	rows := [][]string{{"SCHEDULE", "FROM", "TO", "WHAT"}}
	for _, g := range found {
		what := "nobody is on call"
		if g.Kind == "conflict" {
			what = g.Person + " is on call in " + g.Also + " too"
		}
		const form = "Mon 2006-01-02 15:04 MST" // in the wall time of the schedule
		rows = append(rows, []string{g.Schedule, g.From.Format(form), g.To.Format(form), what})
	}
	table(a.stdout, rows)
	return nil
}

// gapsOf gives those of one plan; a conflict that the plan of the other schedule has told is left out.
func gapsOf(p client.SchedulePlan, told []gap) []gap {
	loc, err := time.LoadLocation(p.Timezone)
	if err != nil {
		loc = time.UTC
	}
	var all []gap
	for _, one := range p.Gaps {
		all = append(all, gap{Schedule: p.Schedule, From: one.From.In(loc), To: one.To.In(loc), Kind: "gap"})
	}
	for _, one := range p.Conflicts {
		twice := slices.ContainsFunc(told, func(g gap) bool {
			return g.Kind == "conflict" && g.Person == one.Person && g.Schedule == one.Schedule && g.Also == p.Schedule && g.From.Equal(one.From)
		})
		if !twice {
			all = append(all, gap{Schedule: p.Schedule, From: one.From.In(loc), To: one.To.In(loc), Kind: "conflict", Person: one.Person, Also: one.Schedule})
		}
	}
	return all
}
