package rules_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/internal/rules/escalation"
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
		h.roundFact(t, e)
		h.pageFact(t, e)
		h.knownFact(t, e)
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

// roundFact: a level that pages people waits for them, and names nobody twice; whoever is told beside the
// climb is told in a round of its own; and nobody of the team before is waited for any more.
func (h *history) roundFact(t *rapid.T, e events.Event) {
	switch fact := e.Data.(type) {
	case events.EscalationAdvanced:
		require.NotZero(t, fact.Round)
		if fact.Round != h.climbed[e.Subject] {
			require.Greater(t, fact.Round, h.rounds[e.Subject], "a round begins that was there before")
		}
		h.climbed[e.Subject], h.rounds[e.Subject] = fact.Round, max(h.rounds[e.Subject], fact.Round)
		requireOnce(t, fact.Pages)
		for _, target := range fact.Pages {
			if strings.HasPrefix(target, escalation.PersonPrefix) {
				require.True(t, fact.DueAt.After(e.Time), "level %d pages %s and does not wait", fact.Level, target)
			}
		}
	case events.EscalationFired:
		h.beside(t, e.Subject, fact.Round, fact.Targets, fact.Pages)
	case events.EscalationExhausted:
		h.beside(t, e.Subject, fact.Round, fact.Targets, fact.Pages)
	case events.IncidentRespondersAdded:
		h.beside(t, e.Subject, fact.Round, fact.Targets, fact.Pages)
	case events.IncidentTransferred:
		for page := range h.open {
			require.NotEqual(t, e.Subject, h.of[page], "a page is open when another team takes over")
		}
	}
}

func (h *history) beside(t *rapid.T, incident string, round int, targets, pages []string) {
	requireOnce(t, pages)
	if len(targets) == 0 {
		require.Empty(t, pages)
		return
	}
	require.Greater(t, round, h.rounds[incident], "told in a round that was there before")
	h.rounds[incident] = round
}

func requireOnce(t *rapid.T, pages []string) {
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(pages))), len(pages), "somebody stands twice in %v", pages)
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
		h.places[place], h.open[p.Page], h.of[p.Page] = true, true, e.Subject
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
