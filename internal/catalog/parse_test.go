package catalog_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/internal/rules/page"
)

const full = `
people:
  ana:
    name: Ana Ruiz
    timezone: Europe/Madrid
    manager: cleo
    contact:                                  # in order; the next is tried when one fails
      - {id: hook, webhook: {url: "http://127.0.0.1:9911/ana", secret: {env: ANA_HOOK_SECRET}}}
      - {id: mail, email: ana@example.com}
    notify:
      high: [{via: hook}, {via: mail, after: 2m}]
      low:  [{via: mail}]
  bo:
    contact: [{console: true}]
  cleo:
    name: Cleo Marsh
    timezone: America/New_York
    contact:
      - {id: screen, console: true}
teams:
  payments: {name: Payments, lead: cleo, members: [ana, bo]}
schedules:
  payments-primary:
    timezone: Europe/Madrid
    layers:
      - {rotation: weekly, handoff: "Mon 09:00", start: 2026-01-05, people: [ana, bo]}
      - {rotation: daily, handoff: 18:30, start: 2026-02-01, people: [cleo]}
services:
  checkout: {team: payments, policy: payments, tier: 1, runbook: "https://wiki.example.com/checkout", depends_on: [db]}
  db:
  catch-all: {team: payments, policy: payments}
routes:
  - {when: 'labels.job == "checkout"', service: checkout}
  - {service: catch-all}
policies:
  payments:
    levels:
      - {page: [schedule:payments-primary]}
      - {page: [person:bo, team:payments], ack_within: 10m, kind: functional}
      - {page: [role:lead], kind: hierarchical}
    repeat: 1
    unacknowledge_after: 30m
priorities: {Critical: P2, sev1: P1}
intake:
  keys:
    prometheus: {secret: {env: PROM_KEY}, service: checkout}
egress:
  allow: ["127.0.0.1/32"]
channels:
  email: {smtp: "smtp://127.0.0.1:2525", from: "tocsin@example.com"}
`

func parse(t testing.TB, text string) *catalog.Catalog {
	t.Helper()
	c, faults := catalog.Parse(map[string][]byte{"catalog.yaml": []byte(text)})
	require.Empty(t, faults)
	require.NotNil(t, c)
	return c
}

func TestParse(t *testing.T) {
	c := parse(t, full)
	require.Equal(t, "Ana Ruiz", c.People["ana"].Name)
	require.Equal(t, "bo", c.People["bo"].Name)
	require.Equal(t, "UTC", c.People["bo"].Timezone)
	require.Equal(t, []catalog.Contact{
		{ID: "hook", Webhook: &catalog.Webhook{URL: "http://127.0.0.1:9911/ana", Secret: catalog.Secret{Env: "ANA_HOOK_SECRET"}}},
		{ID: "mail", Email: "ana@example.com"},
	}, c.People["ana"].Contacts)
	require.Equal(t, "cleo", c.Rules.People["ana"].Manager)
	require.Equal(t, []string{"ana", "bo"}, c.Rules.Teams["payments"].Members)

	s := c.Rules.Schedules["payments-primary"]
	require.Equal(t, "Europe/Madrid", s.Location.String())
	require.Equal(t, oncall.Layer{Rotation: oncall.Weekly, Weekday: time.Monday, Hour: 9, Start: oncall.Date{Year: 2026, Month: 1, Day: 5}, People: []string{"ana", "bo"}}, s.Layers[0])
	require.Equal(t, 18*60+30, s.Layers[1].Hour*60+s.Layers[1].Minute)

	p := c.Rules.Policies["payments"]
	require.Equal(t, []escalation.Level{
		{Targets: []escalation.Target{{Kind: escalation.OnCall, ID: "payments-primary"}}, AckTimeout: 5 * time.Minute},
		{Targets: []escalation.Target{{Kind: escalation.Person, ID: "bo"}, {Kind: escalation.Team, ID: "payments"}}, AckTimeout: 10 * time.Minute, Kind: escalation.Functional},
		{Targets: []escalation.Target{{Kind: escalation.RoleKind, ID: "lead"}}, AckTimeout: 5 * time.Minute, Kind: escalation.Hierarchical},
	}, p.Levels)
	require.Equal(t, 1, p.Repeat)
	require.Equal(t, 30*time.Minute, p.UnacknowledgeAfter)
	require.Equal(t, 10*time.Minute, p.ReopenWithin)

	require.Equal(t, "https://wiki.example.com/checkout", c.Rules.Services["checkout"].Runbook)
	require.Equal(t, 1, c.Rules.Services["checkout"].Tier)
	require.Equal(t, []string{"db"}, c.DependsOn["checkout"])
	require.Equal(t, "catch-all", c.Rules.Fallback.ID)
	require.Equal(t, "payments", c.Rules.Services["db"].Team, "the fallback service's team")
	require.Equal(t, "payments", c.Rules.Services["db"].Policy, "the fallback service's policy")

	require.Equal(t, "P2", c.Rules.Priorities["critical"])
	require.Equal(t, "P1", c.Rules.Priorities["sev1"])
	require.Equal(t, "P5", c.Rules.Priorities["info"])
	require.Equal(t, map[string]catalog.IntakeKey{"prometheus": {Name: "prometheus", Secret: catalog.Secret{Env: "PROM_KEY"}, Service: "checkout"}}, c.Intake)
	require.Equal(t, []string{"127.0.0.1/32"}, c.Egress)
	require.Equal(t, catalog.EmailChannel{SMTP: "smtp://127.0.0.1:2525", From: "tocsin@example.com", Timeout: 30 * time.Second}, c.Channels.Email)
	require.Equal(t, catalog.Revision(c.Files), c.Rules.Revision)
	require.Len(t, c.Rules.Revision, 64)
}

