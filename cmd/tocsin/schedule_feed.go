package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func newScheduleFeed(a *app) *cobra.Command {
	var person string
	var rotate bool
	c := &cobra.Command{
		Use: "feed SCHEDULE | --person ID", Short: "Print the address at which calendar programs find the shifts",
		Long: `Print the address at which calendar programs find the shifts (iCalendar): those of the past 4 weeks
and of the next 26. Whoever has the address can read them; --rotate gives the feed a new one and ends the old.`,
		Args: args(cobra.MaximumNArgs(1)), ValidArgsFunction: a.completeSchedules,
		RunE: func(c *cobra.Command, names []string) error {
			if (len(names) == 1) == (person != "") {
				return misuse(c, errors.New("name a schedule, or a person with --person"))
			}
			get, of := a.client().PersonFeed, person
			if person == "" {
				get, of = a.client().ScheduleFeed, names[0]
			}
			f, err := get(c.Context(), of, rotate)
			if err != nil {
				return lostSchedule(err)
			}
			if a.json {
				return object(a.stdout, f)
			}
			fmt.Fprintln(a.stdout, f.URL)
			return nil
		},
	}
	a.person(c, &person, "person", "the shifts of this `person` in all schedules")
	c.Flags().BoolVar(&rotate, "rotate", false, "give the feed a new address; the old one ends")
	return c
}
