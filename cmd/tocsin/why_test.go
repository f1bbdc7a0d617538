package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/client"
)

func TestWhy(t *testing.T) {
	s := newShell(t)
	t.Setenv("TZ", "Europe/Madrid")
	id := s.fire("--service", "checkout", "--severity", "critical", "slow")
	s.ok("incident", "ack", id)
	out := s.ok("why", id[:6])
	require.Regexp(t, `^Paged: ana by level 1 \(.+\); ana acknowledged it at 13:00:0\d CET\.\n\n`, out)
	require.Regexp(t, `(?m)^13:05:0\d CET  Level 2 \(catalog.yaml:\d+\): not reached: ana acknowledged it at .+ before it was due\. It would have paged bo\.$`, out)
	require.Regexp(t, `^bo was not paged: level 2 \(catalog.yaml:\d+\) means bo, and was not reached: ana acknowledged it at 13:`, s.ok("why", id, "--person", "bo"))
	require.Regexp(t, `acknowledged it at 12:00:0\d UTC\.`, s.ok("why", id, "--timezone", "UTC"))
	var w client.Why
	s.json(&w, "why", id, "--person", "cleo")
	require.Equal(t, "cleo", w.Person.Person)
	require.Equal(t, "not_reached", w.Person.Outcome)

	got := s.run("why", "nosuch")
	require.Equal(t, said{3, "", "tocsin: incident \"nosuch\": no such incident\nhint: 'tocsin incident list --status all' lists the incidents; an id may be shortened to 4 characters or more\n"}, got)
	got = s.run("why", id, "--person", "anna")
	require.Equal(t, said{3, "", "tocsin: no such person: anna; did you mean ana?\nhint: name a person of the catalog that was in force when the incident opened\n"}, got)
	require.Equal(t, 2, s.run("why").code)
	require.Equal(t, 2, s.run("why", id, "--timezone", "Moon").code)
}

func TestLocalZone(t *testing.T) {
	t.Setenv("TZ", ":Asia/Kathmandu")
	require.Equal(t, "Asia/Kathmandu", localZone())
	t.Setenv("TZ", "")
	require.Empty(t, localZone())
}
