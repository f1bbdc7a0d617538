package rules_test

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/rules"
	"tocsin.dev/pkg/events"
)

// byRevision finds a catalog as the store of revisions does.
func byRevision(all map[string]*rules.Catalog) func(string) (*rules.Catalog, error) {
	return func(revision string) (*rules.Catalog, error) {
		c := all[revision]
		if c == nil {
			return nil, fmt.Errorf("no catalog %q", revision)
		}
		return c, nil
	}
}

// replayed folds facts, each through its stored bytes, into a fresh state, and gives its snapshot.
// Forgetting an incident leaves no fact, so what is due for that alone is let happen at now; the
// live state must have nothing else due.
func replayed(t require.TestingT, ledger []events.Event, catalogs map[string]*rules.Catalog, now time.Time) []byte {
	s := rules.NewState(3)
	for _, e := range ledger {
		line, err := e.Encode()
		require.NoError(t, err)
		stored, err := events.Decode(line)
		require.NoError(t, err)
		if revision := rules.Needs(stored); revision != "" {
			s.Learn(catalogs[revision])
		}
		require.NoError(t, s.Evolve(stored), string(line))
	}
	require.Empty(t, s.Fire(now, 1<<30), "a replayed state decides what the live one has not")
	b, err := s.Snapshot()
	require.NoError(t, err)
	return b
}
