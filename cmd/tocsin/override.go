package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

func newOverride(a *app) *cobra.Command {
	override := group(&cobra.Command{Use: "override", Short: "Changes of who is on call, for a stretch of time"})
	list := &cobra.Command{
		Use: "list [SCHEDULE]", Short: "List the overrides that are not over", Args: args(cobra.MaximumNArgs(1)), ValidArgsFunction: a.completeSchedules,
		RunE: func(c *cobra.Command, names []string) error { return a.listOverrides(c, names) },
	}
	override.AddCommand(newOverrideAdd(a), list, newOverrideRemove(a))
	return override
}

// stand is what the flags of `override add` say.
type stand struct {
	people, swap, shadow []string
	temporary            bool
	shifts               []string
	from, to             string
	lasts                time.Duration
	ask                  client.Overriding
}

func newOverrideAdd(a *app) *cobra.Command {
	var s stand
	c := &cobra.Command{
		Use: "add SCHEDULE", Short: "Let somebody stand in, swap, take other shifts, or look on", Args: args(cobra.ExactArgs(1)), ValidArgsFunction: a.completeSchedules,
		Example: `  tocsin override add payments-primary --person bo --replaces ana --from '2026-12-24 09:00' --to '2026-12-25 09:00'
  tocsin override add payments-primary --person bo --for 2h
  tocsin override add payments-primary --swap ana,bo --from 2026-12-24 --to 2026-12-26
  tocsin override add payments-primary --shadow eve --for 8h
  tocsin override add payments-primary --temporary --shift 'bo 2026-12-24T09:00Z/2026-12-25T09:00Z'`,
		RunE: func(c *cobra.Command, names []string) error { return a.addOverride(c, names[0], s) },
	}
	f := c.Flags()
	f.StringSliceVar(&s.people, "person", nil, "id of the `person` who stands in; several are on call together")
	f.StringVar(&s.ask.Replaces, "replaces", "", "stand in only for this `person` (default: for everybody on call)")
	f.StringSliceVar(&s.swap, "swap", nil, "the two `people` who exchange their duties, such as ana,bo")
	f.StringSliceVar(&s.shadow, "shadow", nil, "id of the `person` who looks on")
	f.BoolVar(&s.temporary, "temporary", false, "the shifts of --shift alone are the schedule")
	f.StringArrayVar(&s.shifts, "shift", nil, "`people and times` of one shift: 'ana,bo FROM/TO'; may be given several times")
	f.StringVar(&s.from, "from", "", "its beginning: RFC 3339, '2026-12-24 18:00' or '18:00' in the schedule's time, or '+8h' from now (default: now; of --temporary, the first shift)")
	f.StringVar(&s.to, "to", "", "its end, in the same forms (of --temporary: the last shift)")
	lengthVar(f, &s.lasts, "for", 0, "how long, in place of --to, such as 2h or 3d")
	a.by(c, &s.ask.By)
	f.StringVar(&s.ask.Note, "note", "", "free text for the record")
	for _, flag := range []string{"person", "replaces", "swap", "shadow"} {
		a.complete(c, flag, a.completePeople)
	}
	return c
}

func newOverrideRemove(a *app) *cobra.Command {
	var by string
	c := &cobra.Command{
		Use: "remove SCHEDULE ID…", Short: "Take overrides back", Args: args(cobra.MinimumNArgs(2)), ValidArgsFunction: a.completeOverrides,
		RunE: func(c *cobra.Command, words []string) error {
			for _, id := range words[1:] {
				out, err := a.client().RemoveOverride(c.Context(), words[0], id, by)
				if err != nil {
					return lostOverride(err)
				}
				if err := a.placed(out, "taken back"); err != nil {
					return err
				}
			}
			return nil
		},
	}
	a.by(c, &by)
	return c
}

func (a *app) addOverride(c *cobra.Command, schedule string, s stand) error {
	zone, err := a.zone(c, schedule)
	if err != nil {
		return err
	}
	if err := s.read(a.now(), zone); err != nil {
		return misuse(c, err)
	}
	out, err := a.client().AddOverride(c.Context(), schedule, s.ask)
	if err != nil {
		return lostSchedule(err)
	}
	return a.placed(out, "in force")
}

// zone is the one in which a schedule hands off.
func (a *app) zone(c *cobra.Command, schedule string) (*time.Location, error) {
	p, err := a.client().Schedule(c.Context(), schedule, time.Time{}, time.Time{})
	if err != nil {
		return nil, lostSchedule(err)
	}
	zone, err := time.LoadLocation(p.Timezone)
	if err != nil {
		return nil, fmt.Errorf("the zone of %s is not known here: %w", schedule, err)
	}
	return zone, nil
}

