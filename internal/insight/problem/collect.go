package problem

import (
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// Collector folds facts of the ledger into cases; history.AsDone makes them of intake facts. The zero value
// is ready; it is not safe for concurrent use.
type Collector struct {
	incidents map[string]*written
	order     []*written
}

// written is an incident with the facts that hold what people wrote about it.
type written struct {
	incident timeline.Incident
	facts    []events.Event
}

// Add takes in the next fact. Facts about no incident, or about one whose opening is not among the facts,
// change nothing.
func (c *Collector) Add(e events.Event) {
	if e.Subject == "" {
		return
	}
	if c.incidents == nil {
		c.incidents = map[string]*written{}
	}
	w := c.incidents[e.Subject]
	if w == nil {
		if _, opens := e.Data.(events.IncidentTriggered); !opens {
			return
		}
		w = &written{}
		c.incidents[e.Subject] = w
		c.order = append(c.order, w)
	}
	w.incident = timeline.Fold(w.incident, e)
	switch e.Data.(type) {
	case events.IncidentAnnotated, events.IncidentResolved, events.IncidentClosed:
		w.facts = append(w.facts, e)
	}
}

// Cases returns all incidents except those merged into another, in the order of their openings.
func (c *Collector) Cases() []*Case {
	out := make([]*Case, 0, len(c.order))
	for _, w := range c.order {
		if w.incident.MergedInto != "" {
			continue
		}
		one := CaseOf(w.incident, nil)
		for _, e := range w.facts {
			one.said(e.Data, e.Reason)
		}
		out = append(out, one)
	}
	return out
}
