package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

func newWhy(a *app) *cobra.Command {
	var person, zone string
	c := &cobra.Command{
		Use: "why ID", Short: "Explain who was paged for an incident, who was not, and why", Args: args(cobra.ExactArgs(1)), ValidArgsFunction: a.completeIncidents("all"),
		Long: `Explain each escalation level and trigger of an incident: whom it names, by which line of the catalog,
schedule entry or override; what each channel answered; and why a level was not reached. With --person,
explain why that person was or was not paged. The answer uses the catalog and the overrides of that time, not
today's.`,
		Example: "  tocsin why 05dafccf\n  tocsin why 05dafccf --person ana",
		RunE: func(c *cobra.Command, ids []string) error {
			w, err := a.client().Why(c.Context(), ids[0], person, cmp.Or(zone, localZone()))
			if err != nil {
				if strings.Contains(err.Error(), "no such person") {
					return notFound(err, "name a person of the catalog that was in force when the incident opened")
				}
				return noIncident(err)
			}
			return a.show(w.Raw, func() { fmt.Fprintln(a.stdout, strings.TrimRight(cleanLines(w.Text), "\n")) })
		},
	}
	a.person(c, &person, "person", "explain why this `person` was or was not paged")
	c.Flags().StringVar(&zone, "timezone", "", "time `zone` of the output, such as Europe/Madrid (default: the local one)")
	return c
}

// localZone returns the IANA name of the local time zone, from TZ or from the target of /etc/localtime. It is
// empty, which means UTC, if neither names one.
func localZone() string {
	if zone, set := os.LookupEnv("TZ"); set {
		return strings.TrimPrefix(zone, ":")
	}
	at, err := filepath.EvalSymlinks("/etc/localtime")
	if err != nil {
		return ""
	}
	_, zone, _ := strings.Cut(at, "zoneinfo/")
	return zone
}
