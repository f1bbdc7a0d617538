package timeline

import (
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/stretchr/testify/require"

	"tocsin.dev/pkg/events"
)

// TestStories reads one fact a line ("14:00:00 name {data} | actor | reason") and writes the story
// and the incident after it. Run with -rewrite to accept what is told now.
func TestStories(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		var i Incident
		seq := uint64(0)
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			var out strings.Builder
			for _, line := range strings.Split(strings.TrimSpace(d.Input), "\n") {
				seq++
				e := read(t, line, seq)
				i = Fold(i, e)
				said := Tell(e)
				fmt.Fprintf(&out, "%s %s\n", said.At.Format(time.TimeOnly), said.Summary)
			}
			fmt.Fprintf(&out, "= %s %s level %d round %d, alerts", i.Status, i.Priority, i.Level, i.Round)
			for _, a := range i.Alerts {
				fmt.Fprintf(&out, " %s:%s", a.Key, a.Status)
			}
			return out.String() + "\n" + besides(t, i)
		})
	})
}

// besides returns what an incident has besides its status, level and alerts: what its JSON leaves out
// when it is empty, a field each line.
func besides(t *testing.T, i Incident) string {
	text, err := json.Marshal(i)
	require.NoError(t, err)
	known, err := json.Marshal(Incident{})
	require.NoError(t, err)
	var all, plain map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(text, &all))
	require.NoError(t, json.Unmarshal(known, &plain))
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if _, always := plain[name]; !always {
			fmt.Fprintf(&out, "  %s: %s\n", name, all[name])
		}
	}
	return out.String()
}

func read(t *testing.T, line string, seq uint64) events.Event {
	parts := append(strings.Split(line, " | "), "", "")
	clock, rest, _ := strings.Cut(parts[0], " ")
	name, data, _ := strings.Cut(rest, " ")
	at, err := time.Parse(time.TimeOnly, clock)
	require.NoError(t, err)
	value, err := events.DecodeData(events.TypePrefix+name+".v1", []byte(data))
	require.NoError(t, err)
	e := fact(seq, value)
	switch value.(type) {
	case events.AlertRenewed, events.OverrideAdded, events.OverrideRemoved, events.RosterImported:
		e.Subject, e.IncidentSeq = "", 0
	}
	e.Time = time.Date(2026, 3, 2, at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
	e.Actor, e.Reason = strings.TrimSpace(parts[1]), parts[2]
	return e
}

// TestEveryFactIsTold holds the words and the registry together: a new fact needs a sentence, and a
// new command the words of its refusal.
func TestEveryFactIsTold(t *testing.T) {
	for _, name := range events.Names() {
		data, err := events.DecodeData(events.TypePrefix+name+".v1", json.RawMessage(`{}`))
		require.NoError(t, err)
		if _, command := data.(events.CommandData); command {
			require.NotEqual(t, "do "+name, request(name), "no words for %s", name)
			continue
		}
		if _, about := data.(events.ProblemCommandData); about {
			require.NotEqual(t, "do "+name, request(name), "no words for %s", name)
			continue
		}
		if noun, _, _ := strings.Cut(name, "."); noun == "delivery" || name == "override.received" || name == "override.withdrawn" || name == "roster.received" {
			continue // done or asked for elsewhere; never on LEDGER
		}
		require.NotEqual(t, name, Tell(fact(1, data)).Summary, "no sentence for %s", name)
	}
	require.Equal(t, "do surprise.received", request("surprise.received"))
}

func TestTellKeepsTheEnvelope(t *testing.T) {
	e := fact(7, events.IncidentAnnotated{By: "person:ana", Note: "looking"})
	e.ID, e.CausationID, e.Actor, e.Reason = "id", "cause", "person:ana", "because"
	require.Equal(t, Entry{
		Seq: 7, At: e.Time, Type: "incident.annotated", Incident: "inc-1", Summary: "ana noted: looking",
		Reason: "because", Actor: "person:ana", ID: "id", Cause: "cause",
	}, Tell(e))
}

// TestFloor keeps the package on floor 1: of ours it may import pkg/events only, and nothing that does I/O.
func TestFloor(t *testing.T) {
	allowed := []string{`"encoding/json"`, `"fmt"`, `"maps"`, `"slices"`, `"strings"`, `"time"`, `"tocsin.dev/pkg/events"`}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	files = slices.DeleteFunc(files, func(name string) bool { return strings.HasSuffix(name, "_test.go") })
	require.NotEmpty(t, files)
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, i := range parsed.Imports {
			require.Contains(t, allowed, i.Path.Value, "%s may not import it: floor 1 knows pkg/events and pure packages", file)
		}
	}
}
