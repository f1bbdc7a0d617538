package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
)

func newWhy(a *app) *cobra.Command {
	var person, zone string
	why := &cobra.Command{
		Use: "why ID", Short: "Tell why who was paged, and who was not", Args: args(cobra.ExactArgs(1)), ValidArgsFunction: a.completeIncidents("all"),
		Long: `Tells what each level and trigger of an incident came to: whom it meant, by which line of the catalog, schedule
entry or override, what each channel answered, and what kept a level from being reached. With --person it answers
about one person, paged or not. It goes by the catalog and the overrides of that time, not by today's.`,
		Example: "  tocsin why 05dafccf\n  tocsin why 05dafccf --person ana",
		RunE: func(c *cobra.Command, ids []string) error {
			if zone == "" {
				zone = localZone()
			}
			w, err := a.client().Why(c.Context(), ids[0], person, zone)
			if err != nil {
				return nameless(err)
			}
			if a.json {
				return object(a.stdout, w.Raw)
			}
			fmt.Fprintln(a.stdout, strings.TrimRight(cleanLines(w.Text), "\n"))
			return nil
		},
	}
	why.Flags().StringVar(&person, "person", "", "why this person was paged, or was not")
	why.Flags().StringVar(&zone, "timezone", "", "`zone` of the instants, such as Europe/Madrid (default: this machine's)")
	why.RegisterFlagCompletionFunc("person", a.completePeople) //nolint:errcheck // the flag is there
	return why
}

// nameless is [lost], but for a person who is not there: the error itself says who may be meant.
func nameless(err error) error {
	if classify(err).code == codeNotFound && strings.Contains(err.Error(), "no such person") {
		return fault{err: err, hint: "people are those of the catalog that the incident opened with"}
	}
	return lost(err)
}

// localZone is the IANA name of this machine's time zone, from TZ or from where /etc/localtime leads;
// empty, which is UTC, where it has none.
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
