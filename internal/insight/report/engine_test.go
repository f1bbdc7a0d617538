package report_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/report"
	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/pkg/events"
)

const policies = `
people:
  ana: {contact: [{console: true}], manager: cleo}
  bo: {contact: [{console: true}]}
  cleo: {contact: [{console: true}]}
teams:
  payments: {lead: cleo, members: [ana, bo]}
services:
  catch-all: {team: payments, policy: payments}
  checkout: {team: payments, policy: payments}
routes:
  - {service: catch-all}
policies:
  payments:
    levels:
      - {page: [person:ana], ack_within: 5m}
      - {page: [person:bo], ack_within: 10m, kind: functional}
      - {page: [role:lead], ack_within: 10m, kind: hierarchical}
    reopen_within: 10m
`

// TestOnDecisions lets the real rules decide, and reports what they did.
func TestOnDecisions(t *testing.T) {
	c, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(policies)})
	require.NotNil(t, c, "%v", faults)
	begin := time.Date(2026, 3, 6, 21, 50, 0, 0, time.UTC) // a Friday evening
	r := rehearsal.New(c, begin)
	fire := func(key string) (ask func(func(events.Command) events.Data)) {
		a := events.Alert{Key: key, Summary: key, Severity: "critical"}
		placed := r.Fire("checkout", a)
		return func(make func(events.Command) events.Data) {
			t.Helper()
			id, ok := r.Incident(placed.Service, placed.Dedup)
			require.True(t, ok)
			require.Empty(t, r.Ask(make(events.Command{Incident: id, By: "person:bo"})))
		}
	}
	ack := func(c events.Command) events.Data { return events.AcknowledgementReceived{Command: c} }
	resolve := func(c events.Command) events.Data { return events.ResolutionReceived{Command: c} }
	reopen := func(c events.Command) events.Data { return events.ReopeningReceived{Command: c} }

	first := fire("first")              // pages ana at 21:50, bo at 21:55
	r.Until(begin.Add(6 * time.Minute)) // 21:56
	first(ack)
	r.Until(begin.Add(30 * time.Minute))
	first(resolve)
	first(reopen) // pages ana at 22:20, at night
	first(ack)
	r.Until(begin.Add(60 * time.Minute))
	first(resolve)

	fire("second") // ana at 22:50, bo, cleo
	r.Until(begin.Add(90 * time.Minute))
	r.Clear("checkout", events.Alert{Key: "second", Summary: "second"})

	var facts report.Collector
	for _, e := range r.Ledger() {
		facts.Add(e)
	}
	require.Zero(t, facts.Unknown())
	got, err := report.Make(facts.Incidents(), report.Options{Levels: map[string]int{"payments": 3}})
	require.NoError(t, err)

	require.Equal(t, 2, got.Incidents)
	require.Zero(t, got.Open)
	require.Equal(t, 1, got.TimeToAcknowledge.Count)
	require.InDelta(t, 360, *got.TimeToAcknowledge.P50, 0)
	require.InDelta(t, 1800, *got.TimeToResolve.P50, 0)
	require.InDelta(t, 3600, *got.TimeToResolve.P95, 0)
	require.Equal(t, 1, got.Reopened)
	require.Equal(t, 1, got.Noise)
	require.Equal(t, report.Escalations{
		ByKind: map[string]int{"functional": 2, "hierarchical": 1}, ByLevel: map[string]int{"2": 2, "3": 1},
	}, got.Escalations)
	require.Equal(t, 6, got.Pages.Count)
	require.Equal(t, 6, got.Pages.FirstTry)
	require.Equal(t, 4, got.Pages.AtNight)
	require.Zero(t, got.Pages.AtWeekends)
	require.Equal(t, 5, got.Pages.InterruptedHours, "ana 21 and 22, bo 21 and 22, cleo 23")
	require.Equal(t, []report.PolicyLevel{
		{Policy: "payments", Level: 1, Reached: 2},
		{Policy: "payments", Level: 2, Reached: 2, Answered: 1},
		{Policy: "payments", Level: 3, Reached: 1},
	}, got.Policies)
}
