package catalog

import (
	"strings"

	"cel.dev/cel-go/cel"
)

// Route places an alert that names no known service. The first whose condition holds wins.
type Route struct {
	// When is the CEL condition as written; empty always holds.
	When string
	// Service is where the alert goes.
	Service string
	// Line is where the route stands, "catalog.yaml:31".
	Line string

	program  cel.Program // nil without a condition
	mentions []mention
}

// alertWords is what the conditions of routes speak of.
func alertWords() language {
	return language{
		known: "labels, severity, summary, source",
		options: []cel.EnvOption{
			cel.Variable("labels", cel.MapType(cel.StringType, cel.StringType)),
			cel.Variable("severity", cel.StringType),
			cel.Variable("summary", cel.StringType),
			cel.Variable("source", cel.StringType),
		},
	}
}

// compile reads the routes of all files, in order.
func (p *parser) compile() {
	made, err := newConditions(alertWords())
	if err != nil {
		p.Add(Fault{Message: err.Error()})
		return
	}
	var always item
	var before earlier
	for _, one := range p.routes {
		if !one.Given() {
			one.Wrong("a mapping")
			continue
		}
		if always.Present() {
			one.Warn("put it above", "never reached: the route in line %d takes everything", always.Line())
		}
		f := fields(one, keysRoute)
		if one.Kind() != "a mapping" {
			continue
		}
		r := Route{Service: p.refer(service, f["service"]), Line: one.FileLine()}
		if !f["service"].Given() {
			one.Fault("", "a route without a service")
		}
		switch text, ok := readConditionText(f["when"]); {
		case ok:
			r.When = text
			if c := p.condition(made, f["when"], text); c != nil {
				r.program, r.mentions = c.program, c.mentions
				if !always.Present() {
					before = before.add(one, f["when"], text, c)
				}
			}
		case !f["when"].Present() && !always.Present():
			always = one
		}
		p.cat.Routes = append(p.cat.Routes, r)
	}
}

// maxCompared bounds the routes of which each is held against all before it.
const maxCompared = 1000

// earlier are the conditions of the routes so far.
type earlier []earlierRoute

type earlierRoute struct {
	claim
	written string
	line    int
}

// add takes note of a route's condition, and warns where it can never hold, or another one before it
// takes all that it would.
func (all earlier) add(route, when item, text string, c *condition) earlier {
	now := claimOf(c.ast)
	if now.never() {
		when.Warn("", "never reached: this condition is never true")
		return all
	}
	for i := range all {
		switch before := &all[i]; {
		case before.written == text:
			route.Warn("leave one of them out", "never reached: the route in line %d has the same condition", before.line)
			return all
		case now.implies(&before.claim):
			route.Warn("put it above", "never reached: the route in line %d takes all that this one would", before.line)
			return all
		}
	}
	if len(all) < maxCompared {
		all = append(all, earlierRoute{now, text, route.Line()})
	}
	return all
}

// words gives the text of a condition; one that is empty or nothing is a fault.
func readConditionText(i item) (string, bool) {
	text, ok := i.Scalar()
	if ok && strings.TrimSpace(text) != "" {
		return text, true
	}
	if ok || i.Present() && !i.Given() {
		i.Fault("leave when: out to take everything", "an empty condition")
	}
	return "", false
}
