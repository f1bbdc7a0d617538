package main

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/gateway/api/apitest"
	"tocsin.dev/pkg/client"
)

// TestVerbsFromTheCommandLine asks in words, and reads the answers as people hear them.
func TestVerbsFromTheCommandLine(t *testing.T) {
	s := newShell(t)
	t.Setenv("TZ", "UTC")
	id := s.fire("--service", "checkout", "--severity", "critical", "--dedup-key", "shop", "slow")
	s.fire("--service", "checkout", "--dedup-key", "shop", "errors")
	other := s.fire("--service", "basket", "--severity", "critical", "empty")
	until := apitest.Now.Add(2 * time.Hour).Format(time.RFC3339)
	for _, c := range []struct {
		want  string // after the incident's id
		words []string
	}{
		{`snoozed until .+ by ana`, []string{"snooze", id, "--until", until}},
		{`snooze ended by bo`, []string{"wake", id, "--by", "bo"}},
		{`snoozed until .+ by ana`, []string{"snooze", id, other, "--for", "90m"}},
		{`snooze ended by ana`, []string{"wake", id, other}},
		{`assigned to bo by ana`, []string{"assign", id, "--to", "bo"}},
		{`cleo asked to help by ana`, []string{"responders", id, "--target", "cleo"}},
		{`priority changed from P1 to P2 by ana`, []string{"priority", id, "--to", "P2"}},
		{`scribe set to bo by ana`, []string{"role", id, "--role", "scribe", "--person", "bo"}},
		{`scribe set to nobody by ana`, []string{"role", id, "--role", "scribe"}},
		{`incident-manager set to ana by ana`, []string{"role", id, "--role", "incident-manager", "--person", "ana"}},
		{`task 1 for bo added by ana: call the vendor`, []string{"task", "add", id, "call", "the", "vendor", "--owner", "bo"}},
		{`task 2 added by ana: write it up`, []string{"task", "add", id, "write it up"}},
		{`task 1 completed by bo`, []string{"task", "done", id, "1", "--by", "bo"}},
		{`clocks paused until .+ by ana`, []string{"pause", other, "--for", "1h"}},
		{`clocks resumed by ana`, []string{"resume", other}},
		{`clocks paused by ana`, []string{"pause", other}},
		{`clocks cancelled by ana`, []string{"cancel-clocks", other}},
		{`errors moved to new incident [0-9a-f]{8} by ana`, []string{"split", id, "--alert", "errors", "--title", "Checkout fails"}},
		{`merged into ` + id[:8] + ` by ana`, []string{"merge", other, "--into", id[:6]}},
		{`handed over to team platform by ana`, []string{"escalate", id, "--to", "platform"}},
		{`closed as fixed by ana \(a cold cache\)`, []string{"close", id, "--outcome", "fixed", "--cause", "a cold cache"}},
	} {
		out := s.ok(append([]string{"incident"}, c.words...)...)
		require.Regexp(t, `(?m)^[0-9a-f]{8}  `+c.want+`$`, out)
	}
	shown := s.ok("incident", "show", id)
	for _, want := range []string{
		`^status +resolved, closed$`, `^team +platform$`, `^assignee +bo$`, `^runbook +https://wiki.example.com/checkout$`, `^incident-manager +ana$`, `^responders +.*cleo`,
		`^task 1 +call the vendor \(done, bo\)$`, `^task 2 +write it up \(open\)$`, `^outcome +fixed$`, `^cause +a cold cache$`, `^merged in +` + other + `$`,
	} {
		require.Regexp(t, "(?m)"+want, shown)
	}
	require.Regexp(t, `(?m)^merged into +`+id+`$`, s.ok("incident", "show", other))
	var one client.Incident
	s.json(&one, "incident", "show", id)
	require.Equal(t, "fixed", one.Outcome)
}

func TestClocksAreShown(t *testing.T) {
	s := newShell(t)
	id := s.fire("--service", "checkout", "--severity", "critical", "slow")
	require.Regexp(t, `(?m)^response +due \S.* \(goal 15m\)$`, s.ok("incident", "show", id))
	s.ok("incident", "ack", id)
	require.Regexp(t, `(?m)^response +met after \d+s \(goal 15m\)$`, s.ok("incident", "show", id))
	s.ok("incident", "pause", id)
	require.Regexp(t, `(?m)^resolution +paused \(goal 4h\)$`, s.ok("incident", "show", id))
	s.ok("incident", "snooze", id, "--for", "1h")
	require.Regexp(t, `(?m)^status +snoozed until \S`, s.ok("incident", "show", id))
}

