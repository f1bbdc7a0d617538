package rehearsal_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/pkg/events"
)

// A calendar that lies among the catalog's files counts from the start, and with a new catalog the new
// one; nobody is on call by one at an address.
func TestCalendars(t *testing.T) {
	parse := func(schedule, calendar string) *catalog.Catalog {
		files := map[string][]byte{"catalog.yaml": []byte(`
people: {ana: {contact: [{console: true}]}, bo: {contact: [{console: true}]}, cleo: {contact: [{console: true}]}}
teams: {shop: {lead: cleo, members: [ana, bo]}}
services: {checkout: {team: shop, policy: shop}}
routes: [{service: checkout}]
policies: {shop: {levels: [{page: [schedule:rota], skip_if_empty: true}, {page: [person:cleo]}]}}
schedules: {rota: {timezone: UTC, ical: ` + schedule + "}}\n")}
		if calendar != "" {
			files["rota.ics"] = []byte("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20260101T080000Z\nDURATION:PT8H\nRRULE:FREQ=DAILY\nSUMMARY:" + calendar + "\nEND:VEVENT\nEND:VCALENDAR\n")
		}
		c, faults := catalog.Parse(files)
		require.NotNil(t, c, "%v", faults)
		return c
	}
	paged := func(r *rehearsal.Rehearsal, key string) (targets []string) {
		before := len(r.Ledger())
		r.Fire("checkout", events.Alert{Key: key})
		for _, e := range r.Ledger()[before:] {
			if page, ok := e.Data.(events.PageRequested); ok {
				targets = append(targets, page.Target)
			}
		}
		return targets
	}
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	r := rehearsal.New(parse("{file: rota.ics}", "ana"), noon)
	require.Equal(t, []string{"person:ana"}, paged(r, "a"))
	require.Empty(t, r.Revise(parse("{file: rota.ics}", "bo")))
	r.Until(noon.Add(time.Minute))
	require.Equal(t, []string{"person:bo"}, paged(r, "b"))
	r.Until(noon.Add(9 * time.Hour))
	require.Equal(t, []string{"person:cleo"}, paged(r, "c"), "nobody is on call at night")

	r = rehearsal.New(parse("{url: 'https://calendar.example.com/rota.ics'}", ""), noon)
	require.Equal(t, []string{"person:cleo"}, paged(r, "a"))
}