// read makes the request of the flags.
func (s *stand) read(now time.Time, zone *time.Location) error {
	said := 0
	for kind, people := range map[string][]string{"override": s.people, "swap": s.swap, "shadow": s.shadow} {
		if len(people) > 0 {
			said++
			s.ask.Kind, s.ask.People = kind, people
		}
	}
	if s.temporary {
		said++
		s.ask.Kind = "temporary"
	}
	switch {
	case said != 1:
		return errors.New("say one of --person, --swap, --shadow and --temporary")
	case s.temporary != (len(s.shifts) > 0):
		return errors.New("--temporary and --shift belong together")
	case s.lasts != 0 && s.to != "":
		return errors.New("--for and --to exclude each other")
	case s.lasts < 0:
		return errors.New("--for needs a length of time, such as 2h")
	}
	if err := s.readShifts(now, zone); err != nil {
		return err
	}
	return s.readStretch(now, zone)
}

func (s *stand) readShifts(now time.Time, zone *time.Location) error {
	for _, text := range s.shifts {
		people, times, _ := strings.Cut(strings.TrimSpace(text), " ")
		first, last, ok := strings.Cut(times, "/")
		if !ok {
			return fmt.Errorf("shift %q is not 'people from/to'", text)
		}
		from, err := zonedInstant(strings.TrimSpace(first), now, zone)
		if err != nil {
			return fmt.Errorf("shift %q: %w", text, err)
		}
		to, err := zonedInstant(strings.TrimSpace(last), now, zone)
		if err != nil {
			return fmt.Errorf("shift %q: %w", text, err)
		}
		s.ask.Shifts = append(s.ask.Shifts, client.Turn{People: strings.Split(people, ","), From: from, To: to})
		if s.ask.From.IsZero() || from.Before(s.ask.From) {
			s.ask.From = from
		}
		if to.After(s.ask.To) {
			s.ask.To = to
		}
	}
	return nil
}

// readStretch reads beginning and end, which shifts alone may have given already.
func (s *stand) readStretch(now time.Time, zone *time.Location) error {
	from, err := zonedInstant(s.from, now, zone)
	if err != nil {
		return err
	}
	to, err := ahead(s.to, now, zone)
	if err != nil {
		return err
	}
	if !from.IsZero() {
		s.ask.From = from
	} else if s.ask.From.IsZero() {
		s.ask.From = now.Truncate(time.Second)
	}
	switch {
	case !to.IsZero():
		s.ask.To = to
	case s.lasts > 0:
		s.ask.To = s.ask.From.Add(s.lasts)
	case s.ask.To.IsZero():
		return errors.New("say until when: --for 2h, or --to '2026-12-25 09:00'")
	}
	return nil
}

// placed tells what became of an override.
func (a *app) placed(out client.Placed, done string) error {
	if a.json {
		return object(a.stdout, out)
	}
	if !out.Done {
		fmt.Fprintf(a.stderr, "%s accepted; not known yet to count everywhere\n", brief(out.ID))
		return nil
	}
	o := *out.Override
	fmt.Fprintf(a.stdout, "%s  %s: %s in %s from %s to %s\n", brief(out.ID), done, clean(whose(o)), clean(o.Schedule), a.moment(o.From), a.moment(o.To))
	return nil
}

func (a *app) listOverrides(c *cobra.Command, names []string) error {
	if len(names) == 0 {
		all, err := a.client().Schedules(c.Context())
		if err != nil {
			return err
		}
		for _, one := range all {
			names = append(names, one.Schedule)
		}
	}
	all := []client.Override{}
	for _, schedule := range names {
		some, err := a.client().Overrides(c.Context(), schedule)
		if err != nil {
			return lostSchedule(err)
		}
		all = append(all, some...)
	}
	if a.json {
		return object(a.stdout, all)
	}
	if len(all) == 0 {
		fmt.Fprintln(a.stderr, "no overrides")
		return nil
	}
	rows := [][]string{{"ID", "SCHEDULE", "KIND", "FROM", "TO", "WHO", "BY", "NOTE"}}
	for _, o := range all {
		rows = append(rows, []string{brief(o.ID), o.Schedule, o.Kind, a.short(o.From), a.short(o.To), whose(o), name(o.By), fit(o.Note, 40)})
	}
	table(a.stdout, rows)
	return nil
}

// whose tells who does what by an override.
func whose(o client.Override) string {
	people := strings.Join(o.People, ", ")
	switch {
	case o.Kind == "temporary" && len(o.Shifts) == 1:
		return "1 shift of " + strings.Join(o.Shifts[0].People, ", ")
	case o.Kind == "temporary":
		return fmt.Sprintf("%d shifts", len(o.Shifts))
	case o.Kind == "shadow":
		return people + " looking on"
	case o.Kind == "swap":
		return strings.Join(o.People, " for ") + " and back"
	case o.Replaces != "":
		return people + " for " + o.Replaces
	}
	return people
}

// lostSchedule adds where to look to an error about a schedule.
func lostSchedule(err error) error {
	if classify(err).code == codeNotFound {
		return fault{err: err, hint: "'tocsin schedule list' lists the schedules"}
	}
	return err
}

func lostOverride(err error) error {
	if classify(err).code == codeNotFound {
		return fault{err: err, hint: "'tocsin override list' lists them; an id may be shortened to 4 characters or more"}
	}
	return err
}
