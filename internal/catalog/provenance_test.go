package catalog_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

const placed = `people:
  ana:
    contact: [{id: screen, console: true}]
    notify:
      low: [{via: screen, after: 3m}]
teams:
  payments: {lead: ana, members: [ana]}
chats: {room: {contact: [{id: chat, webhook: {url: "https://chat.example.com/room"}}]}}
webhooks:
  status: {url: "https://status.example.com/hook"}
schedules:
  primary:
    timezone: Europe/Madrid
    layers:
      - {start: 2026-01-05, people: [ana]}
      - {start: 2026-01-05, people: [ana], only: ["09:00-17:00"]}
services:
  checkout: {team: payments, policy: payments}
routes:
  - {when: 'labels.job == "shop" || severity in ["critical"]', service: checkout}
  - {service: checkout}
policies:
  payments:
    levels:
      - {page: [schedule:primary]}
      - page: [person:ana]
        when: 'priority == "P1"'
    exhausted: {page: [role:lead]}
    triggers: [{on: nobody, page: [role:lead]}]
`

func read(t *testing.T, text string) *catalog.Catalog {
	c, faults := catalog.Parse(map[string][]byte{"tocsin.yaml": []byte(text)})
	require.False(t, catalog.Refused(faults), faults)
	return c
}

func TestPlaces(t *testing.T) {
	c := read(t, placed)
	at := &c.Places
	for place, line := range map[catalog.Place]int{
		at.Person("ana"): 2, at.Notify("ana", "low"): 5, at.Team("payments"): 7, at.Chat("room"): 8, at.Webhook("status"): 10,
		at.Schedule("primary"): 12, at.Layer("primary", 1): 15, at.Layer("primary", 2): 16, at.Service("checkout"): 18,
		at.Policy("payments"): 23, at.Level("payments", 1): 25, at.Level("payments", 2): 26, at.Exhausted("payments"): 28,
	} {
		require.Equal(t, catalog.Place{File: "tocsin.yaml", Line: line}, place)
	}
	require.Equal(t, at.Person("ana"), at.Notify("ana", "high"), "nothing is said about high: the person says it")
	for _, nowhere := range []catalog.Place{
		at.Person("bo"), at.Level("payments", 0), at.Level("payments", 3), at.Level("other", 1), at.Layer("primary", -1), at.Exhausted("other"),
		(&catalog.Places{}).Person("ana"), catalog.PlaceOf(""), catalog.PlaceOf("tocsin.yaml"), catalog.PlaceOf("tocsin.yaml:x"), catalog.PlaceOf(":3"), catalog.PlaceOf("a:0"),
	} {
		require.Zero(t, nowhere)
		require.Empty(t, nowhere.String())
	}
	told := c.Rules.Policies["payments"].Triggers[0].Place
	require.Equal(t, told, catalog.PlaceOf(told).String())
}

func TestMentions(t *testing.T) {
	m := escalation.Moment{
		Now: time.Date(2026, 7, 1, 22, 30, 0, 0, time.UTC), Service: "checkout", Team: "payments", Priority: "P2", Severity: "warning", Alerts: 3, Tier: 1,
		Level: 2, Round: 1, OpenFor: 90 * time.Minute, Labels: events.NewLabels(map[string]string{"job": "shop", "a b": "c"}),
		Working: func(string) bool { return false }, Holiday: func(id string) bool { return id == "" },
	}
	for when, want := range map[string][]string{
		`priority == "P1"`: {`priority = "P2"`},
		`priority == "P1" || severity in ["critical"] && priority != "P3"`: {`priority = "P2"`, `severity = "warning"`},
		`alerts > 2 && tier == 1 && open_for > duration("1h")`:             {`alerts = 3`, `tier = 1`, `open_for = 1h30m`},
		`labels.job == "shop" && labels["a b"] == "" && labels.none != ""`: {`labels.job = "shop"`, `labels["a b"] = "c"`, `labels.none = not there`},
		`has(labels.job) && !("x" in labels)`:                              {`labels.job = "shop"`, `labels.x = not there`},
		`labels.exists(k, k == "job")`:                                     {`labels = {"a b":"c","job":"shop"}`},
		`working_hours() || holiday()`:                                     {`working_hours() = false`, `holiday() = true`},
		`now.getHours("Europe/Madrid") < 6 && now.getHours() > 1`:          {`now.getHours("Europe/Madrid") = 0`, `now.getHours() = 22`},
		`now > timestamp("2026-01-01T00:00:00Z")`:                          {`now = 2026-07-01T22:30:00Z`},
		`acknowledged || level == 2 && round == 1`:                         {`acknowledged = false`, `level = 2`, `round = 1`},
		`service.startsWith("check") && team == "payments"`:                {`service = "checkout"`, `team = "payments"`},
	} {
		t.Run(when, func(t *testing.T) {
			c := read(t, `
people: {ana: {contact: [{console: true}]}}
teams: {payments: {members: [ana]}}
services: {catch-all: {team: payments, policy: p}}
policies: {p: {levels: [{page: [person:ana], when: '`+when+`'}]}}`)
			require.Equal(t, want, said(c.Rules.Policies["p"].Levels[0].When.Mentions(m)))
		})
	}
}

func TestRouteMentions(t *testing.T) {
	r := read(t, placed).Routes[0]
	require.Equal(t, []string{`labels.job = "web"`, `severity = "warning"`},
		said(r.Mentions(map[string]string{"job": "web"}, events.Alert{Severity: "warning"})))
}

func said(all []escalation.Mention) (out []string) {
	for _, m := range all {
		out = append(out, m.Word+" = "+m.Value)
	}
	return out
}
