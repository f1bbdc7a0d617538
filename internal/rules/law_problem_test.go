package rules_test

import (
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tocsin.dev/pkg/events"
)

// problem is any command about any problem, known or not, and what another partition tells.
func (h *history) problem(t *rapid.T) {
	ids := []string{"", "PRB-nobody"}
	for _, e := range h.ledger {
		if p, ok := e.Data.(events.ProblemOpened); ok {
			ids = append(ids, p.Problem)
		}
	}
	c := events.ProblemCommand{Problem: rapid.SampledFrom(ids).Draw(t, "problem"), By: pick(t, "", "person:ana")}
	r := events.ProblemRecord{
		Problem: pick(t, "PRB-far", "PRB-farther", c.Problem), Revision: rapid.IntRange(0, 4).Draw(t, "revision"),
		Service: "elsewhere", Title: "far", Status: pick(t, "open", "known-error", "closed"), Known: anyKnown(t),
	}
	h.ask(t, anyService(t), pick[events.Data](t,
		events.ProblemReceived{ProblemCommand: c, Title: pick(t, "", "why", strings.Repeat("x", 1025))},
		events.ProblemReceived{ProblemCommand: c, Title: "why"},
		events.ProblemLinkReceived{ProblemCommand: c, Incident: h.anyIncident(t)},
		events.ProblemLinkWithdrawn{ProblemCommand: c, Incident: h.anyIncident(t)},
		events.ProblemChangeReceived{ProblemCommand: c, Title: pick(t, "", "why not"), Cause: pick(t, "", "rust"), Known: anyKnown(t), Unknown: pick(t, false, false, true)},
		events.ProblemChangeReceived{ProblemCommand: c, Known: anyKnown(t)},
		events.ProblemClosureReceived{ProblemCommand: c, Resolution: pick(t, "", "fixed")},
		events.ProblemChanged{ProblemRecord: r}, events.ProblemClosed{ProblemRecord: r},
	))
}

func anyKnown(t *rapid.T) *events.KnownError {
	if rapid.Bool().Draw(t, "none") {
		return nil
	}
	return &events.KnownError{Workaround: pick(t, "", "kick it", strings.Repeat("x", 2001)), Match: events.KnownMatch{
		Services: pick(t, nil, []string{"checkout"}, []string{"checkout", "search"}), Key: pick(t, "", "a", "group"),
		Alert: pick(t, "", "", "Slow"), Labels: pick(t, "", events.NewLabels(map[string]string{"category": "disk"})),
	}}
}

// knownFact: what is matched was recorded before, for a service of the incident; and a page shows nothing
// that the ledger does not have.
func (h *history) knownFact(t *rapid.T, e events.Event) {
	workarounds := map[string]bool{}
	for _, before := range h.ledger {
		for _, r := range []events.ProblemRecord{recordOf(before.Data)} {
			if r.Known != nil {
				workarounds[fmt.Sprint(r.Problem, r.Known.Workaround)] = true
			}
		}
	}
	switch d := e.Data.(type) {
	case events.IncidentMatched:
		require.True(t, workarounds[fmt.Sprint(d.Problem, d.Workaround)])
	case events.PageRequested:
		if d.Known != nil {
			require.True(t, workarounds[fmt.Sprint(d.Known.Problem, d.Known.Workaround)])
		}
	}
}

func recordOf(data events.Data) events.ProblemRecord {
	switch d := data.(type) {
	case events.ProblemChanged:
		return d.ProblemRecord
	case events.ProblemNoticed:
		return d.ProblemRecord
	}
	return events.ProblemRecord{}
}
