package catalog_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rules"
	"tocsin.dev/pkg/events"
)

// ruled is a catalog of 1,000 rules: 100 policies of three levels and seven triggers each, all with
// conditions, beside 1,000 routes, targets of response and resolution on a business calendar, and a matrix.
func ruled(tb testing.TB) *catalog.Catalog {
	var b strings.Builder
	b.WriteString(`
calendars: {office: {timezone: Europe/Madrid, hours: ["Mon-Fri 09:00-18:00"], holidays: [2026-12-25]}}
priority_matrix:
  impact: [high, low]
  urgency: [high, low]
  priorities: [[P1, P2], [P3, P4]]
  severities: {critical: high, warning: low}
targets:
  P1: {response: 15m, resolution: 4h}
  P2: {response: 30m, resolution: 8h, calendar: office}
people:
  ana: {manager: cleo, contact: [{console: true}]}
  bo: {contact: [{console: true}]}
  cleo: {contact: [{console: true}]}
teams: {payments: {lead: cleo, members: [ana, bo], policy: policy-0}}
schedules:
  primary: {timezone: Europe/Madrid, layers: [{rotation: weekly, handoff: "Mon 09:00", start: 2026-01-05, people: [ana, bo]}]}
`)
	b.WriteString("policies:\n")
	for n := range 100 {
		fmt.Fprintf(&b, `  policy-%d:
    levels:
      - {page: [schedule:primary], ack_within: 5m, when: 'labels.cluster != "test-%[1]d"'}
      - {page: [team:payments:round_robin], ack_within: 5m, when: 'priority <= "P2" && alerts > 0'}
      - {page: [role:lead], kind: hierarchical, when: 'now.getHours("Europe/Madrid") >= 0'}
    triggers:
      - {on: unacknowledged, after: 30m, page: [role:manager], when: 'tier == 1'}
      - {on: unresolved, after: 2h, repeat: 3, page: [role:holder], when: 'severity == "critical"'}
      - {on: open, after: 4h, climb: next, when: 'working_hours("office")'}
      - {on: response, at: 80%%, page: [role:lead], when: 'acknowledged == false'}
      - {on: resolution, page: [role:lead], when: 'open_for > duration("1h")'}
      - {on: nobody, page: [role:lead], when: 'labels.team == "payments"'}
      - {on: spike, more_than: 500, within: 10m, by: category, page: [role:lead], when: 'alerts > 1'}
`, n)
	}
	b.WriteString("services:\n  catch-all: {team: payments, policy: policy-0}\n")
	for n := range 1000 {
		fmt.Fprintf(&b, "  service-%d: {team: payments, policy: policy-%d, tier: 1, impact: high, calendar: office}\n", n, n%100)
	}
	b.WriteString("routes:\n")
	for n := range 1000 {
		fmt.Fprintf(&b, "  - {when: 'labels.job == \"job-%d\"', service: service-%[1]d}\n", n)
	}
	b.WriteString("  - {service: catch-all}\n")
	c, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(b.String())})
	require.NotNil(tb, c, "%v", faults)
	return c
}

// BenchmarkDecideRules decides a day's mix of inputs on a catalog of 1,000 rules: of ten, three alerts
// open an incident, five repeat, one is an acknowledgement and one clears. It reports the median too.
func BenchmarkDecideRules(b *testing.B) {
	c := ruled(b)
	monday := time.Date(2026, time.March, 2, 10, 0, 0, 0, time.UTC)
	all := mix(c, monday)
	spent := make([]time.Duration, 0, b.N)
	var s *rules.State
	b.ReportAllocs()
	b.ResetTimer()
	for n := range b.N {
		if n%len(all) == 0 {
			b.StopTimer()
			s = rules.NewState(0)
			s.Use(c.Rules)
			b.StartTimer()
		}
		start := time.Now()
		s.Decide(all[n%len(all)], monday)
		spent = append(spent, time.Since(start))
	}
	slices.Sort(spent)
	b.ReportMetric(float64(spent[len(spent)/2].Nanoseconds()), "median-ns")
	b.ReportMetric(float64(spent[len(spent)*99/100].Nanoseconds()), "p99-ns")
}

// mix returns 20,000 inputs that fit together: ids follow from where an input stands.
func mix(c *catalog.Catalog, at time.Time) []rules.Input {
	s := rules.NewState(0)
	s.Use(c.Rules)
	var all []rules.Input
	var opened []string
	for n := range 20_000 {
		in := mixed(n, opened, at)
		facts := s.Decide(in, at).Facts
		if n%10 < 3 {
			opened = append(opened, facts[0].Subject)
		}
		all = append(all, in)
	}
	return all
}

// mixed is the n-th input of the mix.
func mixed(n int, opened []string, at time.Time) rules.Input {
	which := n / 10 * 3
	if kind := n % 10; kind < 3 {
		which += kind
	}
	a := events.Alert{
		Key: fmt.Sprintf("HighLatency/node-%d", which), Severity: "critical", Summary: "latency is high", StartsAt: at,
		Labels: events.NewLabels(map[string]string{"alertname": "HighLatency", "cluster": "prod", "category": "latency", "team": "payments"}),
	}
	var data events.Data = events.AlertReceived{Alert: a}
	switch n % 10 {
	case 8:
		data = events.AcknowledgementReceived{Command: events.Command{Incident: opened[len(opened)-2], By: "person:ana"}}
	case 9:
		data = events.AlertCleared{Alert: a}
	}
	e := events.New(data)
	e.ID, e.Time, e.Service = fmt.Sprint("input-", n), at, fmt.Sprintf("service-%d", which%1000)
	return rules.Input{Position: uint64(n) + 1, Event: e}
}
