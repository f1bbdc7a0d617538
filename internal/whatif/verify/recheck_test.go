package verify_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/whatif/backtest"
	"tocsin.dev/internal/whatif/verify"
	"tocsin.dev/internal/whatif/whatiftest"
	"tocsin.dev/pkg/events"
)

// recheck verifies recorded facts through a catalog, as a file has them.
func recheck(t require.TestingT, c *catalog.Catalog, facts []events.Event) verify.Rechecked {
	h, check := &backtest.History{}, &verify.Recheck{}
	for n, e := range facts {
		require.NoError(t, h.Add(e))
		check.Recorded(n+1, e)
	}
	h.Close()
	require.NoError(t, backtest.New(h, c, backtest.Options{AsRecorded: true, Sink: check.Decided}).Run())
	return check.Verdict(measure.Period{}, c.Rules.Revision)
}

// TestRecheckFindsNothing: decisions that the rules made are made again, from the decisions alone.
func TestRecheckFindsNothing(t *testing.T) {
	c := whatiftest.Catalog(t, "busy")
	rapid.Check(t, func(t *rapid.T) {
		r := whatiftest.Play(c, rapid.SliceOfN(whatiftest.AnyReachable, 5, 60).Draw(t, "steps"))
		got := recheck(t, c, r.Ledger())
		for _, d := range got.Deviations {
			require.Fail(t, d.Kind, "%s %s of %s %s: %v", d.Type, d.About, d.Service, d.DedupKey, d.Diff)
		}
		require.Zero(t, got.Elsewhere)
	})
}

// TestRecheckFinds: what is changed in the record is named by its line.
func TestRecheckFinds(t *testing.T) {
	c := whatiftest.Catalog(t, "plain")
	ledger := func() []events.Event {
		r := whatiftest.Play(c, []whatiftest.Step{{Verb: 0, About: 0}, {Verb: 6, About: 3}})
		return slices.Clone(r.Ledger())
	}
	find := func(facts []events.Event, name string) int {
		return slices.IndexFunc(facts, func(e events.Event) bool { return events.NameOf(e.Type) == name })
	}
	t.Run("nothing", func(t *testing.T) {
		got := recheck(t, c, ledger())
		require.Empty(t, got.Deviations)
		require.Equal(t, 1, got.Incidents)
		require.Positive(t, got.Facts)
		require.Positive(t, got.Unproven[verify.FollowsReceipts])
	})
	t.Run("another target", func(t *testing.T) {
		facts := ledger()
		at := find(facts, "page.requested")
		page := facts[at].Data.(events.PageRequested)
		page.Target = "person:cleo"
		facts[at].Data = page
		got := recheck(t, c, facts)
		require.Equal(t, 2, got.Different)
		require.Equal(t, verify.Extra, got.Deviations[0].Kind)
		require.Equal(t, at+1, got.Deviations[0].Line)
		require.Equal(t, "level 1 to person:cleo, round 1", got.Deviations[0].About)
		require.Equal(t, verify.Missing, got.Deviations[1].Kind)
		require.Equal(t, "level 1 to person:ana, round 1", got.Deviations[1].About)
	})
	t.Run("another priority", func(t *testing.T) {
		facts := ledger()
		at := find(facts, "page.requested")
		page := facts[at].Data.(events.PageRequested)
		page.Priority = "P5"
		facts[at].Data = page
		got := recheck(t, c, facts)
		require.Equal(t, 1, got.Different)
		require.Equal(t, verify.Changed, got.Deviations[0].Kind)
		require.Equal(t, []string{`data.priority: ledger "P5", rules "P1"`}, got.Deviations[0].Diff)
	})
	t.Run("late", func(t *testing.T) {
		facts := ledger()
		at := find(facts, "page.requested")
		facts[at].Time = facts[at].Time.Add(900 * time.Millisecond)
		require.Empty(t, recheck(t, c, facts).Deviations)
		facts[at].Time = facts[at].Time.Add(time.Second)
		require.Equal(t, 1, recheck(t, c, facts).Different)
	})
	t.Run("another catalog", func(t *testing.T) {
		got := recheck(t, whatiftest.Catalog(t, "busy"), ledger())
		require.Equal(t, 1, got.Elsewhere)
		require.NotEmpty(t, got.Deviations)
	})
}
