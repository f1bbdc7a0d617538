package why

import (
	"strings"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/pkg/events"
)

// place says how the first alert came to the service. An alert carries no word of whom it was placed by,
// so the routes of that time are asked again; where they would not have led here, its sender did.
func (w *walk) place(e events.Event, d events.IncidentTriggered) Placed {
	switch {
	case d.SplitFrom != "":
		return Placed{Says: "it was split off from incident " + d.SplitFrom}
	case w.Catalog == nil:
		return Placed{Says: "the routes of that time are not kept any more"}
	}
	labels := d.Alert.Labels.Map()
	p := w.Catalog.Explain(labels, d.Alert)
	switch {
	case p.Service != e.Service:
		return Placed{By: "sender", Says: "its sender, or the intake key it came by, named service " + e.Service}
	case p.Rule == catalog.RuleLabel:
		return Placed{By: "label", Rule: w.Catalog.Places.Service(e.Service), Says: "its label service named it"}
	case p.Rule == catalog.RuleFallback:
		return Placed{By: "fallback", Rule: w.Catalog.Places.Service(e.Service), Says: "no condition of a route held, and service " + e.Service + " takes the rest"}
	}
	out := Placed{By: "route", Rule: catalog.PlaceOf(p.Rule), Says: "the route at " + p.Rule + " took it"}
	for n := range w.Catalog.Routes {
		if r := &w.Catalog.Routes[n]; r.Line == p.Rule && r.When != "" {
			out.Condition = &Condition{Rule: out.Rule, Source: r.When, Holds: true, Values: r.Mentions(labels, d.Alert)}
			out.Says += ": " + conditionSays(out.Condition)
		}
	}
	return out
}

// conditionSays gives a condition with what its words stood for.
func conditionSays(c *Condition) string {
	if c.Error != "" {
		return c.Source + " could not be answered (" + cut(c.Error) + "), which counts as no"
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
