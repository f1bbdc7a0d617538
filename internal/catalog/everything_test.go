package catalog_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/clock"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/internal/rules/page"
)

// everything uses what policies, priorities and targets can say.
const everything = `people:
  ana: {manager: cleo, contact: [{console: true}]}
  cleo: {name: Cleo Marsh, contact: [{console: true}]}
calendars:
  office: {timezone: Europe/Madrid, hours: ["Mon-Fri 09:00-18:00", "Sat 22:00-02:00", {days: [Sun]}], holidays: [2027-01-01, 2026-12-25]}
  always: {timezone: UTC}
priorities: {page: P1}
priority_matrix:
  impact: [high, low]
  urgency: [high, medium, low]
  priorities:
    - [P1, P2, P3]
    - [P2, P3, P4]
  severities: {Critical: high, warning: medium}
  default_impact: low
targets:
  P1: {response: 15m, resolution: 4h, at_risk: 80%, calendar: always, pause: [snoozed]}
  P2: {response: 30m, resolution: 8h}
chats:
  ops-room: {name: Ops room, contact: [{webhook: {url: "https://chat.example.com/hook/1", secret: {env: OPS_SECRET}}}, {console: true}]}
  quiet: {contact: [{console: true}]}
webhooks:
  status-page: {url: "https://status.example.com/hook", secret: {env: STATUS_SECRET}}
schedules:
  primary: {timezone: UTC, layers: [{start: 2026-01-05, people: [ana, cleo]}]}
teams:
  payments: {lead: cleo, members: [ana, cleo], schedule: primary}
  platform: {lead: cleo, members: [cleo], policy: last}
services:
  checkout: {team: payments, owner: ana, impact: high, calendar: office, targets: {P1: {response: 5m, pause: []}, P3: {resolution: 48h}}}
  catch-all: {team: platform}
policies:
  last: {levels: [{page: [person:cleo]}]}
  payments:
    levels:
      - {page: [schedule:primary, chat:ops-room], ack_within: 5m, repeat: 1}
      - {page: [team:payments:round_robin, schedule:primary:round_robin], when: 'priority <= "P2"', urgency: low, minimum_responders: 2}
      - {page: [team:payments:on_call, role:lead, "role:lead:platform", "role:manager:ana", role:owner, "role:owner:checkout"], hold_until: working_hours, skip_if_empty: false, responders: 3}
      - {page: [team:platform], to: platform, kind: functional}
      - {page: [person:cleo, webhook:status-page, schedule:primary], kind: hierarchical, hold_until: on_call, skip_if_empty: true}
    repeat: 1
    exhausted: {page: [role:manager, chat:ops-room], to: platform, kind: hierarchical, priority: P1}
    if_not_resolved_within: 2h
    triggers:
      - {on: unacknowledged, after: 30m, page: [role:manager], kind: hierarchical}
      - {on: unresolved, after: 2h, repeat: 3, when: 'severity == "critical" && alerts > 0'}
      - {on: open, after: 4h, climb: next}
      - {on: open, after: 5h, climb: 2}
      - {on: response, at: 80%, page: [role:lead]}
      - {on: resolution, to: platform}
      - {on: priority_raised, to_priority: P1, page: [chat:ops-room]}
      - {on: nobody, page: [role:lead]}
      - {on: undeliverable, page: [chat:ops-room]}
      - {on: spike, more_than: 50, within: 10m, by: category, page: [role:lead], priority: P1}
      - {on: spike, times_usual: 5, within: 10m, page: [role:lead]}
    suggestions: {escalate: {at: 90%, min: 7, act: true}}
`

func targets(words ...escalation.Target) []escalation.Target { return words }

func person(id string) escalation.Target {
	return escalation.Target{Kind: escalation.Person, ID: id}
}

func role(id string, of ...string) escalation.Target {
	t := escalation.Target{Kind: escalation.RoleKind, ID: id}
	if len(of) > 0 {
		t.Of = of[0]
	}
	return t
}

var opsRoom = escalation.Target{Kind: escalation.Chat, ID: "ops-room"}

