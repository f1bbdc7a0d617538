package archivetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/pkg/events"
)

// tasks searches incidents by their follow-ups while these are added and completed.
func tasks(t *testing.T, a archive.Archive) {
	known := map[string]archive.Incident{}
	position := uint64(0)
	keep := func(n, step int, data events.Data) {
		f := fact(n, 0)
		e, err := events.Decode(f.Line)
		require.NoError(t, err)
		if data != nil {
			e.Type, e.Data, e.IncidentSeq = events.TypeOf(data), data, uint64(step+1)
		}
		line, err := e.Encode()
		require.NoError(t, err)
		position++
		f = archive.Fact{Envelope: e.Envelope, Line: line, Position: position, Hash: Chain(nil, line)}
		b := batch(t, known, []archive.Fact{f})
		require.NoError(t, a.Keep(ctx(), b.Facts, b.Incidents, b.Position))
	}
	find := func(q archive.Query) (titles []string) {
		for _, in := range list(t, a, q) {
			titles = append(titles, in.Title)
		}
		return titles
	}
	for n := range 3 {
		keep(n, 0, nil)
	}
	require.Empty(t, find(archive.Query{Tasks: "any"}))
	keep(0, 1, events.IncidentTaskAdded{Task: 1, Text: "alert on it"})
	keep(1, 1, events.IncidentTaskAdded{Task: 1, Text: "write it down"})
	keep(1, 2, events.IncidentTaskAdded{Task: 2, Text: "ask the vendor"})
	require.Equal(t, []string{"incident 1", "incident 0"}, find(archive.Query{Tasks: "open"}))
	keep(0, 2, events.IncidentTaskCompleted{Task: 1})
	keep(1, 3, events.IncidentTaskCompleted{Task: 2})
	require.Equal(t, []string{"incident 1"}, find(archive.Query{Tasks: "open"}), "one of two is done")
	require.Equal(t, []string{"incident 1", "incident 0"}, find(archive.Query{Tasks: "any"}))
	keep(1, 4, events.IncidentResolved{How: "command"})
	require.Equal(t, []string{"incident 1"}, find(archive.Query{Tasks: "open", Status: "all"}), "follow-ups outlive the incident")
	require.Empty(t, find(archive.Query{Tasks: "open", Status: "all", Service: "nowhere"}))
}
