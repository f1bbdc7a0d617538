package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/gateway/api/apitest"
	"tocsin.dev/pkg/client"
)

// shell runs commands against one gateway.
type shell struct {
	t       *testing.T
	gateway *apitest.Gateway
}

// said is what a command wrote and how it ended.
type said struct {
	code     int
	out, err string
}

func newShell(t *testing.T) *shell {
	g := apitest.Start(t)
	t.Setenv("TOCSIN_HTTP", g.URL)
	t.Setenv("TOCSIN_TOKEN", apitest.Token)
	t.Setenv("USER", "ana")
	return &shell{t, g}
}

// run runs a command at the gateway's time.
func (s *shell) run(words ...string) said { return execAt(s.t, apitest.Now, words...) }

func exec(t *testing.T, words ...string) said { return execAt(t, time.Now(), words...) }

func execAt(t *testing.T, now time.Time, words ...string) said {
	var out, talk bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &talk, now: func() time.Time { return now }}
	code := a.run(t.Context(), words)
	return said{code, out.String(), talk.String()}
}

// ok runs a command that must work and gives its stdout.
func (s *shell) ok(words ...string) string {
	got := s.run(words...)
	require.Equal(s.t, 0, got.code, "%v: %s", words, got.err)
	return got.out
}

func (s *shell) json(to any, words ...string) {
	require.NoError(s.t, json.Unmarshal([]byte(s.ok(append(words, "--json")...)), to))
}

// fire opens an incident and gives its id.
func (s *shell) fire(words ...string) string {
	var out client.Outcome
	s.json(&out, append([]string{"alert", "fire"}, words...)...)
	return out.Incident.ID
}

func TestIncidentsFromTheCommandLine(t *testing.T) {
	s := newShell(t)
	require.Contains(t, s.ok("alert", "fire", "--service", "checkout", "--severity", "critical", "Checkout", "is", "slow"), "P1 incident opened: Checkout is slow")
	var all []client.Incident
	s.json(&all, "incident", "list")
	require.Len(t, all, 1)
	id := all[0].ID

	list := s.ok("incident", "list")
	require.Regexp(t, `(?m)^ID +STATUS +PRIO`, list)
	require.Regexp(t, `(?m)^`+id[:8]+` +triggered +P1 +checkout +1 .*Checkout is slow$`, list)

	require.Regexp(t, "^"+id[:8]+"  acknowledged by ana\n", s.ok("incident", "ack", id))
	require.Regexp(t, "^"+id[:8]+"  acknowledgement withdrawn by ana\n", s.ok("incident", "unack", id[:6]))
	require.Contains(t, s.ok("incident", "escalate", id, "--level", "3"), "level 3 of round 2", "a round ended when it was given back")
	require.Contains(t, s.ok("incident", "note", id, "rolling", "back"), "ana noted: rolling back")
	require.Contains(t, s.ok("incident", "resolve", id, "--by", "grafana bot"), id[:8]+"  resolved by grafana bot\n")
	require.Contains(t, s.ok("incident", "reopen", id), "reopened by ana")

	var one client.Incident
	s.json(&one, "incident", "show", id)
	require.Equal(t, id, one.ID)
	require.Regexp(t, `(?m)^status +triggered$`, s.ok("incident", "show", id))
	require.Contains(t, s.ok("alert", "clear", "--service", "checkout", "Checkout is slow"), "resolved: all its alerts cleared")
	require.Equal(t, "[]\n", s.ok("incident", "list", "--json"), "an empty list is a list")
	require.Empty(t, s.ok("incident", "list"))
}

func TestSeveralAtOnce(t *testing.T) {
	s := newShell(t)
	one, two := s.fire("one"), s.fire("two")
	require.Regexp(t, "(?s)^"+one[:8]+"  acknowledged by ana\n.*"+two[:8]+"  acknowledged by ana\n", s.ok("incident", "ack", one, two))
	got := s.run("incident", "resolve", one, "nobody-knows-it")
	require.Equal(t, 3, got.code)
	require.Contains(t, got.out, "resolved by ana", "what was done is told")
	require.Contains(t, got.err, "incident nobody-knows-it")
}

