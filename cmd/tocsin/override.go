package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

func newOverride(a *app) *cobra.Command {
	remove := &cobra.Command{
		Use: "remove SCHEDULE ID…", Short: "Remove overrides", Args: args(cobra.MinimumNArgs(2)), ValidArgsFunction: a.completeOverrides,
	}
	var by string
	a.by(remove, &by)
	remove.RunE = func(c *cobra.Command, words []string) error {
		for _, id := range words[1:] {
			out, err := a.client().RemoveOverride(c.Context(), words[0], id, by)
			if err != nil {
				return noOverride(err)
			}
			if err := a.showOverride(out, "removed"); err != nil {
				return err
			}
		}
		return nil
	}
	return group(&cobra.Command{Use: "override", Short: "Change who is on call for a while"},
		newOverrideAdd(a),
		&cobra.Command{
			Use: "list [SCHEDULE]", Short: "List the current and future overrides", Args: args(cobra.MaximumNArgs(1)), ValidArgsFunction: a.completeSchedules,
			RunE: func(c *cobra.Command, ids []string) error { return a.listOverrides(c, ids) },
		},
		remove,
	)
}

// overrideFlags holds the flags of `override add`.
type overrideFlags struct {
	people, swap, shadow []string
	temporary            bool
	shifts               []string
	from, to             string
	lasts                time.Duration
	request              client.NewOverride
}

func newOverrideAdd(a *app) *cobra.Command {
	var s overrideFlags
	c := &cobra.Command{
		Use: "add SCHEDULE", Short: "Replace people, swap shifts, set temporary shifts, or shadow", Args: args(cobra.ExactArgs(1)), ValidArgsFunction: a.completeSchedules,
		Long: `Change who is on call in a schedule for a while: with --person somebody replaces the people on call, with
--swap two people swap their shifts, with --temporary the given shifts replace the schedule, and with --shadow
somebody is paged too without being responsible. Of two overlapping overrides the later one wins.

Times without a zone are in the schedule's time zone.`,
		Example: `  tocsin override add payments-primary --person bo --replaces ana --from '2026-12-24 09:00' --to '2026-12-25 09:00'
  tocsin override add payments-primary --person bo --for 2h
  tocsin override add payments-primary --swap ana,bo --from 2026-12-24 --to 2026-12-26
  tocsin override add payments-primary --shadow eve --for 8h
  tocsin override add payments-primary --temporary --shift 'bo 2026-12-24T09:00Z/2026-12-25T09:00Z'`,
		RunE: func(c *cobra.Command, ids []string) error {
			p, err := a.client().Schedule(c.Context(), ids[0], time.Time{}, time.Time{})
			if err != nil {
				return noSchedule(err)
			}
			zone, err := zoneOf(p)
			if err != nil {
				return err
			}
			if err := s.read(a.now(), zone); err != nil {
				return err
			}
			out, err := a.client().AddOverride(c.Context(), ids[0], s.request)
			if err != nil {
				return noSchedule(err)
			}
			return a.showOverride(out, "in force")
		},
	}
	f := c.Flags()
	f.StringSliceVar(&s.people, "person", nil, "id of the `person` who takes over; several are on call together")
	f.StringVar(&s.request.Replaces, "replaces", "", "replace only this `person` (default: everybody on call)")
	f.StringSliceVar(&s.swap, "swap", nil, "the two `people` who swap their shifts, such as ana,bo")
	f.StringSliceVar(&s.shadow, "shadow", nil, "id of the `person` who shadows the people on call")
	f.BoolVar(&s.temporary, "temporary", false, "replace the schedule by the shifts of --shift")
	f.StringArrayVar(&s.shifts, "shift", nil, "`people and times` of a shift: 'ana,bo FROM/TO'; may be repeated")
	f.StringVar(&s.from, "from", "", "start: RFC 3339, '2026-12-24 18:00' or '18:00' in the schedule's time zone, or '+8h' from now (default: now; with --temporary: the first shift)")
	f.StringVar(&s.to, "to", "", "end, in the same forms (default with --temporary: the last shift)")
	durationVar(f, &s.lasts, "for", 0, "how long it lasts, instead of --to: 2h, 3d")
	a.ask(c, &s.request.Ask)
	for _, flag := range []string{"person", "replaces", "swap", "shadow"} {
		a.complete(c, flag, a.completePeople)
	}
	return c
}

