package archivetest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/archive"
	"tocsin.dev/pkg/events"
)

// loose keeps facts with and without an incident, and reads some of the latter: all of them, and only new
// ones.
func loose(t *testing.T, a archive.Archive) {
	journal, ok := a.(archive.Journal)
	require.True(t, ok, "an archive has a journal")
	ask := func(after int64, names ...string) (ids []string, upTo int64) {
		facts, upTo, err := journal.Loose(ctx(), after, names...)
		require.NoError(t, err)
		for _, f := range facts {
			require.LessOrEqual(t, f.Key(), upTo)
			require.Greater(t, f.Key(), after)
			e, err := events.Decode(f.Line)
			require.NoError(t, err)
			require.Contains(t, names, e.Data.Name())
			ids = append(ids, e.ID)
		}
		return ids, upTo
	}
	ids, upTo := ask(0, "override.added")
	require.Empty(t, ids)
	require.Zero(t, upTo)

	Fill(t, a, Ledger(5, 4), 100)
	ids, upTo = ask(0, "incident.triggered", "override.added")
	require.Empty(t, ids, "facts of incidents are not loose")
	require.Positive(t, upTo)

	at := position(t, a)
	for n, data := range []events.Data{
		events.OverrideAdded{Override: events.Override{ID: "o"}},
		events.CatalogRevised{Revision: "r"},
		events.OverrideRemoved{ID: "o"},
		events.OverrideAdded{Override: events.Override{ID: "p"}},
	} {
		e := events.New(data)
		e.ID, e.Source, e.Time = fmt.Sprint("loose-", n), "tocsin/engine", Start
		line, err := e.Encode()
		require.NoError(t, err)
		at++
		require.NoError(t, a.Keep(ctx(), []archive.Fact{{Envelope: e.Envelope, Line: line, Position: at}}, nil, at))
	}
	ids, last := ask(0, "override.added", "override.removed")
	require.Equal(t, []string{"loose-0", "loose-2", "loose-3"}, ids)
	ids, same := ask(upTo, "override.added")
	require.Equal(t, []string{"loose-0", "loose-3"}, ids)
	require.Equal(t, last, same)
	ids, same = ask(last, "override.added", "override.removed")
	require.Empty(t, ids)
	require.Equal(t, last, same)
	ids, same = ask(last+7, "override.added")
	require.Empty(t, ids)
	require.Equal(t, last+7, same)
}
