package rules_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/rules"
	"tocsin.dev/pkg/events"
)

// anyRevision returns the team's catalog under whatever revision is asked for.
func anyRevision(revision string) (*rules.Catalog, error) {
	c := team()
	c.Revision = revision
	return c, nil
}

// FuzzRestoreState: what lies in the store is never trusted to be whole. What can be restored can
// be used, and gives the same snapshot again.
func FuzzRestoreState(f *testing.F) {
	s := ready()
	id := s.Decide(firing(f, 1), monday).Facts[0].Subject
	s.Decide(rules.Input{Event: events.New(events.ResolutionReceived{Command: events.Command{Incident: id}})}, monday)
	s.Decide(firing(f, 2), monday)
	whole, err := s.Snapshot()
	require.NoError(f, err)
	f.Add(whole)
	for _, seed := range []string{
		``, `{}`, `null`, `{"version":9}`, `{"version":2}`, `{"version":2,"incidents":[null]}`,
		`{"version":2,"incidents":[{"id":"a","policy":"standard","status":9}]}`,
		`{"version":2,"incidents":[{"id":"a","policy":"standard"},{"id":"a","policy":"standard"}]}`,
		`{"version":2,"incidents":[{"id":"a","policy":"nobody knows it"}]}`,
		`{"version":2,"incidents":[{"id":"a","policy":"standard","climb":{"Level":7}}],"shadowed":["a"]}`,
		`{"version":2,"catalog":"x","incidents":[{"id":"a","policy":"standard","step_at":"2026-03-02T10:00:00Z","pages":[{"id":"p"}]}]}`,
		`{"version":2,"catalog":"x","incidents":[{"id":"a","policy":"standard","climb":{"Round":-5,"Level":-1},"step_at":"2026-03-02T10:00:00Z"}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := rules.RestoreState(b, anyRevision)
		if err != nil {
			return
		}
		once, err := s.Snapshot()
		require.NoError(t, err)
		again, err := rules.RestoreState(once, anyRevision)
		require.NoError(t, err)
		twice, err := again.Snapshot()
		require.NoError(t, err)
		require.Equal(t, string(once), string(twice))
		for range 10 {
			again.Fire(monday.Add(time.Hour), 100)
		}
	})
}

func TestRestoreStateRefuses(t *testing.T) {
	missing := errors.New("the store is empty")
	for name, test := range map[string]struct{ snapshot, fault string }{
		"no snapshot":             {`[`, "snapshot: unexpected end"},
		"another version":         {`{"version":9}`, "version 9 is not known"},
		"the catalog is gone":     {`{"version":2,"catalog":"gone"}`, "the store is empty"},
		"an incident's is gone":   {`{"version":2,"incidents":[{"id":"a","catalog":"gone"}]}`, "the store is empty"},
		"the policy is not there": {`{"version":2,"incidents":[{"id":"a","catalog":"here","policy":"none"}]}`, `no policy "none"`},
		"a status of tomorrow":    {`{"version":2,"incidents":[{"id":"a","catalog":"here","policy":"standard","status":4}]}`, "status 4 is not known"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := rules.RestoreState([]byte(test.snapshot), func(revision string) (*rules.Catalog, error) {
				if revision == "gone" {
					return nil, missing
				}
				return anyRevision(revision)
			})
			require.ErrorContains(t, err, test.fault)
		})
	}
}

// TestEvolveRefuses: a fact that cannot follow is a fault of the ledger, not a case of the rules.
func TestEvolveRefuses(t *testing.T) {
	s := ready()
	facts := s.Decide(firing(t, 1), monday).Facts
	for name, test := range map[string]struct {
		fact  events.Event
		fault string
	}{
		"an incident twice":                  {facts[0], "is known"},
		"a gap":                              {seq(facts[2], 5), "is at fact 3, the next is 5"},
		"a repeat":                           {facts[2], "is at fact 3, the next is 3"},
		"a stranger":                         {seq(events.New(events.IncidentAcknowledged{}), 1), "is not known"},
		"a first fact that is not the first": {seq(events.New(events.IncidentTriggered{Catalog: team().Revision, Policy: "standard"}), 2), "number 2"},
		"an unknown policy":                  {seq(events.New(events.IncidentTriggered{Catalog: team().Revision}), 1), `no policy ""`},
		"an unknown catalog":                 {seq(events.New(events.IncidentTriggered{Policy: "standard"}), 1), "is not known"},
		"an unknown revision":                {events.New(events.CatalogRevised{Revision: "gone"}), "is not known"},
		"an unknown alert":                   {events.New(events.AlertRenewed{Incident: facts[0].Subject, Key: "gone"}), "is not known"},
	} {
		t.Run(name, func(t *testing.T) { require.ErrorContains(t, s.Evolve(test.fact), test.fault) })
	}
	require.NoError(t, s.Evolve(events.New(events.CommandRefused{})), "a fact of no incident changes nothing")
}

func seq(e events.Event, n uint64) events.Event {
	e.IncidentSeq = n
	return e
}

// TestUnknownRevision: the engine gives a catalog before it decides about it.
func TestUnknownRevision(t *testing.T) {
	s := ready()
	d := s.Decide(rules.Input{Event: events.New(events.CatalogRevised{Revision: "gone"})}, monday)
	require.Equal(t, rules.Decision{Ignored: rules.NoCatalog}, d)
}
