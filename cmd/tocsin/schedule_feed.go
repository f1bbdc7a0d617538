package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newScheduleFeed(a *app) *cobra.Command {
	var person string
	var rotate bool
	c := &cobra.Command{
		Use: "feed SCHEDULE | --person ID", Short: "Print the iCalendar address of the shifts",
		Long: `Print the address at which calendar programs can subscribe to shifts (iCalendar): the past 4 weeks and the
next 26. Anyone who has the address can read it. --rotate creates a new address and disables the old one.`,
		Args: args(cobra.MaximumNArgs(1)), ValidArgsFunction: a.completeSchedules,
		RunE: func(c *cobra.Command, ids []string) error {
			if (len(ids) == 1) == (person != "") {
				return misuse("name a schedule, or a person with --person")
			}
			get, of := a.client().PersonFeed, person
			if person == "" {
				get, of = a.client().ScheduleFeed, ids[0]
			}
			f, err := get(c.Context(), of, rotate)
			if err != nil {
				return noSchedule(err)
			}
			return a.show(f, func() { fmt.Fprintln(a.stdout, f.URL) })
		},
	}
	a.person(c, &person, "person", "the shifts of this `person` in all schedules")
	c.Flags().BoolVar(&rotate, "rotate", false, "create a new address and disable the old one")
	return c
}
