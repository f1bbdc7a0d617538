package catalog

import (
	"tocsin.dev/internal/catalog/condition"
	"tocsin.dev/pkg/events"
)

// What [Catalog.Place] returns as the rule where no condition placed the alert.
const (
	// RuleLabel: the label `service` names a service.
	RuleLabel = "label service"
	// RuleFallback: no condition held, so the service that takes the rest has it.
	RuleFallback = "fallback"
)

// Placement is where an alert goes, and why.
type Placement struct {
	Service string
	// Rule is [RuleLabel], [RuleFallback], or the place of the route that took it: "catalog.yaml:31".
	Rule string
	// Failed are the routes whose condition could not be evaluated. They did not take the alert.
	Failed []RouteFailure
}

// RouteFailure is a condition that could not be evaluated for an alert.
type RouteFailure struct {
	Route  string // its place: "catalog.yaml:31"
	Reason string
}

// Place finds the service of an alert: the one that the label `service` names, else that of the first
// route whose condition holds, else the fallback service. Rule says which of them it was. An alert
// that reached the last, unconditional route counts as fallback, so that an intake key's own service
// can take precedence.
func (c *Catalog) Place(labels map[string]string, a events.Alert) (service, rule string) {
	p := c.Explain(labels, a)
	return p.Service, p.Rule
}

// Explain is [Catalog.Place] with the routes that failed.
func (c *Catalog) Explain(labels map[string]string, a events.Alert) Placement {
	if named := labels["service"]; c.Rules.Services[named] != nil {
		return Placement{Service: named, Rule: RuleLabel}
	}
	var p Placement
	subject := condition.Alert(labels, a)
	for i := range c.Routes {
		r := &c.Routes[i]
		if r.condition == nil {
			p.Service, p.Rule = r.Service, r.Line
			if r.Service == c.Rules.Fallback.ID {
				p.Rule = RuleFallback
			}
			return p
		}
		holds, err := r.condition.Holds(subject)
		if err != nil {
			p.Failed = append(p.Failed, RouteFailure{Route: r.Line, Reason: err.Error()})
		}
		if holds {
			p.Service, p.Rule = r.Service, r.Line
			return p
		}
	}
	p.Service, p.Rule = c.Rules.Fallback.ID, RuleFallback
	return p
}
