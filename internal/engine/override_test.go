package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

const onCallText = `
people:
  ana: {contact: [{console: true}]}
  bo: {contact: [{console: true}]}
teams:
  shop: {lead: ana, members: [ana, bo]}
schedules:
  primary: {timezone: UTC, layers: [{rotation: weekly, handoff: "Mon 09:00", start: 2026-01-05, people: [ana]}]}
services:
  checkout: {team: shop, policy: shop}
routes:
  - {service: checkout}
policies:
  shop: {levels: [{page: [schedule:primary], ack_within: 5m}]}
`

// TestOverrides: they come on a subject of their own, count from there on, and outlive an owner.
func TestOverrides(t *testing.T) {
	h := newEmptyFixture(t)
	h.apply(onCallText)
	first := h.take(h.engine())
	asked := h.event("o-1", events.OverrideReceived{Override: events.Override{
		ID: "o-1", Schedule: "primary", Kind: "override", From: h.now, To: h.now.Add(time.Hour), People: []string{"bo"},
	}})
	tell := func(e events.Event) {
		body, err := events.EncodeBatch([]events.Event{e})
		require.NoError(t, err)
		h.publish(bus.Message{Subject: events.IntakeSubject(0, "overrides"), Body: body})
	}
	tell(asked)
	h.settle(first.Turn)
	require.Equal(t, revised+" override.added", names(h.facts()))

	second := h.take(h.engine())
	h.ask(h.alert("a"))
	h.settle(second.Turn)
	require.Equal(t, "person:bo", h.facts()[4].Data.(events.PageRequested).Target)

	tell(h.event("o-2", events.OverrideWithdrawn{ID: "o-1", Schedule: "primary"}))
	h.ask(h.alert("b"))
	h.settle(second.Turn)
	all := h.facts()
	require.Equal(t, "override.removed "+opened, names(all[5:]))
	require.Equal(t, "person:ana", all[8].Data.(events.PageRequested).Target)
}
