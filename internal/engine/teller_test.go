package engine_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/inmem"
	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/internal/engine"
	"tocsin.dev/pkg/events"
)

// storm decides n alerts, which fill several records.
func (h *fixture) storm(e *engine.Engine, n int) {
	h.t.Helper()
	o := h.take(e)
	all := make([]events.Event, n)
	for i := range all {
		all[i] = h.alert(fmt.Sprint(i))
	}
	h.ask(all...)
	h.settle(o.Turn)
}

// published returns the ids on EVENTS in order, and checks them against the ledger.
func (h *fixture) published() (got, want []string) {
	h.t.Helper()
	for _, m := range h.bus.Messages(bus.Events) {
		if id := m.Get("ce-id"); id != "" {
			got = append(got, id)
		}
	}
	for _, e := range h.facts() {
		if _, public := events.PublicSubject(e.Envelope); public {
			want = append(want, e.ID)
		}
	}
	return got, want
}

func TestTellerTellsEachFactOnce(t *testing.T) {
	h := newFixture(t)
	e := h.engine()
	h.storm(e, 700) // 2,100 public facts
	teller := e.NewTeller(0)
	h.settle(teller.Turn)
	got, want := h.published()
	require.Greater(t, len(want), 2*bus.MaxAnnounce)
	require.Equal(t, want, got)
	h.settle(teller.Turn)
	again, _ := h.published()
	require.Equal(t, got, again)
}

// TestTellerGoesOnInTheMiddleOfARecord: after every single batch another teller takes over.
func TestTellerGoesOnInTheMiddleOfARecord(t *testing.T) {
	h := newFixture(t)
	e := h.engine()
	h.storm(e, 700)
	middle := false
	for range 20 {
		progress, err := e.NewTeller(0).Turn(t.Context())
		require.NoError(t, err)
		position, _, err := h.bus.Told(t.Context(), 0)
		require.NoError(t, err)
		middle = middle || position%(1<<13) != 0
		if !progress {
			break
		}
	}
	require.True(t, middle, "some batch ended within a record")
	got, want := h.published()
	require.Equal(t, want, got)
}

func TestStaleTellerIsFencedOff(t *testing.T) {
	h := newFixture(t)
	e := h.engine()
	h.storm(e, 350)
	stale := e.NewTeller(0)
	_, err := stale.Turn(t.Context())
	require.NoError(t, err)
	h.settle(e.NewTeller(0).Turn)
	_, err = stale.Turn(t.Context())
	require.ErrorIs(t, err, bus.ErrFenced)
	h.settle(stale.Turn) // it begins anew from what was told
	got, want := h.published()
	require.Equal(t, want, got)
}

func TestTellerAfterALostAnswer(t *testing.T) {
	h := newEmptyFixture(t)
	lost := 2
	h.bus = inmem.New(inmem.Config{Partitions: 1, Clock: h.clock, Faults: inmem.Faults{
		LoseAnswer: func(call string) bool {
			if call == "announce" {
				lost--
			}
			return call == "announce" && lost >= 0
		},
	}})
	h.catalogs = revisions.NewStore(h.bus, h.clock)
	h.apply(catalogText)
	e := h.engine()
	h.storm(e, 700)
	teller := e.NewTeller(0)
	for range 2 {
		_, err := teller.Turn(t.Context())
		require.ErrorIs(t, err, inmem.ErrLost)
	}
	h.settle(teller.Turn)
	got, want := h.published()
	require.Equal(t, want, got)
}

// TestPublicFormIsReadable: a subscriber reads what was decided, from headers and body.
func TestPublicFormIsReadable(t *testing.T) {
	h := newFixture(t)
	e := h.engine()
	h.storm(e, 1)
	h.settle(e.NewTeller(0).Turn)
	decided := h.facts()[1]
	for _, m := range h.bus.Messages(bus.Events) {
		if m.Get("ce-id") != decided.ID {
			continue
		}
		require.Equal(t, "tocsin.incidents.shop.checkout.triggered", m.Subject)
		got, err := events.DecodeNATS(m.Header, m.Body)
		require.NoError(t, err)
		decided.DataContentType = got.DataContentType
		require.Equal(t, decided, got)
		return
	}
	require.Fail(t, "it was not told")
}
