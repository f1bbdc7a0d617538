package why

import (
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

// propagation is how long an override may take to reach the partition of the incident. Each partition
// applies it in its own order, and only the first instant at which any of them did is recorded.
const propagation = 5 * time.Second

// known applies the overrides and rosters that were added or removed by an instant.
func (w *walk) known(by time.Time) {
	for w.state != nil && len(w.waits) > 0 && !w.waits[0].at.After(by) {
		w.next()
	}
}

// next applies the next of them.
func (w *walk) next() {
	e := events.New(w.waits[0].data)
	e.Time = w.waits[0].at
	w.waits = w.waits[1:]
	w.evolve(e)
}

// learn applies those that were known to the decision behind a fact. The newest may not have reached the
// partition yet; whom the fact paged shows which had.
func (w *walk) learn(e events.Event) {
	w.known(e.Time.Add(-propagation))
	words, pages, paging := meant(e)
	if !paging {
		return
	}
	for w.state != nil && len(w.waits) > 0 && !w.waits[0].at.After(e.Time) && !w.explains(e, words, pages) {
		w.next()
	}
}

// meant returns the targets and the pages of a fact that pages.
func meant(e events.Event) (words, pages []string, ok bool) {
	switch d := e.Data.(type) {
	case events.EscalationAdvanced:
		return d.Targets, d.Pages, true
	case events.EscalationFired:
		return d.Targets, d.Pages, true
	case events.EscalationExhausted:
		return d.Targets, d.Pages, true
	case events.IncidentRespondersAdded:
		return d.Targets, d.Pages, true
	}
	return nil, nil, false
}

// explains reports whether a fact's pages follow from the schedules in the present state.
func (w *walk) explains(e events.Event, words, pages []string) bool {
	i := w.incident()
	if i == nil {
		return true
	}
	only := true // only schedules and people, so nobody else can have been paged
	var found []string
	for _, word := range words {
		t, ok := escalation.ParseTarget(word)
		if !ok || t.Of != "" || t.Kind != escalation.OnCall && t.Kind != escalation.Person {
			only = false
			continue
		}
		found = append(found, w.state.Means(i, escalation.Step{}, []escalation.Target{t}, e.Time).Words()...)
	}
	joined := func(target string) bool { return slices.Contains(i.Joined, target) }
	for _, target := range found {
		if !slices.Contains(pages, target) && !joined(target) && len(pages) > 0 {
			return false
		}
	}
	for _, target := range pages {
		if only && strings.HasPrefix(target, personPrefix) && !slices.Contains(found, target) {
			return false
		}
	}
	return true
}