func TestTimelineFromTheCommandLine(t *testing.T) {
	s := newShell(t)
	id := s.fire("slow")
	s.ok("incident", "ack", id)
	var all []client.Entry
	s.json(&all, "timeline", "show", id)
	require.Len(t, all, 5)
	lines := strings.Split(strings.TrimSpace(s.ok("timeline", "show", id[:5])), "\n")
	require.Len(t, lines, 5)
	require.Contains(t, lines[3], "ana acknowledged it via api")
}

// TestFollow ends the following by the interrupt, after it has shown what there is.
func TestFollow(t *testing.T) {
	s := newShell(t)
	id := s.fire("slow")
	for _, format := range [][]string{nil, {"--json"}} {
		ctx, cancel := context.WithCancel(t.Context())
		out := &until{text: "page.requested", then: cancel}
		if format == nil {
			out.text = "requested"
		}
		code := run(ctx, append([]string{"timeline", "show", "-f", id}, format...), strings.NewReader(""), out, &bytes.Buffer{})
		require.Equal(t, 0, code)
		require.Equal(t, 3, strings.Count(out.String(), "\n"), "one line each")
	}
	require.Equal(t, 3, s.run("timeline", "show", "-f", "nobody-knows-it").code)
}

// until calls then as soon as text was written.
type until struct {
	bytes.Buffer
	text string
	then func()
}

func (u *until) Write(b []byte) (int, error) {
	n, err := u.Buffer.Write(b)
	if strings.Contains(u.String(), u.text) {
		u.then()
	}
	return n, err
}

func TestOnCallFromTheCommandLine(t *testing.T) {
	s := newShell(t)
	var one map[string]any
	s.json(&one, "oncall", "who", "payments-primary", "--at", "2026-01-06T12:00:00Z")
	require.Equal(t, []any{"ana"}, one["people"])
	require.Equal(t, "payments-primary", one["schedule"])
	require.Contains(t, one, "until")
	var all []map[string]any
	s.json(&all, "oncall", "who")
	require.Len(t, all, 1)
	require.Regexp(t, `payments-primary +(ana|bo) `, s.ok("oncall", "who", "--at", "+2h"))
	got := s.run("oncall", "who", "nobody")
	require.Equal(t, 3, got.code)
	require.Contains(t, got.err, "hint: 'tocsin schedule list' lists the schedules")
}

func TestCatalogFromTheCommandLine(t *testing.T) {
	s := newShell(t)
	dir := t.TempDir()
	write := func(text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "catalog.yaml"), []byte(text), 0o600))
	}
	require.Equal(t, strings.TrimRight(apitest.Catalog, "\n")+"\n", s.ok("catalog", "show"))
	write(apitest.Catalog + "# changed\n")
	require.Regexp(t, `^revision [0-9a-f]{8} is in force\n$`, s.ok("catalog", "apply", dir))
	var now client.Catalog
	s.json(&now, "catalog", "show")
	require.Contains(t, now.Files["catalog.yaml"], "# changed")

	write(strings.Replace(apitest.Catalog, "team: payments", "team: paymnts", 1))
	got := s.run("catalog", "apply", dir)
	require.Equal(t, 1, got.code)
	require.Regexp(t, `^`+dir+`/catalog\.yaml:\d+:\d+: .*paymnts`, got.out)
	require.Contains(t, got.err, "nothing was changed")
}

func TestFailuresFromTheCommandLine(t *testing.T) {
	s := newShell(t)
	id := s.fire("slow")
	for _, c := range []struct {
		words []string
		code  int
		err   string
	}{
		{[]string{"incident", "show", "nobody-knows-it"}, 3, "hint: 'tocsin incident list --status all' lists the incidents"},
		{[]string{"incident", "ack", "nobody-knows-it"}, 3, "no such incident"},
		{[]string{"timeline", "show", "nobody-knows-it"}, 3, "no such incident"},
		{[]string{"incident", "reopen", id}, 1, "tocsin: it is not resolved"},
		{[]string{"incident", "list", "--status", "odd"}, 2, "tocsin: status: expected value"},
		{[]string{"alert", "fire", "x", "--service", "chekout"}, 2, "no such service"},
		{[]string{"incident", "list", "--token", "wrong"}, 1, "hint: the token is in"},
	} {
		got := s.run(c.words...)
		require.Equal(t, c.code, got.code, "%v: %s", c.words, got.err)
		require.Contains(t, got.err, c.err)
		require.Empty(t, got.out)
	}
	s.gateway.Refuse(bus.ErrFull)
	got := s.run("incident", "ack", id)
	require.Equal(t, 1, got.code)
	require.Contains(t, got.err, "hint: try again in a moment")
}

