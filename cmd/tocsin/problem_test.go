package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/client"
)

func TestProblemsFromTheCommandLine(t *testing.T) {
	s := newShell(t)
	one, two := s.fire("--service", "checkout", "slow"), s.fire("--service", "basket", "empty")
	require.Contains(t, s.run("problem", "list").err, "no problems")
	require.Regexp(t, `^PRB-[0-9a-f]{12}  opened \(open, 1 incident\): The cache is cold\n$`, s.ok("problem", "open", "The cache", "is cold", "--incident", one[:8], "--by", "bo"))
	var all []client.Problem
	s.json(&all, "problem", "list")
	require.Len(t, all, 1)
	id := all[0].ID
	require.Contains(t, s.ok("problem", "link", id, two), "linked "+two[:8]+" (open, 2 incidents)")
	require.Contains(t, s.ok("problem", "unlink", id[4:], two), "unlinked "+two[:8]+" (open, 1 incident)")
	require.Contains(t, s.ok("problem", "update", id, "--cause", "a deploy", "--workaround", "warm it", "--alert", "Slow", "--label", "region=eu"), "updated (known-error, 1 incident)")
	shown := s.ok("problem", "show", id)
	for _, want := range []string{`^root cause +a deploy$`, `^workaround +warm it$`, `^applies to +services checkout; alert Slow; region=eu$`, `^incident +` + one + `$`, `^opened .* by bo$`} {
		require.Regexp(t, "(?m)"+want, shown)
	}
	next := s.fire("--service", "checkout", "--label", "alertname=Slow", "--label", "region=eu", "slow again")
	require.Regexp(t, `(?m)^workaround +warm it$`, s.ok("incident", "show", next))
	require.Contains(t, s.ok("timeline", "show", next), "matches known error "+id+" (The cache is cold) by service checkout, alert Slow, region=eu; workaround: warm it")
	got := s.run("problem", "close", id, "--resolution", "deploys warm it")
	require.Contains(t, got.err, "still open: "+one)
	require.Contains(t, s.ok("problem", "show", id), "deploys warm it")
	for _, c := range []struct {
		code  int
		want  string
		words []string
	}{
		{1, "the problem is closed", []string{"problem", "close", id, "--resolution", "again"}},
		{1, "the problem is closed", []string{"problem", "link", id, two}},
		{3, "hint: 'tocsin problem list", []string{"problem", "show", "PRB-nobody"}},
		{3, "hint: 'tocsin incident list", []string{"problem", "link", id, "nobody-knows-it"}},
		{3, "hint: 'tocsin incident list", []string{"problem", "open", "x", "--incident", "nobody-knows-it"}},
		{2, "service: expected a service", []string{"problem", "open", "x"}},
		{2, "need --workaround", []string{"problem", "update", id, "--alert", "Slow"}},
		{2, "not name=value", []string{"problem", "update", id, "--workaround", "x", "--label", "eu"}},
		{2, `required flag(s) "resolution"`, []string{"problem", "close", id}},
		{2, "tocsin: status: expected value", []string{"problem", "list", "--status", "odd"}},
		{2, "say which incidents the workaround applies to: --key, --alert or --label", []string{"problem", "update", id, "--workaround", "x"}},
	} {
		got := s.run(c.words...)
		require.Equal(t, c.code, got.code, "%v: %s", c.words, got.err)
		require.Contains(t, got.err, c.want, "%v", c.words)
		require.Empty(t, got.out, "%v", c.words)
	}
}
