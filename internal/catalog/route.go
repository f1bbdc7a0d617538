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
		p.add(Fault{Message: err.Error()})
		return
	}
	var always item
	var before earlier
	for _, one := range p.routes {
		if !one.given() {
			one.wrong("a mapping")
			continue
		}
		if always.present() {
			one.warn("put it above", "never reached: the route in line %d takes everything", always.at.Line)
		}
		f := one.fields(keysRoute)
		if one.kind() != "a mapping" {
			continue
		}
		r := Route{Service: p.refer(service, f["service"]), Line: one.fileLine()}
		if !f["service"].given() {
			one.fault("", "a route without a service")
		}
		switch text, ok := f["when"].words(); {
		case ok:
			r.When = text
			if c := p.condition(made, f["when"], text); c != nil {
				r.program, r.mentions = c.program, c.mentions
				if !always.present() {
					before = before.add(one, f["when"], text, c)
				}
			}
		case !f["when"].present() && !always.present():
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
		when.warn("", "never reached: this condition is never true")
		return all
	}
	for i := range all {
		switch before := &all[i]; {
		case before.written == text:
			route.warn("leave one of them out", "never reached: the route in line %d has the same condition", before.line)
			return all
		case now.implies(&before.claim):
			route.warn("put it above", "never reached: the route in line %d takes all that this one would", before.line)
			return all
		}
	}
	if len(all) < maxCompared {
		all = append(all, earlierRoute{now, text, route.at.Line})
	}
	return all
}

// words gives the text of a condition; one that is empty or nothing is a fault.
func (i item) words() (string, bool) {
	text, ok := i.scalar()
	if ok && strings.TrimSpace(text) != "" {
		return text, true
	}
	if ok || i.present() && !i.given() {
		i.fault("leave when: out to take everything", "an empty condition")
	}
	return "", false
}