func TestUndecidedIsTold(t *testing.T) {
	s := newShell(t)
	id := s.fire("slow")
	s.gateway.Mute()
	got := s.run("incident", "ack", id)
	require.Equal(t, 0, got.code)
	require.Empty(t, got.out)
	require.Contains(t, got.err, "not known yet")
}

func TestTokenFromTheDataFolder(t *testing.T) {
	newShell(t)
	t.Setenv("TOCSIN_TOKEN", "")
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "token"), []byte(apitest.Token+"\n"), 0o600))
	require.Equal(t, 0, exec(t, "incident", "list", "--data", dir).code)
	require.Equal(t, 1, exec(t, "incident", "list", "--data", t.TempDir()).code)
}

func TestDoctorFindsEverythingInOrder(t *testing.T) {
	s := newShell(t)
	out := s.ok("doctor")
	require.NotContains(t, out, "fail")
	require.Contains(t, out, "ok    every person has a contact method: 3 people")
	require.Contains(t, out, "ok    every schedule has somebody on call now")
	var all []finding
	s.json(&all, "doctor")
	require.Len(t, all, 10)
	s.gateway.Unload()
	got := s.run("doctor")
	require.Equal(t, 1, got.code)
	require.Contains(t, got.out, "fail  a catalog is in force")
	got = s.run("doctor", "--token", "wrong")
	require.Contains(t, got.out, "fail  the API token is valid")
}

func TestSumOfAMetric(t *testing.T) {
	text := "# HELP a x\na{kind=\"x y\"} 1\na{kind=\"z\"} 2.5\nab 7\nb 3\n"
	for metric, want := range map[string]float64{"a": 3.5, "b": 3, "ab": 7} {
		got, ok := sum(text, metric)
		require.True(t, ok)
		require.InDelta(t, want, got, 1e-9)
	}
	_, ok := sum(text, "c")
	require.False(t, ok)
}

func TestCompletion(t *testing.T) {
	s := newShell(t)
	id := s.fire("slow")
	require.Contains(t, s.ok("__complete", "incident", "ack", ""), id+"\tcheckout: slow\n")
	require.NotContains(t, s.ok("__complete", "incident", "ack", id, ""), id, "once is enough")
	require.NotContains(t, s.ok("__complete", "incident", "reopen", ""), id, "it is open")
	require.Contains(t, s.ok("__complete", "oncall", "who", ""), "payments-primary\t")
	require.Contains(t, s.ok("__complete", "incident", "list", "--status", ""), "acknowledged")
}

func TestHostileTextCannotDriveTheTerminal(t *testing.T) {
	s := newShell(t)
	id := s.fire("--key", "k", "\x1b[2J\u202eevil\u200b \x07title\u2028\xff")
	for _, words := range [][]string{{"incident", "list"}, {"incident", "show", id}, {"timeline", "show", id}, {"incident", "note", id, "\x1b]0;x\x07\r\nfaked line"}} {
		out := s.ok(words...)
		for _, bad := range []string{"\x1b", "\u202e", "\u200b", "\x07", "\r", "\u2028", "\nfaked"} {
			require.NotContains(t, out, bad, "%v", words)
		}
	}
}

func TestInstants(t *testing.T) {
	now := time.Date(2026, 3, 4, 10, 0, 0, 0, time.Local)
	for s, want := range map[string]time.Time{
		"":                     {},
		"+90m":                 now.Add(90 * time.Minute),
		"18:30":                time.Date(2026, 3, 4, 18, 30, 0, 0, time.Local),
		"2026-12-24 18:00":     time.Date(2026, 12, 24, 18, 0, 0, 0, time.Local),
		"2026-12-24":           time.Date(2026, 12, 24, 0, 0, 0, 0, time.Local),
		"2026-12-24T18:00:00Z": time.Date(2026, 12, 24, 18, 0, 0, 0, time.UTC),
	} {
		got, err := instant(s, now)
		require.NoError(t, err, s)
		require.True(t, want.Equal(got), s)
	}
	for _, s := range []string{"noon", "+x", "25:00", "2026-13-01"} {
		_, err := instant(s, now)
		require.Error(t, err, s)
	}
}