func TestLevels(t *testing.T) {
	p := parse(t, everything).Rules.Policies["payments"]
	when := p.Levels[1].When
	require.Equal(t, `priority <= "P2"`, when.Text)
	require.Equal(t, "catalog.yaml:37", when.Place)
	p.Levels[1].When = nil
	primary := escalation.Target{Kind: escalation.OnCall, ID: "primary"}
	require.Equal(t, []escalation.Level{
		{Targets: targets(primary, opsRoom), AckTimeout: 5 * time.Minute, Repeat: 1},
		{
			Targets: targets(
				escalation.Target{Kind: escalation.Team, ID: "payments", Of: escalation.RoundRobin},
				escalation.Target{Kind: escalation.OnCall, ID: "primary", Of: escalation.RoundRobin}),
			AckTimeout: 5 * time.Minute, Urgency: "low", Responders: 2,
		},
		{
			Targets: targets(
				escalation.Target{Kind: escalation.Team, ID: "payments", Of: escalation.TeamOnCall},
				role("lead"), role("lead", "platform"), role("manager", "ana"), role("owner"), role("owner", "checkout")),
			AckTimeout: 5 * time.Minute, Hold: escalation.WorkingHours, WaitIfEmpty: true, Responders: 3,
		},
		{Targets: targets(escalation.Target{Kind: escalation.Team, ID: "platform"}), AckTimeout: 5 * time.Minute, Kind: escalation.Functional, Team: "platform"},
		{
			Targets:    targets(person("cleo"), escalation.Target{Kind: escalation.Webhook, ID: "status-page"}, primary),
			AckTimeout: 5 * time.Minute, Kind: escalation.Hierarchical, Hold: escalation.SomeoneThere,
		},
	}, p.Levels)
	require.Equal(t, "team:payments:round_robin", p.Levels[1].Targets[0].String(), "words come back as they were written")
	require.Equal(t, escalation.Action{
		Page: targets(role("manager"), opsRoom), Team: "platform", Kind: escalation.Hierarchical, Priority: "P1",
	}, p.Exhausted)
}

func TestSuggestions(t *testing.T) {
	require.Equal(t, map[string]catalog.Suggestions{
		"payments": {Escalate: &catalog.Followed{At: 0.9, Min: 7}},
	}, parse(t, everything).Suggestions)
	require.Equal(t, &catalog.Followed{At: 0.8, Min: 5}, parse(t, twoLevels("{act: true}")).Suggestions["p"].Escalate, "the defaults")
	require.Empty(t, parse(t, twoLevels("{act: false}")).Suggestions)
}

func TestTriggers(t *testing.T) {
	all := parse(t, everything).Rules.Policies["payments"].Triggers
	require.Equal(t, `severity == "critical" && alerts > 0`, all[1].When.Text)
	require.Equal(t, "catalog.yaml:46", all[1].When.Place)
	for n := range all {
		all[n].When = nil
	}
	lead, room := escalation.Action{Page: targets(role("lead"))}, escalation.Action{Page: targets(opsRoom)}
	require.Equal(t, []escalation.Trigger{
		{On: escalation.Unacknowledged, Place: "catalog.yaml:45", After: 30 * time.Minute, Do: escalation.Action{Page: targets(role("manager")), Kind: escalation.Hierarchical}},
		{On: escalation.Unresolved, Place: "catalog.yaml:46", After: 2 * time.Hour, Repeat: 3, Do: escalation.Action{Page: targets(role("holder"))}},
		{On: escalation.OpenFor, Place: "catalog.yaml:47", After: 4 * time.Hour, Do: escalation.Action{Climb: escalation.NextLevel}},
		{On: escalation.OpenFor, Place: "catalog.yaml:48", After: 5 * time.Hour, Do: escalation.Action{Climb: 2}},
		{On: escalation.Response, Place: "catalog.yaml:49", Percent: 80, Do: lead},
		{On: escalation.Resolution, Place: "catalog.yaml:50", Percent: 100, Do: escalation.Action{Team: "platform"}},
		{On: escalation.PriorityRaised, Place: "catalog.yaml:51", To: "P1", Do: room},
		{On: escalation.Nobody, Place: "catalog.yaml:52", Do: lead},
		{On: escalation.Undeliverable, Place: "catalog.yaml:53", Do: room},
		{On: escalation.OnSpike, Place: "catalog.yaml:54", Spike: escalation.Spike{MoreThan: 50, Within: 10 * time.Minute, By: "category"}, Do: escalation.Action{Page: targets(role("lead")), Priority: "P1"}},
		{On: escalation.OnSpike, Place: "catalog.yaml:55", Spike: escalation.Spike{Times: 5, Within: 10 * time.Minute}, Do: lead},
		{On: escalation.Unresolved, Place: "catalog.yaml:43", After: 2 * time.Hour, Repeat: 100, Do: escalation.Action{Page: targets(role("holder"))}},
	}, all)
}

