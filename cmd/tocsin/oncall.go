package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

func newOnCall(a *app) *cobra.Command {
	oncall := group(&cobra.Command{Use: "oncall", Short: "Who is on call"})
	var at string
	who := &cobra.Command{
		Use: "who [SCHEDULE]", Short: "Tell who is on call, and until when", Args: args(cobra.MaximumNArgs(1)), ValidArgsFunction: a.completeSchedules,
		Example: "  tocsin oncall who payments-primary --at 2026-12-24T18:00:00+01:00\n  tocsin oncall who --at +8h",
		RunE: func(c *cobra.Command, names []string) error {
			t, err := instant(at, a.now())
			if err != nil {
				return misuse(c, err)
			}
			if len(names) == 0 {
				return a.duties(c, t)
			}
			d, err := a.client().OnCall(c.Context(), names[0], t)
			if err != nil {
				if classify(err).code == codeNotFound {
					return fault{err: err, hint: "'tocsin oncall who' lists the schedules"}
				}
				return err
			}
			if a.json {
				return object(a.stdout, d)
			}
			a.showDuties([]client.Duty{d})
			return nil
		},
	}
	who.Flags().StringVar(&at, "at", "", "an instant: RFC 3339, '2026-12-24 18:00' or '18:00' in local time, or '+8h' from now (default: now)")
	oncall.AddCommand(who)
	return oncall
}

func (a *app) duties(c *cobra.Command, at time.Time) error {
	all, err := a.client().Duties(c.Context(), at)
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
	a.showDuties(all)
	return nil
}

func (a *app) showDuties(all []client.Duty) {
	rows := [][]string{{"SCHEDULE", "ON CALL", "UNTIL"}}
	for _, d := range all {
		people := strings.Join(d.People, ", ")
		if people == "" {
			people = "nobody"
		}
		if len(d.Shadows) > 0 {
			people += " (" + strings.Join(d.Shadows, ", ") + " looking on)"
		}
		rows = append(rows, []string{d.Schedule, people, a.short(d.Until)})
	}
	table(a.stdout, rows)
}

// instant reads the forms of --at, in local time; the zero time means now.
func instant(s string, now time.Time) (time.Time, error) { return zonedInstant(s, now, time.Local) }

// zonedInstant is [instant] in the wall time of a zone.
func zonedInstant(s string, now time.Time, zone *time.Location) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if ahead, ok := strings.CutPrefix(s, "+"); ok {
		d, err := time.ParseDuration(ahead)
		if err != nil {
			return time.Time{}, fmt.Errorf("%q is no instant: %q is no duration", s, ahead)
		}
		return now.Add(d), nil
	}
	for _, form := range []string{
		time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly,
	} {
		if t, err := time.ParseInLocation(form, s, zone); err == nil {
			return t, nil
		}
	}
	if t, err := time.Parse("15:04", s); err == nil {
		y, m, d := now.In(zone).Date()
		return time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, zone), nil
	}
	return time.Time{}, fmt.Errorf("%q is no instant", s)
}

// ahead is [zonedInstant] for what lies ahead: a time of day that has passed is the next day's.
func ahead(s string, now time.Time, zone *time.Location) (time.Time, error) {
	t, err := zonedInstant(s, now, zone)
	if _, clock := time.Parse("15:04", s); clock == nil && err == nil && !t.After(now) {
		y, m, d := t.Date()
		t = time.Date(y, m, d+1, t.Hour(), t.Minute(), 0, 0, zone)
	}
	return t, err
}
