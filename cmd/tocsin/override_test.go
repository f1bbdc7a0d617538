package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/client"
)

func TestOverridesFromTheCommandLine(t *testing.T) {
	s := newShell(t)
	who := func(at string) client.Duty {
		var d client.Duty
		s.json(&d, "oncall", "who", "payments-primary", "--at", at)
		return d
	}
	require.Equal(t, []string{"ana"}, who("2026-03-05T12:00:00Z").People)
	out := s.ok("override", "add", "payments-primary", "--person", "bo", "--replaces", "ana", "--from", "2026-03-05 09:00", "--to", "2026-03-05T18:00Z", "--note", "the dentist")
	require.Regexp(t, `^[0-9a-f]{8}  in force: bo for ana in payments-primary from \S.* to \S.*\n$`, out)
	require.Equal(t, []string{"ana"}, who("2026-03-05T07:59:59Z").People)
	require.Equal(t, []string{"bo"}, who("2026-03-05T08:00:00Z").People, "09:00 is the schedule's")
	require.Regexp(t, `(?m)^\S+ \S+ \S+ +\S+ \S+ \S+ +bo +1 override `+out[:8]+`$`, s.ok("schedule", "show", "payments-primary", "--from", "2026-03-05", "--to", "2026-03-06"))

	s.ok("override", "add", "payments-primary", "--swap", "ana,bo", "--from", "2026-03-12", "--to", "2026-03-13")
	require.Equal(t, []string{"ana"}, who("2026-03-12T12:00:00Z").People)
	s.ok("override", "add", "payments-primary", "--shadow", "cleo", "--from", "2026-03-06 09:00", "--for", "8h")
	require.Regexp(t, `payments-primary +ana \(shadowed by cleo\)`, s.ok("oncall", "who", "payments-primary", "--at", "2026-03-06T12:00:00Z"))
	s.ok("override", "add", "payments-primary", "--temporary", "--shift", "bo 2026-12-24T09:00Z/2026-12-25T09:00Z", "--shift", "ana,cleo 2026-12-25 10:00/2026-12-26 10:00")
	require.Equal(t, []string{"bo"}, who("2026-12-24T12:00:00Z").People)
	require.Equal(t, []string{"ana", "cleo"}, who("2026-12-25T12:00:00Z").People)

	var all []client.Override
	s.json(&all, "override", "list")
	require.Len(t, all, 4)
	require.Equal(t, "the dentist", all[0].Note)
	listed := s.ok("override", "list", "payments-primary")
	require.Regexp(t, `(?m)^`+all[0].ID[:8]+` +payments-primary +override .* bo for ana +ana +the dentist$`, listed)
	require.Regexp(t, `(?m) swap .* ana and bo swapped `, listed)
	require.Regexp(t, `(?m) temporary .* 2 shifts `, listed)
	require.Regexp(t, `^`+all[0].ID[:8]+`  removed: bo for ana`, s.ok("override", "remove", "payments-primary", all[0].ID[:8]))
	require.Equal(t, []string{"ana"}, who("2026-03-05T08:00:00Z").People)
	require.Equal(t, "[]\n", func() string {
		for _, o := range all[1:] {
			s.ok("override", "remove", "payments-primary", o.ID)
		}
		return s.ok("override", "list", "--json")
	}())
	require.Empty(t, s.ok("override", "list"))
}

func TestOverridesRefusedFromTheCommandLine(t *testing.T) {
	s := newShell(t)
	for _, c := range []struct {
		code  int
		want  string
		words []string
	}{
		{2, "give one of --person, --swap, --shadow and --temporary", []string{"add", "payments-primary", "--for", "2h"}},
		{2, "give one of --person, --swap, --shadow and --temporary", []string{"add", "payments-primary", "--person", "bo", "--shadow", "cleo", "--for", "2h"}},
		{2, "--temporary and --shift need each other", []string{"add", "payments-primary", "--temporary", "--for", "2h"}},
		{2, "--temporary and --shift need each other", []string{"add", "payments-primary", "--person", "bo", "--shift", "bo +1h/+2h"}},
		{2, "say how long", []string{"add", "payments-primary", "--person", "bo"}},
		{2, "--for and --to cannot be combined", []string{"add", "payments-primary", "--person", "bo", "--for", "2h", "--to", "18:00"}},
		{2, "not 'people from/to'", []string{"add", "payments-primary", "--temporary", "--shift", "bo"}},
		{2, `"noon" is not an instant`, []string{"add", "payments-primary", "--temporary", "--shift", "bo noon/18:00"}},
		{2, "people[0]: expected a person of the catalog", []string{"add", "payments-primary", "--person", "dan", "--for", "2h"}},
		{2, "a swap is between two people", []string{"add", "payments-primary", "--swap", "ana", "--for", "2h"}},
		{3, "hint: 'tocsin schedule list' lists the schedules", []string{"add", "nights", "--person", "bo", "--for", "2h"}},
		{3, "hint: 'tocsin schedule list' lists the schedules", []string{"list", "nights"}},
		{3, "hint: 'tocsin override list' lists the overrides", []string{"remove", "payments-primary", "abcdef"}},
		{2, "at least 2 arg", []string{"remove", "payments-primary"}},
	} {
		got := s.run(append([]string{"override"}, c.words...)...)
		require.Equal(t, c.code, got.code, "%v: %s", c.words, got.err)
		require.Contains(t, got.err, c.want, "%v", c.words)
		require.Empty(t, got.out, "%v", c.words)
	}
	s.gateway.Mute()
	got := s.run("override", "add", "payments-primary", "--person", "bo", "--for", "2h")
	require.Equal(t, 0, got.code)
	require.Contains(t, got.err, "accepted; not all services use it yet")
}

func TestFeedFromTheCommandLine(t *testing.T) {
	s := newShell(t)
	one := s.ok("schedule", "feed", "payments-primary")
	require.Regexp(t, `^`+s.gateway.URL+`/ical/[A-Za-z0-9_-]{43}/schedules/payments-primary\.ics\n$`, one)
	require.Equal(t, one, s.ok("schedule", "feed", "payments-primary"))
	var f client.Feed
	s.json(&f, "schedule", "feed", "payments-primary", "--rotate")
	require.NotEqual(t, one, f.URL+"\n")
	require.Contains(t, s.ok("schedule", "feed", "--person", "ana"), "/people/ana.ics")
	require.Equal(t, 2, s.run("schedule", "feed").code)
	require.Equal(t, 2, s.run("schedule", "feed", "payments-primary", "--person", "ana").code)
	require.Equal(t, 3, s.run("schedule", "feed", "nights").code)
	require.Equal(t, 3, s.run("schedule", "feed", "--person", "dan").code)
}

func TestFutureInstant(t *testing.T) {
	now := time.Date(2026, 3, 4, 22, 0, 0, 0, time.UTC)
	for given, want := range map[string]time.Time{
		"08:00": time.Date(2026, 3, 5, 8, 0, 0, 0, time.UTC), "23:30": time.Date(2026, 3, 4, 23, 30, 0, 0, time.UTC),
		"22:00": time.Date(2026, 3, 5, 22, 0, 0, 0, time.UTC), "2026-03-01": time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), "": {},
	} {
		got, err := futureInstant(given, now, time.UTC)
		require.NoError(t, err)
		require.True(t, want.Equal(got), "%s: %s", given, got)
	}
}
