package catalog

import (
	"strings"

	"tocsin.dev/internal/catalog/condition"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

// Route places an alert that names no known service. The first whose condition holds wins.
type Route struct {
	// When is the CEL condition as written; empty always holds.
	When string
	// Service is where the alert goes.
	Service string
	// Line is the place of the route, "catalog.yaml:31".
	Line string

	condition *condition.Condition // nil for none
}

// Mentions returns what the words of the route's condition stand for in an alert.
func (r *Route) Mentions(labels map[string]string, a events.Alert) []escalation.Mention {
	if r.condition == nil {
		return nil
	}
	return r.condition.Mentions(condition.Alert(labels, a))
}

// compileRoutes reads the routes of all files, in order. It warns of those that no alert can reach.
func (p *parser) compileRoutes() {
	compiler, err := condition.ForAlerts()
	if err != nil {
		p.Add(Fault{Message: err.Error()})
		return
	}
	var always item                // the first route without a condition
	conditions := map[string]int{} // the line of the first route with each
	for _, one := range p.routes {
		f, ok := mapping(one, "route")
		if !ok {
			continue
		}
		r := Route{Service: p.refer(service, f["service"]), Line: one.FileLine()}
		if !f["service"].Given() {
			one.Fault("add service: with the id of a service", "a route without a service")
		}
		when := f["when"]
		text, ok := readConditionText(when)
		if ok {
			r.When, r.condition = text, p.condition(compiler, when, text)
		}
		switch first := conditions[text]; {
		case always.Present():
			one.Warn("put it above", "never reached: the route in line %d takes everything", always.Line())
		case !when.Present():
			always = one
		case r.condition == nil: // has a fault
		case r.condition.Never:
			when.Warn("correct the condition, or remove the route", "never reached: this condition is never true")
		case first > 0:
			one.Warn("remove one of them", "never reached: the route in line %d has the same condition", first)
		default:
			conditions[text] = one.Line()
		}
		p.cat.Routes = append(p.cat.Routes, r)
	}
}

// when reads the condition of a level or trigger; nil when there is none, or a wrong one. Never
// reports that it is plainly false.
func (p *parser) when(at item) (when *escalation.Condition, never bool) {
	text, ok := readConditionText(at)
	if !ok {
		return nil, false
	}
	if p.conditions == nil {
		compiler, err := condition.ForIncidents(p.zoneNamed)
		if err != nil {
			at.Fault("", "%s", err)
			return nil, false
		}
		p.conditions = compiler
	}
	c := p.condition(p.conditions, at, text)
	if c == nil {
		return nil, false
	}
	for _, name := range c.Calendars {
		p.refs = append(p.refs, reference{calendar, name.ID, at.Inside(name.Line, name.Column)})
	}
	return &escalation.Condition{
		Text: text, Place: at.FileLine(),
		Holds:    func(m escalation.Moment) (bool, error) { return c.Holds(condition.Incident(m)) },
		Mentions: func(m escalation.Moment) []escalation.Mention { return c.Mentions(condition.Incident(m)) },
	}, c.Never
}

// condition compiles a condition and reports its mistakes at their places; nil when there are any.
func (p *parser) condition(compiler *condition.Compiler, at item, text string) *condition.Condition {
	c, mistakes := compiler.Compile(text)
	for _, m := range mistakes {
		at.Inside(m.Line, m.Column).Fault(m.Hint, "condition: %s", m.Message)
	}
	return c
}

// readConditionText reads the text of a condition; an empty one is a fault.
func readConditionText(i item) (string, bool) {
	text, ok := i.Scalar()
	if ok && strings.TrimSpace(text) != "" {
		return text, true
	}
	if ok || i.Present() && !i.Given() {
		i.Fault("write one in CEL, or leave when: out so that it always holds", "an empty condition")
	}
	return "", false
}
