package archivetest

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
)

// Scene is an archive that may be changed behind its back, for the time of a test.
type Scene struct {
	// Exec runs a statement of SQL that must change something.
	Exec func(statement string)
	// Verify gives what a check finds.
	Verify func() []string
}

// Kept makes an archive in which everything has been done: six incidents, of which two were removed,
// one is held for another reason than at first, and one is held no more.
func Kept(t *testing.T, a Whole) {
	Fill(t, a, Resolved(6), 4)
	hold := func(n int, reason string) {
		require.NoError(t, a.Hold(ctx(), archive.Hold{Incident: ID(n), Since: Start.Add(time.Second), Reason: reason}))
	}
	hold(1, "case 7")
	hold(3, "case 8")
	hold(1, "case 9")
	require.NoError(t, a.Release(ctx(), ID(3)))
	n, err := a.Remove(ctx(), Start.Add(3*time.Second), 9, removedAt)
	require.NoError(t, err)
	require.Equal(t, 2, n, "0 and 2")
}

// Tampers changes one thing at a time in an archive, and expects it named. Each scene is as the archive
// was. Tables begin with prefix.
func Tampers(t *testing.T, open Opener, scene func(t *testing.T, dir string) Scene, prefix string) {
	dir := t.TempDir()
	a := open(t, dir).(Whole)
	Kept(t, a)
	require.NoError(t, a.Close())
	t.Run("nothing", func(t *testing.T) { require.Empty(t, scene(t, dir).Verify()) })
	incident := func(n int, problem string) string { return "incident " + ID(n) + ": " + problem }
	id := func(n int) string { return "'" + ID(n) + "'" }
	for name, c := range map[string]struct {
		statement string
		want      string
	}{
		"position forward":      {"UPDATE {}progress SET position = position + 1", "the position 4, or what else says how far the archive stands, does not fit its seal"},
		"position far forward":  {"UPDATE {}progress SET position = position + 1000000", "does not fit its seal"},
		"position back":         {"UPDATE {}progress SET position = position - 1", "does not fit its seal"},
		"another seal":          {"UPDATE {}progress SET seal = hash", "does not fit its seal"},
		"another newest record": {"UPDATE {}progress SET hash = deed", "the newest record is not the one that was kept last"},
		"another newest deed":   {"UPDATE {}progress SET deed = hash", "the newest is not the one that was noted last"},
		"hold lifted":           {"DELETE FROM {}holds", incident(1, "a hold was placed on it and not released, and is missing")},
		"hold for another case": {"UPDATE {}holds SET reason = 'case 7'", incident(1, "its hold was changed")},
		"hold since":            {"UPDATE {}holds SET since = (SELECT max(at) FROM {}removals)", incident(1, "its hold was changed")},
		"hold of another":       {"UPDATE {}holds SET id = " + id(4), incident(4, "it is held, and nobody placed the hold")},
		"hold that was released": {
			"INSERT INTO {}holds (id, since, reason) SELECT " + id(3) + ", since, 'case 8' FROM {}holds", incident(3, "it is held, and nobody placed the hold"),
		},
		"removal gone":           {"DELETE FROM {}removals WHERE id = " + id(0), incident(0, "it was removed, and what must be left of it is missing")},
		"removal invented":       {"INSERT INTO {}removals (id, at, seq, hash, document) SELECT " + id(3) + ", at, seq, hash, document FROM {}removals WHERE id = " + id(0), incident(3, "something is left of it, and nobody removed it")},
		"removal of another":     {"UPDATE {}removals SET id = 'x' WHERE id = " + id(0), "incident x: something is left of it, and nobody removed it"},
		"removal's document":     {"UPDATE {}removals SET document = (SELECT document FROM {}removals WHERE id = " + id(2) + ") WHERE id = " + id(0), incident(0, "what is left of it was changed")},
		"removal's number":       {"UPDATE {}removals SET seq = 2 WHERE id = " + id(0), incident(0, "what is left of it was changed")},
		"removal's hash":         {"UPDATE {}removals SET hash = NULL WHERE id = " + id(2), incident(2, "what is left of it was changed")},
		"removal's instant":      {"UPDATE {}removals SET at = (SELECT since FROM {}holds) WHERE id = " + id(2), incident(2, "what is left of it was changed")},
		"newest deed gone":       {"DELETE FROM {}deeds WHERE n = 6", "of 6 holds, releases and removals the newest is not the one that was noted last"},
		"a deed gone":            {"DELETE FROM {}deeds WHERE n = 4", "deed 5 (removed) does not follow the one before it"},
		"a deed invented":        {"INSERT INTO {}deeds (n, kind, incident, mark, facts, without, hash) SELECT 7, kind, incident, mark, facts, without, hash FROM {}deeds WHERE n = 4", "deed 7 (released) does not follow"},
		"another kind of deed":   {"UPDATE {}deeds SET kind = 'held' WHERE n = 4", "deed 4 (held) does not follow"},
		"a deed about another":   {"UPDATE {}deeds SET incident = " + id(4) + " WHERE n = 4", incident(4, "deed 4 (released) does not follow")},
		"a deed's facts":         {"UPDATE {}deeds SET facts = facts + 1 WHERE n = 6", incident(2, "deed 6 (removed) does not follow")},
		"facts taken out":        {"UPDATE {}records SET removed = removed + 1 WHERE position = 2", "the facts that records know as removed are not those that removals took out"},
		"sum of facts taken out": {"UPDATE {}records SET without = sum WHERE position = 1", "the facts that records know as removed are not those that removals took out"},
		"index of facts":         {"DROP INDEX {}facts_incident", "the index {}facts_incident is missing"},
		"index of causes":        {"DROP INDEX {}facts_cause", "the index {}facts_cause is missing"},
		"index of open ones":     {"DROP INDEX {}incidents_open", "the index {}incidents_open is missing"},
		"index for retention":    {"DROP INDEX {}incidents_resolved", "the index {}incidents_resolved is missing"},
		"place in its second":    {"UPDATE {}incidents SET place = place + 3 WHERE id = " + id(4), incident(4, "lists have it at a place that was never given")},
		"hash of a fact":         {"UPDATE {}facts SET hash = NULL WHERE incident = " + id(4) + " AND seq = 2", "incident " + ID(4) + ", fact 2, record 2, line 4: "},
	} {
		t.Run(name, func(t *testing.T) {
			s := scene(t, dir)
			s.Exec(strings.ReplaceAll(c.statement, "{}", prefix))
			require.Contains(t, strings.Join(s.Verify(), "\n"), strings.ReplaceAll(c.want, "{}", prefix))
		})
	}
}
