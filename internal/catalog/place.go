package catalog

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"tocsin.dev/pkg/events"
)

// What [Catalog.Place] says of alerts that no condition placed; otherwise it names the route.
const (
	// RuleLabel: the label `service` named a service.
	RuleLabel = "label service"
	// RuleFallback: no condition held; the service is the one that takes the rest.
	RuleFallback = "fallback"
)

// Placement is where an alert goes, and why.
type Placement struct {
	Service string
	// Rule is [RuleLabel], [RuleFallback], or the place of the route that took it: "catalog.yaml:31".
	Rule string
	// Failed are the routes whose condition could not be evaluated. They count as not holding.
	Failed []RouteFailure
}

// RouteFailure is a condition that broke off on an alert, for instance over its cost limit.
type RouteFailure struct {
	Route  string // its place: "catalog.yaml:31"
	Reason string
}

// Place finds the service of an alert: the label `service` where it names a known one, else the
// first route whose condition holds, else the fallback service. Rule says which of them it was.
// An alert that reached the last, unconditional route counts as fallback, so that a key's own
// service can take precedence over it. Failed conditions are counted in [Catalog.RouteErrors].
func (c *Catalog) Place(labels map[string]string, a events.Alert) (service, rule string) {
	p := c.Explain(labels, a)
	c.routeErrors.Add(uint64(len(p.Failed)))
	return p.Service, p.Rule
}

// RouteErrors counts the conditions that failed in [Catalog.Place] since the catalog was made.
func (c *Catalog) RouteErrors() uint64 { return c.routeErrors.Load() }

// Explain is [Catalog.Place] with the routes that failed on the way, counting nothing.
func (c *Catalog) Explain(labels map[string]string, a events.Alert) Placement {
	if named := labels["service"]; c.Rules.Services[named] != nil {
		return Placement{Service: named, Rule: RuleLabel}
	}
	var p Placement
	vars := &variables{labels: newLabels(labels), alert: a}
	for i := range c.Routes {
		r := &c.Routes[i]
		if r.program == nil {
			p.Service, p.Rule = r.Service, r.Line
			if r.Service == c.Rules.Fallback.ID {
				p.Rule = RuleFallback
			}
			return p
		}
		holds, err := evaluate(r.program, vars)
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

// variables gives a condition what it may look at.
type variables struct {
	labels *labels
	alert  events.Alert
}

// ResolveName is part of a CEL activation.
func (v *variables) ResolveName(name string) (any, bool) {
	switch name {
	case "labels":
		return v.labels, true
	case "severity":
		return types.String(v.alert.Severity), true
	case "summary":
		return types.String(v.alert.Summary), true
	case "source":
		return types.String(v.alert.Origin), true
	}
	return nil, false
}

// Parent is part of a CEL activation; there is none.
func (v *variables) Parent() cel.Activation { return nil }
