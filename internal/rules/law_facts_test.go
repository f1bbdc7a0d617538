package rules_test

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/pkg/events"
)

// take holds every new fact against the laws of facts.
func (h *history) take(t *rapid.T, facts []events.Event) {
	for _, e := range facts {
		h.ledger = append(h.ledger, e)
		require.Equal(t, time.UTC, e.Time.Location())
		if e.IncidentSeq == 0 {
			continue
		}
		require.Equal(t, h.seq[e.Subject]+1, e.IncidentSeq, "a gap in the facts of an incident")
		h.seq[e.Subject] = e.IncidentSeq
		h.incidentFact(t, e)
		h.pageFact(t, e)
	}
}

// incidentFact: after an acknowledgement no level advances until it is withdrawn or runs out.
func (h *history) incidentFact(t *rapid.T, e events.Event) {
	switch fact := e.Data.(type) {
	case events.IncidentTriggered:
		require.NotContains(t, h.incidents, e.Subject)
		h.incidents = append(h.incidents, e.Subject)
	case events.IncidentAcknowledged:
		require.True(t, !h.acked[e.Subject] || h.repaged[e.Subject], "acknowledged twice")
		h.acked[e.Subject], h.repaged[e.Subject] = true, false
	case events.EscalationFired:
		h.repaged[e.Subject] = h.repaged[e.Subject] || fact.On == "unresolved" && len(fact.Pages) > 0
	case events.IncidentUnacknowledged:
		require.True(t, h.acked[e.Subject])
		h.acked[e.Subject] = false
	case events.IncidentResolved, events.IncidentSnoozed:
		h.acked[e.Subject] = false
	case events.EscalationHeld:
		require.False(t, h.acked[e.Subject])
		h.exhausted[e.Subject] = false
	case events.EscalationAdvanced:
		require.False(t, h.acked[e.Subject], "level %d advanced after an acknowledgement", fact.Level)
		h.exhausted[e.Subject] = false
	case events.EscalationExhausted:
		require.False(t, h.acked[e.Subject])
		h.exhausted[e.Subject] = true
	}
}

// pageFact: a page begins once, at a place of its own, and ends once.
func (h *history) pageFact(t *rapid.T, e events.Event) {
	ends := func(page string) {
		require.True(t, h.open[page], "%s of a page that is not open", e.Type)
		delete(h.open, page)
	}
	switch p := e.Data.(type) {
	case events.PageRequested:
		require.Equal(t, h.asked[p.Page]+1, p.Asked)
		h.asked[p.Page] = p.Asked
		if p.Asked > 1 {
			require.True(t, h.open[p.Page], "asked again after its end")
			return
		}
		place := fmt.Sprint(e.Subject, p.Round, p.Level, p.Target)
		require.False(t, h.places[place], "two pages at one place")
		h.places[place], h.open[p.Page] = true, true
		h.pages = append(h.pages, e)
	case events.PageDelivered:
		ends(p.Page)
	case events.PageFailed:
		ends(p.Page)
	case events.PageSuperseded:
		ends(p.Page)
	case events.PageDelayed:
		require.True(t, h.open[p.Page])
	}
}
