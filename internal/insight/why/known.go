package why

import (
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

// fresh is how long an override may be known elsewhere before the partition of the incident has it. Each
// partition takes it in its own order, and what is kept is the first instant at which any of them did.
const fresh = 5 * time.Second

// known tells the state of the overrides and rosters that came, or went, by an instant.
func (w *walk) known(by time.Time) {
	for w.state != nil && len(w.waits) > 0 && !w.waits[0].at.After(by) {
		w.next()
	}
}

// next takes in the next one of them.
func (w *walk) next() {
	e := events.New(w.waits[0].data)
	e.Time = w.waits[0].at
	w.waits = w.waits[1:]
	w.evolve(e)
}

// learn tells the state of those that the decision behind a fact knew. Those that came just before it may
// have been on their way still: whom the fact paged shows which of them were there.
func (w *walk) learn(e events.Event) {
	w.known(e.Time.Add(-fresh))
	words, pages, paging := meant(e)
	if !paging {
		return
	}
	for w.state != nil && len(w.waits) > 0 && !w.waits[0].at.After(e.Time) && !w.explains(e, words, pages) {
		w.next()
	}
}

// meant gives whom a fact of the climb meant, by which words.
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

// explains says whether the schedules, as the state has them, have on call whom a fact paged by them.
func (w *walk) explains(e events.Event, words, pages []string) bool {
	i := w.incident()
	if i == nil {
		return true
	}
	only := true // schedules and people, so that nobody else can have been paged
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