func TestPlan(t *testing.T) {
	c := parse(t, full)
	require.Equal(t, page.Plan{Steps: []page.Step{{Contact: "hook", Channel: "webhook"}, {Contact: "mail", Channel: "email", After: 2 * time.Minute}}}, c.Plan("ana", "high"))
	require.Equal(t, page.Plan{Steps: []page.Step{{Contact: "mail", Channel: "email"}}}, c.Plan("ana", "low"))
	require.Equal(t, page.Plan{Steps: []page.Step{{Contact: "console", Channel: "console"}}}, c.Plan("bo", "low"))
	require.Equal(t, c.Plan("ana", "high"), c.Plan("ana", "odd"))
	require.Empty(t, c.Plan("nobody", "high").Steps)
	got, ok := c.Contact("cleo", "screen")
	require.True(t, ok)
	require.Equal(t, "console", got.Channel())
	_, ok = c.Contact("cleo", "none")
	require.False(t, ok)
	_, ok = c.Contact("nobody", "none")
	require.False(t, ok)
	require.Empty(t, catalog.Contact{}.Channel())
}

func TestZeroSwitchesReopeningOff(t *testing.T) {
	c := parse(t, small+"policies: {p: {levels: [{page: [person:ana]}], reopen_within: 0s}}\n")
	require.Zero(t, c.Rules.Policies["p"].ReopenWithin)
}

// small is all but a policy `p`.
const small = `people: {ana: {contact: [{console: true}]}}
teams: {t: {}}
services: {catch-all: {team: t, policy: p}}
`

func TestFilesOfAFolderMerge(t *testing.T) {
	c, faults := catalog.Parse(map[string][]byte{
		"1-people.yaml":   []byte("people: {ana: {contact: [{console: true}]}}\nroutes: [{when: 'severity == \"low\"', service: other}]\n"),
		"2-services.yaml": []byte("teams: {t: {members: [ana]}}\nservices: {other: {team: t, policy: p}, rest: }\n"),
		"3-policies.yaml": []byte("policies: {p: {levels: [{page: [team:t]}]}}\nroutes: [{service: other}, {service: rest}]\n"),
		"comment.yaml":    []byte("# nothing yet\n"),
		"empty.yaml":      nil,
	})
	require.Equal(t, []string{"3-policies.yaml:2:28: never reached: the route in line 2 takes everything"}, texts(faults))
	require.Equal(t, "rest", c.Rules.Fallback.ID, "the last route without a condition")
	require.Equal(t, "t", c.Rules.Fallback.Team, "the only team")
	require.Equal(t, []string{"1-people.yaml:2", "3-policies.yaml:2", "3-policies.yaml:2"}, []string{c.Routes[0].Line, c.Routes[1].Line, c.Routes[2].Line})
}

func texts(faults []catalog.Fault) []string {
	all := make([]string, len(faults))
	for i, f := range faults {
		all[i] = f.Error()
	}
	return all
}

func TestRevision(t *testing.T) {
	one := catalog.Revision(map[string][]byte{"a": []byte("bc")})
	require.NotEqual(t, one, catalog.Revision(map[string][]byte{"ab": []byte("c")}), "name and content are kept apart")
	require.Equal(t, one, catalog.Revision(map[string][]byte{"a": []byte("bc")}))
}
