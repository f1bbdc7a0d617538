package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tocsin.dev/pkg/client"
)

func newIncident(a *app) *cobra.Command {
	incident := group(&cobra.Command{Use: "incident", Short: "List, show and answer incidents"},
		newIncidentList(a), newIncidentShow(a), newSimilar(a), newReview(a), newDocument(a))
	incident.AddCommand(incidentVerbs(a)...)
	return incident
}

func newIncidentList(a *app) *cobra.Command {
	var q client.Query
	var from, to string
	var labels []string
	c := &cobra.Command{
		Use: "list", Short: "List and search incidents, newest first", Args: args(cobra.NoArgs),
		Long: `List and search incidents, newest first. All conditions must match.

--text finds whole words in any order, ignoring case: in the title, the service, notes, and the summaries,
descriptions and label values of alerts. If the list reaches --limit, a line on stderr says how to get the
next page.`,
		Example: `  tocsin incident list --status all --text "connection refused" --service checkout
  tocsin incident list --status all --person ana --priority P1 --from 2026-03-01 --to 2026-04-01
  tocsin incident list --status resolved --label cluster=eu1 --label job=api --limit 200`,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			q.Priority = strings.ToUpper(q.Priority)
			if q.From, q.To, err = localPeriod(from, to, a.now()); err != nil {
				return err
			}
			if q.Labels, err = pairs(labels); err != nil {
				return err
			}
			all, err := a.client().Incidents(c.Context(), q)
			if err != nil {
				return err
			}
			return a.listIncidents(all, q.Limit)
		},
	}
	a.choice(c, &q.Status, "status", "open", "open, all, triggered, acknowledged, snoozed or resolved", "open", "all", "triggered", "acknowledged", "snoozed", "resolved")
	a.choice(c, &q.Priority, "priority", "", "only incidents that have this priority now, P1 to P5", priorities...)
	f := c.Flags()
	f.StringVar(&q.Service, "service", "", "only incidents of this service")
	f.StringVar(&q.Team, "team", "", "only incidents of this team")
	f.StringVar(&q.Person, "person", "", "only incidents that this person was paged for or answered")
	f.StringArrayVar(&labels, "label", nil, "only incidents with an alert that has this label, `name=value`; may be repeated")
	f.StringVar(&q.Text, "text", "", "only incidents that contain all these `words`")
	f.StringVar(&from, "from", "", "only incidents opened at or after this `instant`")
	f.StringVar(&to, "to", "", "only incidents opened before this `instant`")
	f.IntVar(&q.Limit, "limit", 50, "maximum number of incidents, up to 1000")
	f.StringVar(&q.Before, "before", "", "next page: only incidents listed after the one with this `id`")
	return c
}

// listIncidents writes incidents, and how to get the next page if the list is full.
func (a *app) listIncidents(all []client.Incident, limit int) error {
	err := list(a, all, "no incidents", []string{"ID", "STATUS", "PRIO", "SERVICE", "LEVEL", "OPENED", "BY", "TITLE"}, func(i client.Incident) []string {
		return []string{brief(i.ID), i.Status, i.Priority, i.Service, strconv.Itoa(i.Level), a.short(i.OpenedAt), name(i.AcknowledgedBy), fit(i.Title, 80)}
	})
	if err == nil && !a.json && len(all) == limit {
		fmt.Fprintf(a.stderr, "there may be more: add --before %s for the next page\n", all[len(all)-1].ID)
	}
	return err
}