func TestCalendarsMatrixAndTargets(t *testing.T) {
	c := parse(t, everything).Rules
	madrid, err := time.LoadLocation("Europe/Madrid")
	require.NoError(t, err)
	week := []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
	require.Equal(t, map[string]*clock.Calendar{
		"always": {ID: "always", Location: time.UTC},
		"office": {
			ID: "office", Location: madrid,
			Hours: []oncall.Window{
				{Days: week, From: 9 * 60, To: 18 * 60},
				{Days: []time.Weekday{time.Saturday}, From: 22 * 60, To: 2 * 60},
				{Days: []time.Weekday{time.Sunday}, From: 0, To: 24 * 60},
			},
			Holidays: []oncall.Date{{Year: 2026, Month: 12, Day: 25}, {Year: 2027, Month: 1, Day: 1}},
		},
	}, c.Calendars)
	require.Equal(t, &alert.Matrix{
		Cells: map[string]map[string]string{
			"high": {"high": "P1", "medium": "P2", "low": "P3"},
			"low":  {"high": "P2", "medium": "P3", "low": "P4"},
		},
		Urgencies: map[string]string{"critical": "high", "warning": "medium"},
		Impact:    "low",
	}, c.Matrix)
	require.Equal(t, map[string]rules.Goal{
		"P1": {Response: 15 * time.Minute, Resolution: 4 * time.Hour, AtRisk: 80, Calendar: "always", PauseSnoozed: true},
		"P2": {Response: 30 * time.Minute, Resolution: 8 * time.Hour},
	}, c.Goals)
	require.Equal(t, map[string]rules.Goal{
		"P1": {Response: 5 * time.Minute, Resolution: 4 * time.Hour, AtRisk: 80, Calendar: "always"},
		"P3": {Resolution: 48 * time.Hour},
	}, c.Services["checkout"].Goals, "what a service leaves out is the catalog's")
	require.Nil(t, c.Services["catch-all"].Goals)
	require.Equal(t, "ana high office", c.Services["checkout"].Owner+" "+c.Services["checkout"].Impact+" "+c.Services["checkout"].Calendar)
	require.Equal(t, "payments", c.Services["checkout"].Policy, "by the team")
	require.Equal(t, "last", c.Services["catch-all"].Policy, "by the team's own word")
	require.Equal(t, "primary payments", c.Teams["payments"].Schedule+" "+c.Teams["payments"].Policy)
	require.Equal(t, "last", c.Teams["platform"].Policy)
	require.Nil(t, parse(t, with("")).Rules.Matrix)
}

func TestTargets(t *testing.T) {
	c := parse(t, everything)
	hook := catalog.Webhook{URL: "https://status.example.com/hook", Secret: catalog.Secret{Env: "STATUS_SECRET"}}
	tests := []struct {
		target, name, contact string
		plan                  []page.Step
	}{
		{"person:cleo", "Cleo Marsh", "console", []page.Step{{Contact: "console", Channel: "console"}}},
		{"chat:ops-room", "Ops room", "webhook", []page.Step{{Contact: "webhook", Channel: "webhook"}, {Contact: "console", Channel: "console"}}},
		{"chat:quiet", "quiet", "console", []page.Step{{Contact: "console", Channel: "console"}}},
		{"webhook:status-page", "status-page", "webhook", []page.Step{{Contact: "webhook", Channel: "webhook"}}},
	}
	for _, tt := range tests {
		for _, urgency := range []string{"high", "low"} {
			require.Equal(t, tt.plan, c.TargetPlan(tt.target, urgency).Steps, tt.target)
		}
		require.Equal(t, tt.name, c.TargetName(tt.target))
		got, ok := c.TargetContact(tt.target, tt.contact)
		require.True(t, ok, tt.target)
		require.Equal(t, tt.contact, got.ID)
		_, ok = c.TargetContact(tt.target, "none")
		require.False(t, ok, tt.target)
	}
	got, _ := c.TargetContact("webhook:status-page", "webhook")
	require.Equal(t, catalog.Contact{ID: "webhook", Webhook: &hook}, got)
	for _, word := range []string{"", "cleo", "person:none", "chat:none", "webhook:none", "team:payments"} {
		require.Empty(t, c.TargetPlan(word, "high").Steps, word)
		require.Equal(t, word, c.TargetName(word))
		_, ok := c.TargetContact(word, "webhook")
		require.False(t, ok, word)
	}
}
