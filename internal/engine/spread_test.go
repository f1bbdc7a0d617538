package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus/inmem"
	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/pkg/events"
)

// TestTellerSpreadsKnownErrors: what changes about a problem reaches every other partition, and another
// teller that says it again changes nothing.
func TestTellerSpreadsKnownErrors(t *testing.T) {
	h := newEmptyFixture(t)
	h.bus = inmem.New(inmem.Config{Partitions: 3, Clock: h.clock})
	h.catalogs = revisions.NewStore(h.bus, h.clock)
	h.apply(catalogText)
	e := h.engine()
	home := h.take(e)
	h.ask(h.event("open", events.ProblemReceived{Title: "cold"}))
	h.settle(home.Turn)
	ids := map[string]int{} // by problem: how often it was noticed
	count := func() {
		clear(ids)
		for _, f := range h.facts() {
			switch d := f.Data.(type) {
			case events.ProblemOpened:
				ids[d.Problem] += 0
			case events.ProblemNoticed:
				require.Equal(t, "warm it", d.Known.Workaround)
				ids[d.Problem]++
			}
		}
	}
	count()
	require.Len(t, ids, 1)
	for id := range ids {
		h.ask(h.event("change", events.ProblemChangeReceived{
			ProblemCommand: events.ProblemCommand{Problem: id},
			Known:          &events.KnownError{Workaround: "warm it", Match: events.KnownMatch{Services: []string{"checkout"}, Key: "k"}},
		}))
	}
	h.settle(home.Turn)
	for range 2 {
		h.settle(e.NewTeller(0).Turn)
		for p := 1; p < 3; p++ {
			o, err := h.engine().Take(t.Context(), p)
			require.NoError(t, err)
			h.settle(o.Turn)
			o.Close()
		}
		count()
		for _, n := range ids {
			require.Equal(t, 2, n, "once in each of the other partitions")
		}
	}
}
