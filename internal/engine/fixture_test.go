package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/bus/inmem"
	"tocsin.dev/internal/catalog/revisions"
	"tocsin.dev/internal/engine"
	"tocsin.dev/internal/intake"
	"tocsin.dev/internal/partition"
	"tocsin.dev/internal/source/cloudevents"
	"tocsin.dev/pkg/events"
)

const catalogText = `
people:
  ana: {contact: [{console: true}]}
  bo: {contact: [{console: true}]}
teams:
  shop: {lead: ana, members: [ana, bo]}
services:
  checkout: {team: shop, policy: shop}
routes:
  - {service: checkout}
policies:
  shop:
    levels:
      - {page: [person:ana], ack_within: 5m}
      - {page: [person:bo], ack_within: 5m}
`

// fixture is one bus with one partition, a catalog and a clock.
type fixture struct {
	t        *testing.T
	now      time.Time
	bus      *inmem.Bus
	catalogs *revisions.Store
	lives    int
}

func newEmptyFixture(t *testing.T) *fixture {
	h := &fixture{t: t, now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	h.bus = inmem.New(inmem.Config{Partitions: 1, Clock: h.clock})
	h.catalogs = revisions.NewStore(h.bus, h.clock)
	return h
}

func newFixture(t *testing.T) *fixture {
	h := newEmptyFixture(t)
	h.apply(catalogText)
	return h
}

func (h *fixture) clock() time.Time { return h.now }

func (h *fixture) apply(text string) string {
	h.t.Helper()
	rev, faults, err := h.catalogs.Apply(h.t.Context(), map[string][]byte{"catalog.yaml": []byte(text)}, "test")
	require.NoError(h.t, err)
	require.NotEmpty(h.t, rev, "%v", faults)
	return rev
}

// engine starts a process.
func (h *fixture) engine() *engine.Engine {
	h.t.Helper()
	h.lives++
	e, err := engine.New(engine.Config{
		Bus: h.bus, Catalogs: revisions.NewStore(h.bus, h.clock), Foreign: cloudevents.FromNATS,
		Instance: fmt.Sprint("engine-", h.lives), Clock: h.clock,
	})
	require.NoError(h.t, err)
	return e
}

func (h *fixture) take(e *engine.Engine) *partition.Owner {
	h.t.Helper()
	o, err := e.Take(h.t.Context(), 0)
	require.NoError(h.t, err)
	h.t.Cleanup(o.Close)
	return o
}

func (h *fixture) settle(turn func(context.Context) (bool, error)) {
	h.t.Helper()
	for progress := true; progress; {
		var err error
		progress, err = turn(h.t.Context())
		require.NoError(h.t, err)
	}
}

func (h *fixture) publish(m bus.Message) {
	h.t.Helper()
	require.NoError(h.t, h.bus.Publish(h.t.Context(), m))
}

// ask publishes events as one of our doors does.
func (h *fixture) ask(all ...events.Event) {
	h.t.Helper()
	require.NoError(h.t, intake.Put(h.t.Context(), h.bus, 0, intake.Commands, "", all...))
}

func (h *fixture) event(id string, data events.Data) events.Event {
	e := events.New(data)
	e.ID, e.Source, e.Time, e.Service = id, "test", h.now, "checkout"
	return e
}

func (h *fixture) alert(key string) events.Event {
	return h.event("alert-"+key, events.AlertReceived{Alert: events.Alert{Key: key, Summary: "wrong " + key}})
}

// facts returns what was decided, in order.
func (h *fixture) facts() (all []events.Event) {
	h.t.Helper()
	for _, m := range h.bus.Messages(bus.Ledger) {
		for _, line := range events.Lines(m.Body) {
			e, err := events.Decode(line)
			require.NoError(h.t, err)
			all = append(all, e)
		}
	}
	return all
}

func names(all []events.Event) string {
	var out []string
	for _, e := range all {
		out = append(out, e.Data.Name())
	}
	return strings.Join(out, " ")
}
