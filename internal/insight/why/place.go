package why

import (
	"strings"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/pkg/events"
)

// place says how the first alert was routed to the service. No fact says it, so the routes of that time
// are evaluated again; if they do not lead here, its sender named the service.
func (w *walk) place(e events.Event, d events.IncidentTriggered) Placed {
	switch {
	case d.SplitFrom != "":
		return Placed{Says: "it was split off from incident " + d.SplitFrom}
	case w.Catalog == nil:
		return Placed{Says: "the routes of that time are no longer kept"}
	}
	labels := d.Alert.Labels.Map()
	p := w.Catalog.Explain(labels, d.Alert)
	switch {
	case p.Service != e.Service:
		return Placed{By: "sender", Says: "its sender, or the intake key it came by, named service " + e.Service}
	case p.Rule == catalog.RuleLabel:
		return Placed{By: "label", Rule: w.Catalog.Places.Service(e.Service), Says: "its label service named it"}
	case p.Rule == catalog.RuleFallback:
		return Placed{By: "fallback", Rule: w.Catalog.Places.Service(e.Service), Says: "no route matched, and service " + e.Service + " is the fallback"}
	}
	out := Placed{By: "route", Rule: catalog.PlaceOf(p.Rule), Says: "the route at " + p.Rule + " matched"}
	for n := range w.Catalog.Routes {
		if r := &w.Catalog.Routes[n]; r.Line == p.Rule && r.When != "" {
			out.Condition = &Condition{Rule: out.Rule, Source: r.When, Holds: true, Values: r.Mentions(labels, d.Alert)}
			out.Says += ": " + conditionSays(out.Condition)
		}
	}
	return out
}

// conditionSays is a condition with the values of its words.
func conditionSays(c *Condition) string {
	if c.Error != "" {
		return c.Source + " could not be evaluated (" + cut(c.Error) + "), which counts as false"
	}
	var values []string
	for _, m := range c.Values {
		values = append(values, m.Word+" = "+m.Value)
	}
	if len(values) == 0 {
		return c.Source
	}
	return c.Source + " (" + strings.Join(values, ", ") + ")"
}
