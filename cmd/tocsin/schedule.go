package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

// shiftForm formats the start and end of a shift in the schedule's time zone.
const shiftForm = "Mon 2006-01-02 15:04"

func newSchedule(a *app) *cobra.Command {
	var from, to string
	show := &cobra.Command{
		Use: "show SCHEDULE", Short: "Show the shifts of a schedule as a table and a calendar", Args: args(cobra.ExactArgs(1)), ValidArgsFunction: a.completeSchedules,
		Long: `Show the shifts of a schedule as a table and a calendar, in the schedule's time zone.

Each column of the calendar is an hour, and each letter a person: whoever is on call for most of that hour. A -
is an hour that the clocks skip.`,
		Example: "  tocsin schedule show payments-primary\n  tocsin schedule show payments-primary --from 2026-12-21 --to 2027-01-04",
		RunE: func(c *cobra.Command, ids []string) error {
			first, end, err := localPeriod(from, to, a.now())
			if err != nil {
				return err
			}
			p, err := a.client().Schedule(c.Context(), ids[0], first, end)
			if err != nil {
				return noSchedule(err)
			}
			if a.json {
				return object(a.stdout, p)
			}
			return a.showSchedule(p)
		},
	}
	show.Flags().StringVar(&from, "from", "", "start: "+instantForms+" (default: now)")
	show.Flags().StringVar(&to, "to", "", "end, in the same forms (default: two weeks after --from)")
	return group(&cobra.Command{Use: "schedule", Short: "Show on-call schedules and their shifts"},
		show,
		&cobra.Command{
			Use: "list", Short: "List the schedules, and who is on call now", Args: args(cobra.NoArgs),
			RunE: func(c *cobra.Command, _ []string) error { return a.listSchedules(c.Context()) },
		},
		newScheduleGaps(a),
		newScheduleFeed(a),
	)
}

func (a *app) listSchedules(ctx context.Context) error {
	all, err := a.client().Schedules(ctx)
	if err != nil {
		return err
	}
	return list(a, all, "the catalog has no schedules", []string{"SCHEDULE", "TIMEZONE", "LAYERS", "PEOPLE", "ON CALL", "UNTIL"}, func(s client.ScheduleSummary) []string {
		layers := strconv.Itoa(s.Layers)
		if s.Import != nil {
			layers = "calendar"
		}
		return []string{s.Schedule, s.Timezone, layers, fit(strings.Join(s.People, ", "), 40), names(s.OnCall), a.short(s.Until)}
	})
}

// schedules returns the given schedules, or all of them if none is given.
func (a *app) schedules(ctx context.Context, given []string) ([]string, error) {
	if len(given) > 0 {
		return given, nil
	}
	all, err := a.client().Schedules(ctx)
	for _, one := range all {
		given = append(given, one.Schedule)
	}
	return given, err
}

// zoneOf loads the time zone of a schedule.
func zoneOf(p client.SchedulePlan) (*time.Location, error) {
	zone, err := time.LoadLocation(p.Timezone)
	if err != nil {
		return nil, fmt.Errorf("schedule %s: its time zone is not known here: %w", p.Schedule, err)
	}
	return zone, nil
}

func (a *app) showSchedule(p client.SchedulePlan) error {
	loc, err := zoneOf(p)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "%s, times in %s\n", clean(p.Schedule), p.Timezone)
	rows := [][]string{{"FROM", "TO", "ON CALL", "LAYER"}}
	for _, one := range p.Shifts {
		layer := ""
		if one.Layer > 0 {
			layer = strconv.Itoa(one.Layer)
		}
		if one.Override != "" {
			layer = strings.TrimSpace(layer + " override " + brief(one.Override))
		}
		rows = append(rows, []string{one.From.In(loc).Format(shiftForm), one.To.In(loc).Format(shiftForm), names(one.People), layer})
	}
	table(a.stdout, rows)
	a.showImport(p.Import)
	fmt.Fprintln(a.stdout)
	draw(a.stdout, p.Shifts, loc)
	for _, one := range p.Conflicts {
		fmt.Fprintf(a.stdout, "%s is also on call in %s from %s to %s\n", clean(one.Person), clean(one.Schedule), one.From.In(loc).Format(shiftForm), one.To.In(loc).Format(shiftForm))
	}
	return nil
}

// showImport prints the source of an imported schedule, and what is wrong with it.
func (a *app) showImport(i *client.Import) {
	if i == nil {
		return
	}
	switch {
	case i.ReadAt.IsZero():
		fmt.Fprintln(a.stderr, "imported; its calendar has not been read yet, so it puts nobody on call")
	case i.Source == "":
		fmt.Fprintf(a.stderr, "imported; read at %s\n", a.short(i.ReadAt))
	default:
		fmt.Fprintf(a.stderr, "imported from %s; read at %s\n", clean(i.Source), a.short(i.ReadAt))
	}
	if i.Fault != "" {
		fmt.Fprintf(a.stderr, "warning: at %s %s\n", a.short(i.CheckedAt), clean(i.Fault))
	}
	for _, one := range i.LeftOut {
		fmt.Fprintf(a.stderr, "warning: %s\n", clean(one))
	}
}