func TestVerbsRefusedFromTheCommandLine(t *testing.T) {
	s := newShell(t)
	id := s.fire("slow")
	for _, c := range []struct {
		code  int
		want  string
		words []string
	}{
		{2, "say how long: --for 2h, or --until 18:00", []string{"snooze", id}},
		{2, "--for and --until cannot be combined", []string{"snooze", id, "--for", "2h", "--until", "18:00"}},
		{2, `"noon" is not an instant`, []string{"snooze", id, "--until", "noon"}},
		{2, "--for needs a positive duration", []string{"pause", id, "--for", "-1h"}},
		{1, "30 days is the longest snooze", []string{"snooze", id, "--for", "900h"}},
		{1, "it is not snoozed", []string{"wake", id}},
		{3, "hint: 'tocsin incident list", []string{"snooze", "nobody-knows-it", "--for", "2h"}},
		{2, `required flag(s) "to" not set` + "\nhint: try 'tocsin incident assign --help'", []string{"assign", id}},
		{1, "no such person", []string{"assign", id, "--to", "dan"}},
		{2, `required flag(s) "target"`, []string{"responders", id}},
		{2, "which priority?", []string{"priority", id}},
		{2, "tocsin: priority: expected value", []string{"priority", id, "--to", "P7"}},
		{3, "no such incident", []string{"merge", id, "--into", "nobody-knows-it"}},
		{2, "level, to and up exclude each other", []string{"escalate", id, "--up", "--level", "2"}},
		{1, "no such team", []string{"escalate", id, "--to", "nobody"}},
		{1, "one of its alerts must stay", []string{"split", id, "--alert", "slow"}},
		{2, "tocsin: role: expected value", []string{"role", id, "--role", "hero"}},
		{2, `"one" is not the number of a task`, []string{"task", "done", id, "one"}},
		{2, "needs a command", []string{"task"}},
		{2, "an argument is empty", []string{"ack", ""}},
		{2, "write it like 90s, 2h or 3d", []string{"snooze", id, "--for", "soon"}},
		{1, "30 days is the longest snooze", []string{"snooze", id, "--for", "31d"}},
		{2, "tocsin: outcome: expected value", []string{"close", id, "--outcome", "great"}},
	} {
		got := s.run(append([]string{"incident"}, c.words...)...)
		require.Equal(t, c.code, got.code, "%v: %s", c.words, got.err)
		require.Contains(t, got.err, c.want, "%v", c.words)
		require.Empty(t, got.out, "%v", c.words)
	}
}

func TestMergeUnderWayIsTold(t *testing.T) {
	s := newShell(t)
	one, two := s.fire("--service", "checkout", "one"), s.fire("--service", "basket", "two")
	s.gateway.Lose("merges")
	got := s.run("incident", "merge", one, "--into", two)
	require.Equal(t, 0, got.code)
	require.Equal(t, one[:8]+"  merge into "+two[:8]+" requested by ana\n", got.out)
	require.Contains(t, got.err, "not known yet")
}

func TestLengths(t *testing.T) {
	for given, want := range map[string]string{"4h0m0s": "4h", "15m0s": "15m", "1h30m0s": "1h30m", "90s": "1m30s", "0s": "0s", "10h0m5s": "10h0m5s", "1.4s": "1s", "": ""} {
		require.Equal(t, want, shortDuration(given))
	}
}

func TestCompletionOfFlags(t *testing.T) {
	s := newShell(t)
	id := s.fire("slow")
	for want, words := range map[string][]string{
		"ana\nbo\n": {"incident", "assign", id, "--to", ""}, id + "\t": {"incident", "merge", "--into", ""}, "false-alarm\n": {"incident", "close", id, "--outcome", ""},
		"scribe\n": {"incident", "role", id, "--role", ""}, "bo\n": {"override", "add", "payments-primary", "--person", "b"}, "payments-primary\t": {"override", "add", ""},
	} {
		require.Contains(t, s.ok(append([]string{"__complete"}, words...)...), want, "%v", words)
	}
	out := s.ok("override", "add", "payments-primary", "--person", "bo", "--for", "2h")
	override := regexp.MustCompile(`^[0-9a-f]{8}`).FindString(out)
	require.Contains(t, s.ok("__complete", "override", "remove", "payments-primary", ""), override)
}

func TestIncidentsAreSearched(t *testing.T) {
	s := newShell(t)
	t.Setenv("TZ", "UTC")
	slow := s.fire("--service", "checkout", "--severity", "critical", "--label", "cluster=eu1", "--label", "job=api", "orders are slow")
	dead := s.fire("--service", "basket", "--severity", "warning", "--label", "cluster=eu2", "--label", "job=api", "nothing answers")
	s.ok("incident", "note", slow, "the vendor replaces a broken disk")
	s.ok("incident", "resolve", dead)
	for _, c := range []struct {
		words []string
		want  []string
	}{
		{nil, []string{slow}},
		{[]string{"--status", "all"}, []string{dead, slow}},
		{[]string{"--status", "all", "--limit", "1"}, []string{dead}},
		{[]string{"--status", "all", "--before", dead[:8]}, []string{slow}},
		{[]string{"--text", "Disk vendor"}, []string{slow}},
		{[]string{"--text", "disks"}, []string{}},
		{[]string{"--status", "all", "--label", "job=api"}, []string{dead, slow}},
		{[]string{"--status", "all", "--label", "job=api", "--label", "cluster=eu2"}, []string{dead}},
		{[]string{"--status", "all", "--priority", "p1"}, []string{slow}},
		{[]string{"--status", "resolved", "--person", "ana"}, []string{dead}},
		{[]string{"--status", "all", "--from", apitest.Now.Add(time.Hour).Format(time.RFC3339)}, []string{}},
		{[]string{"--status", "all", "--from", apitest.Now.Add(-time.Hour).Format(time.RFC3339), "--to", apitest.Now.Add(time.Hour).Format(time.RFC3339)}, []string{dead, slow}},
	} {
		var all []client.Incident
		s.json(&all, append([]string{"incident", "list"}, c.words...)...)
		ids := []string{}
		for _, one := range all {
			ids = append(ids, one.ID)
		}
		require.Equal(t, c.want, ids, "%v", c.words)
	}
	got := s.run("incident", "list", "--status", "all", "--limit", "1")
	require.Contains(t, got.err, "--before "+dead)
	require.NotContains(t, s.run("incident", "list", "--limit", "2").err, "--before")
	require.Equal(t, 2, s.run("incident", "list", "--priority", "P9").code)
	require.Equal(t, 3, s.run("incident", "list", "--before", "nobody").code)
}
