package archivetest

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
)

// Scene is an archive that a test may tamper with.
type Scene struct {
	// Exec runs an SQL statement, which must change something.
	Exec func(statement string)
	// Verify returns what an audit finds.
	Verify func() []string
}

// Kept fills an archive with every kind of change: six incidents, of which two were removed, one is held
// for another reason than at first, and one was held and released.
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

// Tampers changes one thing at a time and expects the audit to name it. Each scene begins with the untouched
// archive. The names of tables begin with prefix.
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
		"position forward":      {"UPDATE {}head SET position = position + 1", "the chain must end with entry 9 at record 4, but it ends with entry 9 at record 3"},
		"position far forward":  {"UPDATE {}head SET position = position + 1000000", "the chain must end with entry 9 at record 1000003"},
		"position back":         {"UPDATE {}head SET position = position - 1", "the chain must end with entry 9 at record 2"},
		"another hash in head":  {"UPDATE {}head SET hash = (SELECT hash FROM {}chain WHERE n = 1)", "the newest entry of the chain, 9, is not the one that was added last"},
		"another count in head": {"UPDATE {}head SET n = n - 1", "the chain must end with entry 8 at record 3, but it ends with entry 9"},
		"hold lifted":           {"DELETE FROM {}holds", incident(1, "its hold was not released, and is missing")},
		"hold for another case": {"UPDATE {}holds SET reason = 'case 7'", incident(1, "its hold was changed")},
		"hold since":            {"UPDATE {}holds SET since = (SELECT max(at) FROM {}removals)", incident(1, "its hold was changed")},
		"hold of another":       {"UPDATE {}holds SET id = " + id(4), incident(4, "the archive has a hold on it, and the chain has none")},
		"hold that was released": {
			"INSERT INTO {}holds (id, since, reason) SELECT " + id(3) + ", since, 'case 8' FROM {}holds", incident(3, "the archive has a hold on it, and the chain has none"),
		},
		"removal gone":           {"DELETE FROM {}removals WHERE id = " + id(0), incident(0, "it was removed, and the record of its removal is missing")},
		"removal invented":       {"INSERT INTO {}removals (id, at, seq, hash, document, taken) SELECT " + id(3) + ", at, seq, hash, document, taken FROM {}removals WHERE id = " + id(0), incident(3, "the archive has a removal of it, and the chain has none")},
		"removal of another":     {"UPDATE {}removals SET id = 'x' WHERE id = " + id(0), "incident x: the archive has a removal of it, and the chain has none"},
		"removal's document":     {"UPDATE {}removals SET document = (SELECT document FROM {}removals WHERE id = " + id(2) + ") WHERE id = " + id(0), incident(0, "its removal was changed")},
		"removal's number":       {"UPDATE {}removals SET seq = 2 WHERE id = " + id(0), incident(0, "its removal was changed")},
		"removal's hash":         {"UPDATE {}removals SET hash = NULL WHERE id = " + id(2), incident(2, "its removal was changed")},
		"removal's instant":      {"UPDATE {}removals SET at = (SELECT since FROM {}holds) WHERE id = " + id(2), incident(2, "its removal was changed")},
		"removal's facts":        {"UPDATE {}removals SET taken = (SELECT taken FROM {}removals WHERE id = " + id(2) + ") WHERE id = " + id(0), incident(0, "its removal was changed")},
		"newest entry gone":      {"DELETE FROM {}chain WHERE n = 9", "the chain must end with entry 9 at record 3, but it ends with entry 8"},
		"an entry gone":          {"DELETE FROM {}chain WHERE n = 7", "entry 8 of the chain (removal) does not follow the one before it"},
		"an entry invented":      {"INSERT INTO {}chain (n, kind, position, facts, incident, sum, hash) SELECT 10, kind, position, facts, incident, sum, hash FROM {}chain WHERE n = 7", "entry 10 of the chain (release) does not follow"},
		"another kind of entry":  {"UPDATE {}chain SET kind = 'hold' WHERE n = 7", "entry 7 of the chain (hold) does not follow"},
		"an entry about another": {"UPDATE {}chain SET incident = " + id(4) + " WHERE n = 7", incident(4, "entry 7 of the chain (release) does not follow")},
		"an entry's sum":         {"UPDATE {}chain SET sum = hash WHERE n = 9", incident(2, "entry 9 of the chain (removal) does not follow")},
		"a record gone":          {"DELETE FROM {}chain WHERE n = 2", "record 3: entry 3 of the chain (record) does not follow the one before it"},
		"facts of a record":      {"UPDATE {}chain SET facts = facts - 1 WHERE n = 2", "record 2: entry 2 of the chain (record) does not follow"},
		"index of facts":         {"DROP INDEX {}facts_incident", "the index {}facts_incident is missing"},
		"index of causes":        {"DROP INDEX {}facts_cause", "the index {}facts_cause is missing"},
		"index of open ones":     {"DROP INDEX {}incidents_open", "the index {}incidents_open is missing"},
		"index for retention":    {"DROP INDEX {}incidents_resolved", "the index {}incidents_resolved is missing"},
		"place in its second":    {"UPDATE {}incidents SET place = place + 3 WHERE id = " + id(4), incident(4, "its place in lists was never assigned")},
		"hash of a fact":         {"UPDATE {}facts SET hash = NULL WHERE incident = " + id(4) + " AND seq = 2", "incident " + ID(4) + ", fact 2, record 2, line 4: "},
	} {
		t.Run(name, func(t *testing.T) {
			s := scene(t, dir)
			s.Exec(strings.ReplaceAll(c.statement, "{}", prefix))
			require.Contains(t, strings.Join(s.Verify(), "\n"), strings.ReplaceAll(c.want, "{}", prefix))
		})
	}
}
