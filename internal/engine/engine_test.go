package engine_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/inmem"
	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/internal/engine"
	"tocsin.dev/internal/source/cloudevents"
	"tocsin.dev/pkg/events"
)

const (
	opened  = "incident.triggered escalation.advanced page.requested"
	revised = "catalog.revised"
)

func TestConfig(t *testing.T) {
	_, err := engine.New(engine.Config{})
	for _, word := range []string{"bus", "catalogs", "foreign", "instance"} {
		require.ErrorContains(t, err, word)
	}
}

func TestAlertIsDecidedOnce(t *testing.T) {
	h := newFixture(t)
	first := h.take(h.engine())
	h.ask(h.alert("a"))
	h.settle(first.Turn)
	require.Equal(t, revised+" "+opened, names(h.facts()))
	second := h.take(h.engine()) // the first one is gone; nothing is decided again
	h.settle(second.Turn)
	h.ask(h.alert("a"), h.alert("b"))
	h.settle(second.Turn)
	require.Equal(t, revised+" "+opened+" "+opened, names(h.facts()))
	require.EqualValues(t, 3, second.Position().Seq)
}

func TestDeadlineSurvivesARestart(t *testing.T) {
	h := newFixture(t)
	first := h.take(h.engine())
	h.ask(h.alert("a"))
	h.settle(first.Turn)
	h.now = h.now.Add(5 * time.Minute)
	second := h.take(h.engine())
	h.settle(second.Turn)
	all := h.facts()
	require.Equal(t, "page.requested escalation.advanced page.requested", names(all[3:6]), "asked again, and one level up")
}

func TestSnapshotIsTheState(t *testing.T) {
	h := newFixture(t)
	first := h.take(h.engine())
	h.ask(h.alert("a"), h.alert("b"))
	h.settle(first.Turn)
	leave := func(o interface{ Run(context.Context) error }) []byte {
		stopped, stop := context.WithCancel(t.Context())
		stop()
		require.NoError(t, o.Run(stopped))
		b, err := h.bus.Get(t.Context(), "snapshot.ledger.0")
		require.NoError(t, err)
		return b
	}
	live := leave(first)
	require.NoError(t, h.bus.Put(t.Context(), "snapshot.ledger.0", []byte("damaged")))
	replayed := leave(h.take(h.engine()))
	require.JSONEq(t, stateOf(t, live), stateOf(t, replayed))
}

// TestFailedConditionsAreCounted: once each, however many records follow.
func TestFailedConditionsAreCounted(t *testing.T) {
	h := newEmptyFixture(t)
	h.apply(strings.Replace(catalogText, "page: [person:ana],", `page: [person:ana], when: "int(labels.rack) > 3",`, 1))
	metrics := prometheus.NewRegistry()
	e, err := engine.New(engine.Config{
		Bus: h.bus, Catalogs: h.catalogs, Foreign: cloudevents.FromNATS, Instance: "counting", Clock: h.clock, Metrics: metrics,
	})
	require.NoError(t, err)
	o := h.take(e)
	h.ask(h.alert("a"), h.alert("b")) // they have no such label
	h.settle(o.Turn)
	h.ask(h.event("note", events.NoteReceived{Command: events.Command{Incident: h.facts()[1].Subject, Note: "x"}}))
	h.settle(o.Turn)
	all, err := metrics.Gather()
	require.NoError(t, err)
	failures := map[string]float64{}
	for _, f := range all {
		failures[f.GetName()] = f.GetMetric()[0].GetCounter().GetValue()
	}
	require.InDelta(t, 2, failures["tocsin_engine_condition_failures_total"], 0)
}

func TestFirstCatalogIsWaitedFor(t *testing.T) {
	h := newEmptyFixture(t)
	e, err := engine.New(engine.Config{
		Bus: h.bus, Catalogs: h.catalogs, Foreign: cloudevents.FromNATS, Instance: "early", Clock: h.clock,
		Pause: func(context.Context, time.Duration) error {
			h.apply(catalogText)
			return nil
		},
	})
	require.NoError(t, err)
	h.settle(h.take(e).Turn)
	require.Equal(t, revised, names(h.facts()))
}

func TestUnknownRevisionStopsTheOwner(t *testing.T) {
	h := newFixture(t)
	o := h.take(h.engine())
	h.ask(h.event("rev", events.CatalogRevised{Revision: "never applied"}))
	h.ask(h.alert("a"))
	_, err := o.Turn(t.Context())
	require.ErrorIs(t, err, bus.ErrNotFound)
	require.NotContains(t, names(h.facts()), "incident", "nothing is decided by a catalog that is not there")
}

// TestRun drives a whole engine in fake time: it decides, climbs, tells, and stops in order.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inmem.New(inmem.Config{Partitions: 2, Clock: time.Now})
		catalogs := revisions.NewStore(b, time.Now)
		_, faults, err := catalogs.Apply(t.Context(), map[string][]byte{"catalog.yaml": []byte(catalogText)}, "test")
		require.NoError(t, err)
		require.Empty(t, faults)
		e, err := engine.New(engine.Config{Bus: b, Catalogs: catalogs, Foreign: cloudevents.FromNATS, Instance: "one"})
		require.NoError(t, err)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- e.Run(ctx) }()
		require.NoError(t, b.Publish(t.Context(), bus.Message{
			Subject: "tocsin.alerts.checkout", Body: []byte(`{"key": "disk", "summary": "disk is full"}`),
			Header: map[string][]string{"ce-specversion": {"1.0"}, "ce-type": {"x"}, "ce-id": {"1"}, "ce-source": {"/x"}, "content-type": {"application/json"}},
		}))
		time.Sleep(5*time.Minute + time.Second)
		synctest.Wait()
		levels := 0
		for _, m := range b.Messages(bus.Events) {
			if m.Subject == "tocsin.escalations.shop.checkout.advanced" {
				levels++
			}
		}
		require.Equal(t, 2, levels, "the second level was reached in time, and both are told")
		stop()
		require.NoError(t, <-done)
	})
}
