package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

func newSchedule(a *app) *cobra.Command {
	schedule := group(&cobra.Command{Use: "schedule", Short: "On-call schedules and their shifts"})
	var from, to string
	show := &cobra.Command{
		Use: "show SCHEDULE", Short: "Show the shifts of a schedule, as a table and a calendar", Args: args(cobra.ExactArgs(1)), ValidArgsFunction: a.completeSchedules,
		Example: "  tocsin schedule show payments-primary\n  tocsin schedule show payments-primary --from 2026-12-21 --to 2027-01-04",
		RunE: func(c *cobra.Command, names []string) error {
			first, err := instant(from, a.now())
			if err != nil {
				return misuse(c, err)
			}
			last, err := instant(to, a.now())
			if err != nil {
				return misuse(c, err)
			}
			return a.showSchedule(c, names[0], first, last)
		},
	}
	show.Flags().StringVar(&from, "from", "", "the first instant: RFC 3339, '2026-12-24 18:00' or '2026-12-24' in local time, or '+8h' from now (default: now)")
	show.Flags().StringVar(&to, "to", "", "the instant after the last, in the same forms (default: two weeks after --from)")
	list := &cobra.Command{
		Use: "list", Short: "List the schedules, and who is on call now", Args: args(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return a.listSchedules(c) },
	}
	schedule.AddCommand(show, list, newScheduleGaps(a), newScheduleFeed(a))
	return schedule
}

func (a *app) listSchedules(c *cobra.Command) error {
	all, err := a.client().Schedules(c.Context())
	if err != nil {
		return err
	}
	if a.json {
		return object(a.stdout, all)
	}
	if len(all) == 0 {
		fmt.Fprintln(a.stderr, "the catalog has no schedules")
		return nil
	}
	rows := [][]string{{"SCHEDULE", "TIMEZONE", "LAYERS", "PEOPLE", "ON CALL", "UNTIL"}}
	for _, one := range all {
		layers := strconv.Itoa(one.Layers)
		if one.Import != nil {
			layers = "calendar"
		}
		rows = append(rows, []string{one.Schedule, one.Timezone, layers, fit(strings.Join(one.People, ", "), 40), together(one.OnCall), a.short(one.Until)})
	}
	table(a.stdout, rows)
	return nil
}

func (a *app) showSchedule(c *cobra.Command, id string, from, to time.Time) error {
	p, err := a.client().Schedule(c.Context(), id, from, to)
	if err != nil {
		return lostSchedule(err)
	}
	if a.json {
		return object(a.stdout, p)
	}
	loc, err := time.LoadLocation(p.Timezone)
	if err != nil {
		return fmt.Errorf("the zone of %s is not known here: %w", id, err)
	}
	showShifts(a, p, loc)
	showImport(a, p.Import)
	fmt.Fprintln(a.stdout)
	draw(a.stdout, p.Shifts, loc)
	for _, one := range p.Conflicts {
		const form = "Mon 2006-01-02 15:04"
		fmt.Fprintf(a.stdout, "%s is on call in %s too from %s to %s\n", clean(one.Person), clean(one.Schedule), one.From.In(loc).Format(form), one.To.In(loc).Format(form))
	}
	return nil
}

// showShifts writes the table of shifts, in the wall time of the schedule.
func showShifts(a *app, p client.SchedulePlan, loc *time.Location) {
	fmt.Fprintf(a.stderr, "%s, in the time of %s\n", clean(p.Schedule), p.Timezone)
	rows := [][]string{{"FROM", "TO", "ON CALL", "LAYER"}}
	for _, one := range p.Shifts {
		layer := ""
		if one.Layer > 0 {
			layer = strconv.Itoa(one.Layer)
		}
		if one.Override != "" {
			layer = strings.TrimSpace(layer + " override " + brief(one.Override))
		}
		const form = "Mon 2006-01-02 15:04"
		rows = append(rows, []string{one.From.In(loc).Format(form), one.To.In(loc).Format(form), together(one.People), layer})
	}
	table(a.stdout, rows)
}

// showImport says where an imported schedule comes from, and what is wrong with that.
func showImport(a *app, i *client.Import) {
	if i == nil {
		return
	}
	switch {
	case i.ReadAt.IsZero():
		fmt.Fprintln(a.stderr, "imported; its calendar was not read yet: nobody is on call by it")
	case i.Source == "":
		fmt.Fprintf(a.stderr, "imported; read at %s\n", a.short(i.ReadAt))
	default:
		fmt.Fprintf(a.stderr, "imported from %s, read at %s\n", clean(i.Source), a.short(i.ReadAt))
	}
	if i.Fault != "" {
		fmt.Fprintf(a.stderr, "warning: at %s %s\n", a.short(i.CheckedAt), clean(i.Fault))
	}
	for _, one := range i.LeftOut {
		fmt.Fprintf(a.stderr, "warning: %s\n", clean(one))
	}
}

// together names people who are on call at the same time.
func together(people []string) string {
	if len(people) == 0 {
		return "nobody"
	}
	return strings.Join(people, ", ")
}
