package rehearsal_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/whatif/rehearsal"
	"tocsin.dev/internal/whatif/whatiftest"
)

// TestExamples plays the examples, every verb among them.
func TestExamples(t *testing.T) {
	root := filepath.Join("..", "..", "..", "examples", "policies")
	names, err := filepath.Glob(filepath.Join(root, "*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, names)
	used := map[rehearsal.Verb]bool{}
	for _, name := range names {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		f, faults := rehearsal.Parse(filepath.Base(name), source)
		require.Empty(t, faults)
		require.Equal(t, "catalog", f.Catalog)
		with := only(readFolder(t, filepath.Join(root, f.Catalog)))
		for _, folder := range f.Folders() {
			with[folder] = readFolder(t, filepath.Join(root, folder))
		}
		require.Empty(t, f.Check(with))
		for n, r := range f.Run(with) {
			require.True(t, r.Passed(), "%s: %s\n%s", name, r.Name, shown(r))
			for _, s := range f.Cases[n].Steps {
				used[s.Verb] = true
			}
		}
	}
	for _, v := range rehearsal.Verbs() {
		require.True(t, used[v], "no example of %s", v)
	}
}

// shown writes failures as the command line does.
func shown(r rehearsal.Result) string {
	var b strings.Builder
	for _, f := range r.Failures {
		fmt.Fprintf(&b, "%d:%d after %s: %s\n", f.Line, f.Column, rehearsal.Brief(f.After), f.Message)
		for _, d := range f.Diff {
			fmt.Fprintln(&b, d)
		}
	}
	return b.String()
}

// TestFailures: what a case that fails shows.
func TestFailures(t *testing.T) {
	for _, test := range []struct{ name, steps, want string }{
		{
			"somebody else is paged, and too late",
			`[{alert: {service: checkout, severity: critical}}, {advance: 5m}, {expect: {pages: [{at: 0s, to: person:ana}, {at: 4m, to: person:bo, by: hook}]}}]`, `
3:122 after 5m: not as expected
  page 0s person:ana by hook, level 1, round 1, high (an alert opened the incident)
- page 4m person:bo by hook
+ page 5m person:bo by hook, level 2, round 1, high (nobody acknowledged in time)
`,
		},
		{
			"scalars", `[{alert: {service: checkout}}, {expect: {status: resolved, priority: P3, level: 2, round: 1, service: rota, exhausted: true, nobody_paged: true, incidents: 2}}]`, `
3:168 after 0s: not as expected
- incidents 2
+ incidents 1
- status resolved
+ status triggered
  priority P3
- service rota
+ service checkout
- level 2
+ level 1
  round 1
- exhausted true
+ exhausted false
- nobody_paged true
+ nobody_paged false
`,
		},
		{
			"levels", `[{alert: {service: checkout}}, {advance: 5m}, {expect: {levels: [{level: 1, round: 1}, {at: 5m, level: 3, trigger: command, kind: functional}]}}]`, `
3:99 after 5m: not as expected
  reached 0s, level 1, round 1, triggered
- reached 5m, level 3, functional, command
+ reached 5m, level 2, round 1, functional, unacknowledged
`,
		},
		{
			"paged all the same", `[{alert: {service: checkout}}, {expect: {not_paged: [person:bo, person:ana]}}]`, `
3:76 after 0s: not as expected
  not paged person:bo
- not paged person:ana
+ page 0s person:ana by hook, level 1, round 1, high (an alert opened the incident)
`,
		},
		{
			"too many", `[{alert: {service: checkout}}, {expect: {pages: []}}]`, `
3:60 after 0s: not as expected
+ page 0s person:ana by hook, level 1, round 1, high (an alert opened the incident)
`,
		},
		{
			"too few", `[{alert: {service: checkout}}, {expect: {pages: [{to: person:ana}, {to: person:bo, taken: 1m, level: 2, via: "team:a", urgency: low, outcome: failed}]}}]`, `
3:79 after 0s: not as expected
  page 0s person:ana by hook, level 1, round 1, high (an alert opened the incident)
- page at any time person:bo, taken 1m, level 2, low, team:a, failed
`,
		},
		{"no incident", `[{ack: {}}, {expect: {status: resolved}}, {clear: {}}]`, `
3:13 after 0s: ack: there is no incident
3:33 after 0s: there is no incident
3:54 after 0s: which alert is over? Name it with of:, or repeat its labels
`},
		{"which incident", `[{alert: {service: checkout}}, {alert: {service: rota}}, {resolve: {}}, {expect: {incidents: 2}}]`, `
3:69 after 0s: resolve: there are 2 incidents: give their alerts names with as:, and say which with of:
`},
		{"refused", `[{alert: {service: checkout}}, {unack: {}}, {ack: {refused: true}}, {expect: {incidents: 1}}]`, `
3:43 after 0s: unack was refused: it is not acknowledged
3:56 after 0s: ack was done, and was expected to be refused
`},
		{"back in time", `[{advance: 1h}, {advance: 2026-01-12T10:00:00Z}, {expect: {incidents: 0}}]`, `
3:28 after 1h: the instant is past: it is 2026-01-12T11:00:00Z
`},
		{"an alert that opened nothing", `[{alert: {as: a, service: checkout}}, {resolve: {}}, {advance: 48h}, {clear: }, {expect: {of: a, status: resolved}}]`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := file(t, "cases:\n  - name: a\n    steps: "+test.steps+"\n")
			require.Equal(t, strings.TrimPrefix(test.want, "\n"), shown(f.Run(only(whatiftest.Catalog(t, "small")))[0]))
		})
	}
}

// TestFailuresOfRules: the same for what policies do besides paging.
func TestFailuresOfRules(t *testing.T) {
	for _, test := range []struct{ name, steps, want string }{
		{
			"held levels", `[{advance: 10h}, {alert: {service: checkout}}, {escalate: {to: platform}}, {expect: {held: [{at: 1m, level: 2, for: on_call, until: 2h}], level: 1}}]`, `
3:157 after 10h: not as expected
- level 1
+ level 0
- held 1m, level 2, for on_call, until 2h
+ held 10h, level 1, for working_hours, until 22h (2026-01-13T09:00:00+01:00)
`,
		},
		{
			"triggers", `[{alert: {service: checkout}}, {advance: 12m}, {expect: {triggers: [{at: 10m, on: open, pages: [], why: for ever}]}}]`, `
3:80 after 12m: not as expected
- trigger 10m open: nobody (… for ever …)
+ trigger 12m unacknowledged: person:cleo (not acknowledged for 12m)
`,
		},
		{
			"clocks", `[{alert: {service: checkout}}, {pause: {}}, {expect: {clocks: [{clock: response, none: true}, {clock: resolution, due: 1h, at_risk: true, met: false}]}}]`, `
3:106 after 0s: not as expected
  no clock response
- clock resolution, due 1h, at risk, not met
+ clock resolution, due never, not at risk, not breached, not met
`,
		},
		{
			"clocks that are due", `[{alert: {service: checkout}}, {expect: {clocks: [{clock: response, due: never}, {clock: resolution, due: never, breached: true}]}}]`, `
3:62 after 0s: not as expected
- clock response, due never
+ no clock response
- clock resolution, due never, breached
+ clock resolution, due 22h30m, not at risk, not breached, not met
`,
		},
		{
			"people", `[{alert: {service: checkout}}, {assign: {to: person:bo, by: person:bo}}, {close: {outcome: fixed}}, {expect: {assignee: nobody, outcome: expected, policy: rota, status: snoozed}}]`, `
3:181 after 0s: not as expected
- status snoozed
+ status resolved
- policy rota
+ policy payments
- assignee nobody
+ assignee person:bo
- outcome expected
+ outcome fixed
`,
		},
		{
			"why, late, and machines", `[{alert: {service: checkout}}, {outage: {for: 16m}}, {expect: {pages: [{to: person:ana, why: by hand}, {to: "chat:room", late: 1m}], nobody_paged: true}}]`, `
3:159 after 16m: not as expected
- nobody_paged true
+ nobody_paged false
- page at any time person:ana (… by hand …)
- page at any time chat:room, 1m late
+ page 0s person:ana by hook, level 1, round 1, high, schedule:primary (an alert opened the incident)
+ page 0s chat:room by chat, level 1, round 1, high (an alert opened the incident)
+ page 16m person:cleo by screen, level 0, round 2, high, role:manager (not acknowledged for 16m)
+ page 16m person:ana by hook, level 2, round 1, high, team:payments, 6m late (nobody acknowledged in time; one overdue step collapsed into this one)
+ page 16m person:bo by hook, level 2, round 1, high, team:payments, 6m late (nobody acknowledged in time; one overdue step collapsed into this one)
`,
		},
		{"commands", `[{alert: {as: x, service: checkout}}, {snooze: {for: 800h}}, {override: {schedule: primary, to: 0s}}, {catalog: {files: same}}, {merge: {into: x}}, {wake: {refused: true}}, {note: {text: x, refused: true}}]`, `
3:50 after 0s: snooze was refused: 30 days is the longest snooze
3:73 after 0s: override was refused: override is not valid
3:114 after 0s: catalog was refused: catalog is in force
3:140 after 0s: merge was refused: it cannot be merged into itself
3:185 after 0s: note was done, and was expected to be refused
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, faults := rehearsal.Parse("cases.yaml", []byte("cases:\n  - name: a\n    steps: "+test.steps+"\n    expect: {incidents: 1}\n"))
			require.Empty(t, faults)
			c := whatiftest.Catalog(t, "busy")
			require.Equal(t, strings.TrimPrefix(test.want, "\n"), shown(f.Run(rehearsal.Catalogs{"": c, "same": c})[0]))
		})
	}
}

// TestStepsAreAtOneInstant: what several steps do at one instant happens in their order.
func TestStepsAreAtOneInstant(t *testing.T) {
	f := file(t, `
cases:
  - name: a
    steps:
      - alert: {as: a, summary: Down, labels: {job: checkout}, severity: error}
      - ack: {}
      - alert: {of: a, severity: critical, for: 5m}
      - expect: {priority: P1, status: acknowledged}
      - advance: 5m
    expect: {status: resolved, pages: [{to: person:ana}]}
`)
	r := f.Run(only(whatiftest.Catalog(t, "small")))[0]
	require.True(t, r.Passed(), shown(r))
	require.Equal(t, "Down", r.Story.Incidents[0].Title)
}

func TestBrief(t *testing.T) {
	for _, test := range []struct{ d, want string }{
		{"0s", "0s"}, {"5m", "5m"}, {"10m", "10m"}, {"90s", "1m30s"}, {"1h", "1h"}, {"1h10m", "1h10m"}, {"20h", "20h"}, {"1h0m5s", "1h0m5s"}, {"100ms", "100ms"},
	} {
		require.Equal(t, test.want, rehearsal.Brief(duration(t, test.d)))
	}
}