// read fills in the request from the flags.
func (s *overrideFlags) read(now time.Time, zone *time.Location) error {
	kinds := 0
	for kind, people := range map[string][]string{"override": s.people, "swap": s.swap, "shadow": s.shadow} {
		if len(people) > 0 {
			kinds++
			s.request.Kind, s.request.People = kind, people
		}
	}
	if s.temporary {
		kinds++
		s.request.Kind = "temporary"
	}
	switch {
	case kinds != 1:
		return misuse("give one of --person, --swap, --shadow and --temporary")
	case s.temporary != (len(s.shifts) > 0):
		return misuse("--temporary and --shift need each other")
	case s.lasts != 0 && s.to != "":
		return misuse("--for and --to cannot be combined")
	case s.lasts < 0:
		return misuse("--for needs a positive duration such as 2h")
	}
	if err := s.readShifts(now, zone); err != nil {
		return err
	}
	return s.readPeriod(now, zone)
}

func (s *overrideFlags) readShifts(now time.Time, zone *time.Location) error {
	for _, text := range s.shifts {
		people, times, _ := strings.Cut(strings.TrimSpace(text), " ")
		first, last, ok := strings.Cut(times, "/")
		if !ok {
			return misuse("--shift %q: not 'people from/to'", text)
		}
		from, err := zonedInstant(strings.TrimSpace(first), now, zone)
		if err != nil {
			return misuse("--shift %q: %w", text, err)
		}
		to, err := zonedInstant(strings.TrimSpace(last), now, zone)
		if err != nil {
			return misuse("--shift %q: %w", text, err)
		}
		r := &s.request
		r.Shifts = append(r.Shifts, client.OverrideShift{People: strings.Split(people, ","), From: from, To: to})
		if r.From.IsZero() || from.Before(r.From) {
			r.From = from
		}
		if to.After(r.To) {
			r.To = to
		}
	}
	return nil
}

// readPeriod sets the start and the end, unless the shifts did.
func (s *overrideFlags) readPeriod(now time.Time, zone *time.Location) error {
	from, err := zonedInstant(s.from, now, zone)
	if err != nil {
		return misuse("--from: %w", err)
	}
	to, err := futureInstant(s.to, now, zone)
	if err != nil {
		return misuse("--to: %w", err)
	}
	r := &s.request
	if !from.IsZero() {
		r.From = from
	} else if r.From.IsZero() {
		r.From = now.Truncate(time.Second)
	}
	switch {
	case !to.IsZero():
		r.To = to
	case s.lasts > 0:
		r.To = r.From.Add(s.lasts)
	case r.To.IsZero():
		return misuse("say how long: --for 2h, or --to '2026-12-25 09:00'")
	}
	return nil
}

// showOverride prints what became of an override.
func (a *app) showOverride(out client.OverrideOutcome, did string) error {
	return a.show(out, func() {
		if !out.Done {
			fmt.Fprintf(a.stderr, "%s  accepted; not all services use it yet\n", brief(out.ID))
			return
		}
		o := *out.Override
		fmt.Fprintf(a.stdout, "%s  %s: %s in %s from %s to %s\n", brief(out.ID), did, clean(overrideText(o)), clean(o.Schedule), a.moment(o.From), a.moment(o.To))
	})
}

func (a *app) listOverrides(c *cobra.Command, schedules []string) error {
	schedules, err := a.schedules(c.Context(), schedules)
	if err != nil {
		return err
	}
	var all []client.Override
	for _, id := range schedules {
		some, err := a.client().Overrides(c.Context(), id)
		if err != nil {
			return noSchedule(err)
		}
		all = append(all, some...)
	}
	return list(a, all, "no overrides", []string{"ID", "SCHEDULE", "KIND", "FROM", "TO", "WHO", "BY", "NOTE"}, func(o client.Override) []string {
		return []string{brief(o.ID), o.Schedule, o.Kind, a.short(o.From), a.short(o.To), overrideText(o), name(o.By), fit(o.Note, 40)}
	})
}

// overrideText describes who does what.
func overrideText(o client.Override) string {
	people := strings.Join(o.People, ", ")
	switch {
	case o.Kind == "temporary" && len(o.Shifts) == 1:
		return "1 shift of " + strings.Join(o.Shifts[0].People, ", ")
	case o.Kind == "temporary":
		return count(len(o.Shifts), "shift")
	case o.Kind == "shadow":
		return people + " shadowing"
	case o.Kind == "swap":
		return strings.Join(o.People, " and ") + " swapped"
	case o.Replaces != "":
		return people + " for " + o.Replaces
	}
	return people
}
