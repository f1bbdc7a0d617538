package main

import (
	"strings"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

func newOnCall(a *app) *cobra.Command {
	var at string
	who := &cobra.Command{
		Use: "who [SCHEDULE]", Short: "Show who is on call, and until when", Args: args(cobra.MaximumNArgs(1)), ValidArgsFunction: a.completeSchedules,
		Example: "  tocsin oncall who payments-primary --at 2026-12-24T18:00:00+01:00\n  tocsin oncall who --at +8h",
		RunE: func(c *cobra.Command, ids []string) error {
			t, err := instant(at, a.now())
			if err != nil {
				return misuse("--at: %w", err)
			}
			if len(ids) == 0 {
				all, err := a.client().Duties(c.Context(), t)
				if err != nil {
					return err
				}
				return a.listDuties(all)
			}
			d, err := a.client().OnCall(c.Context(), ids[0], t)
			if err != nil {
				return noSchedule(err)
			}
			if a.json {
				return object(a.stdout, d)
			}
			return a.listDuties([]client.Duty{d})
		},
	}
	who.Flags().StringVar(&at, "at", "", "when: "+instantForms+" (default: now)")
	return group(&cobra.Command{Use: "oncall", Short: "Show who is on call"}, who)
}

func (a *app) listDuties(all []client.Duty) error {
	return list(a, all, "the catalog has no schedules", []string{"SCHEDULE", "ON CALL", "UNTIL"}, func(d client.Duty) []string {
		people := names(d.People)
		if len(d.Shadows) > 0 {
			people += " (shadowed by " + strings.Join(d.Shadows, ", ") + ")"
		}
		return []string{d.Schedule, people, a.short(d.Until)}
	})
}
