package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/client"
)

func TestReviewFromTheCommandLine(t *testing.T) {
	s := newShell(t)
	id := s.fire("slow")
	s.ok("incident", "ack", id)
	require.Contains(t, s.ok("incident", "review", id), "](data:image/svg+xml;base64,")

	dir := t.TempDir()
	file := filepath.Join(dir, "my (first) review.md")
	got := s.run("incident", "review", id, "--out", file)
	require.Equal(t, 0, got.code, got.err)
	require.Empty(t, got.out)
	require.Contains(t, got.err, "its chart to "+filepath.Join(dir, "my (first) review.svg"))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(text), "](my%20%28first%29%20review.svg)")
	require.FileExists(t, filepath.Join(dir, "my (first) review.svg"))

	var whole map[string]string
	s.json(&whole, "incident", "review", id[:8])
	require.Equal(t, id, whole["incident"])
	require.Contains(t, whole["chart"], "<svg ")

	require.Regexp(t, `^[0-9a-f]{8}  document 1 added by ana: Post-incident review\n$`, s.ok("incident", "review", id, "--attach"))
	require.NoError(t, os.WriteFile(file, append(text, "It was the cache.\n"...), 0o600))
	require.Contains(t, s.ok("incident", "attach", id, file, "--title", "Reviewed", "--by", "bo"), "document 2 added by bo: Reviewed")
	require.Regexp(t, `(?m)^2 +Reviewed +text/markdown +\d+ +bo `, s.ok("incident", "document", id))
	require.Equal(t, string(text)+"It was the cache.\n", s.ok("incident", "document", id, "2"))
	var kept []client.DocumentInfo
	s.json(&kept, "incident", "document", id)
	require.Len(t, kept, 2)
	require.Regexp(t, `(?m)^document 2 +Reviewed \(bo\)$`, s.ok("incident", "show", id))
	require.Contains(t, s.ok("timeline", "show", id), "bo added document 2: Reviewed")
}

func TestReviewRefusedFromTheCommandLine(t *testing.T) {
	s := newShell(t)
	id := s.fire("slow")
	long := filepath.Join(t.TempDir(), "long.md")
	require.NoError(t, os.WriteFile(long, []byte(strings.Repeat("x", maxDocument+1)), 0o600))
	for _, c := range []struct {
		code  int
		want  string
		words []string
	}{
		{3, "hint: 'tocsin incident list", []string{"incident", "review", "nobody-knows-it"}},
		{1, "the document has 49153 bytes; the limit is 49152", []string{"incident", "attach", id, long}},
		{1, "nowhere.md does not exist", []string{"incident", "attach", id, "nowhere.md"}},
		{3, "the incident has no document 1", []string{"incident", "document", id, "1"}},
		{2, `"one" is not the number of a document`, []string{"incident", "document", id, "one"}},
		{2, "tocsin: state: expected value", []string{"task", "list", "--state", "odd"}},
		{2, "needs a command", []string{"task"}},
	} {
		got := s.run(c.words...)
		require.Equal(t, c.code, got.code, "%v: %s", c.words, got.err)
		require.Contains(t, got.err, c.want, "%v", c.words)
		require.Empty(t, got.out, "%v", c.words)
	}
}

func TestTasksFromTheCommandLine(t *testing.T) {
	s := newShell(t)
	id := s.fire("slow")
	require.Contains(t, s.run("task", "list").err, "no tasks")
	s.ok("incident", "task", "add", id, "warm the cache", "--owner", "bo")
	s.ok("incident", "task", "add", id, "write it up")
	s.ok("incident", "task", "done", id, "2")
	require.Regexp(t, `(?m)^`+id[:8]+` +1 +open +\d+[smhd] +bo +payments +warm the cache$`, s.ok("task", "list"))
	require.NotContains(t, s.ok("task", "list"), "write it up")
	require.Regexp(t, `(?m)^`+id[:8]+` +2 +done +\d+s +nobody +payments +write it up$`, s.ok("task", "list", "--state", "all"))
	var all []client.ListedTask
	s.json(&all, "task", "list", "--owner", "bo")
	require.Len(t, all, 1)
	require.Equal(t, id, all[0].Incident)
}

func TestAges(t *testing.T) {
	at := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for want, past := range map[string]time.Duration{"0s": -time.Minute, "59s": 59 * time.Second, "1m": time.Minute, "119m": 119 * time.Minute, "2h": 2 * time.Hour, "47h": 47 * time.Hour, "2d": 48 * time.Hour} {
		require.Equal(t, want, age(at, at.Add(past)))
	}
	require.Empty(t, age(time.Time{}, at))
	require.Empty(t, age(at, time.Time{}))
}
