package rehearsal_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/pkg/events"
)

const small = `
people:
  ana:
    timezone: Europe/Madrid
    contact: [{id: hook, webhook: {url: "https://pager.example.com/ana"}}, {id: screen, console: true}]
    notify: {high: [{via: hook}, {via: screen, after: 2m}], low: [{via: screen, after: 3m}]}
  bo: {contact: [{id: hook, webhook: {url: "https://pager.example.com/bo"}}]}
  cleo: {contact: [{id: screen, console: true}]}
teams:
  payments: {lead: cleo, members: [ana, bo]}
schedules:
  # On call from the twelfth on: before that there is nobody.
  primary: {timezone: Europe/Madrid, layers: [{rotation: daily, handoff: "09:00", start: 2026-01-12, people: [ana]}]}
policies:
  payments:
    levels:
      - {page: [person:ana], ack_within: 5m}
      - {page: [person:bo], ack_within: 10m, kind: functional}
      - {page: [role:lead], kind: hierarchical}
    repeat: 1
    unacknowledge_after: 30m
  rota: {levels: [{page: [schedule:primary]}]}
services:
  checkout: {team: payments, policy: payments}
  rota: {team: payments, policy: rota}
routes:
  - {when: 'labels.job == "checkout"', service: checkout}
  - {service: rota}
`

// busy has something of everything.
const busy = `
people:
  ana: {manager: cleo, contact: [{id: hook, webhook: {url: "https://pager.example.com/ana"}}, {id: screen, console: true}]}
  bo: {contact: [{id: hook, webhook: {url: "https://pager.example.com/bo"}}]}
  cleo: {contact: [{id: screen, console: true}]}
chats: {room: {contact: [{id: chat, webhook: {url: "https://chat.example.com/room"}}]}}
calendars: {office: {timezone: Europe/Madrid, hours: ["Mon-Fri 09:00-13:30"]}}
teams:
  payments: {lead: cleo, members: [ana, bo]}
  platform: {lead: ana, members: [bo]}
schedules:
  primary: {timezone: Europe/Madrid, layers: [{rotation: daily, handoff: "09:00", start: 2026-01-12, people: [ana, bo], only: ["09:00-14:00"]}]}
policies:
  payments:
    levels:
      - {page: [schedule:primary, chat:room], ack_within: 5m, repeat: 1, skip_if_empty: false}
      - {page: [team:payments], minimum_responders: 2, ack_within: 10m, when: 'alerts > 0'}
      - {to: platform}
    repeat: 1
    unacknowledge_after: 30m
    triggers:
      - {on: unacknowledged, after: 12m, repeat: 2, page: [role:manager]}
      - {on: unresolved, after: 20m, page: [role:holder]}
      - {on: open, after: 90m, climb: next, when: 'severity == "critical"'}
      - {on: response, at: 80%, page: [role:lead]}
      - {on: resolution, page: [chat:room], priority: P1}
      - {on: priority_raised, page: [chat:room]}
      - {on: nobody, page: [role:lead]}
      - {on: undeliverable, page: [chat:room]}
      - {on: spike, more_than: 2, within: 10m, page: [role:lead]}
  platform:
    levels: [{page: [team:platform:round_robin], hold_until: working_hours}, {page: [schedule:primary], hold_until: on_call}]
    exhausted: {page: [role:lead], priority: P2}
services:
  checkout:
    team: payments
    impact: high
    calendar: office
    targets: {P1: {response: 15m, resolution: 1h}, P2: {response: 20m}, P3: {resolution: 3h, pause: [snoozed]}}
  rota: {team: payments, policy: platform}
  shop: {team: platform}
routes: [{service: checkout}]
priority_matrix: {impact: [high, low], urgency: [high, low], priorities: [[P1, P2], [P3, P5]], severities: {critical: high, info: low}}
`

var start = time.Date(2026, time.January, 20, 12, 0, 0, 0, time.UTC)

func parse(t testing.TB, text string) *catalog.Catalog {
	t.Helper()
	c, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(text)})
	require.NotNil(t, c, faults)
	return c
}

// only is a catalog that nothing replaces.
func only(c *catalog.Catalog) rehearsal.Catalogs { return rehearsal.Catalogs{"": c} }

func critical(key string) events.Alert {
	return events.Alert{Key: key, Summary: key, Severity: "critical"}
}

func after(d time.Duration) time.Time { return start.Add(d) }

// readFolder reads a catalog's folder of the examples.
func readFolder(t testing.TB, dir string) *catalog.Catalog {
	t.Helper()
	files := map[string][]byte{}
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	require.NoError(t, err)
	for _, name := range names {
		files[filepath.Base(name)], err = os.ReadFile(name)
		require.NoError(t, err)
	}
	c, faults := catalog.Parse(files)
	require.NotNil(t, c, faults)
	return c
}

func file(t testing.TB, source string) rehearsal.File {
	t.Helper()
	f, faults := rehearsal.Parse("cases.yaml", []byte(source))
	require.Empty(t, faults)
	return f
}

func duration(t testing.TB, s string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(s)
	require.NoError(t, err)
	return d
}
