package catalog

import (
	"bytes"
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"go.yaml.in/yaml/v4"
)

// Route places an alert that names no known service. The first whose condition holds wins.
type Route struct {
	// When is the CEL condition as written; empty always holds.
	When string
	// Service is where the alert goes.
	Service string
	// Line is where the route stands, "catalog.yaml:31".
	Line string

	program cel.Program // nil without a condition
}

// compile reads the routes of all files, in order.
func (p *parser) compile() {
	made, err := newConditions()
	if err != nil {
		p.add(Fault{Message: err.Error()})
		return
	}
	var always item
	for _, one := range p.routes {
		if !one.given() {
			one.wrong("a mapping")
			continue
		}
		if always.present() {
			one.warn("put it above", "never reached: the route in line %d takes everything", always.at.Line)
		}
		f := one.fields("when", "service")
		if one.kind() != "a mapping" {
			continue
		}
		r := Route{Service: p.refer(service, f["service"]), Line: fmt.Sprintf("%s:%d", one.file, one.at.Line)}
		if !f["service"].given() {
			one.fault("", "a route without a service")
		}
		switch text, ok := f["when"].scalar(); {
		case ok && strings.TrimSpace(text) != "":
			r.When, r.program = text, p.condition(made, f["when"], text)
		case ok || f["when"].present() && !f["when"].given():
			f["when"].fault("leave when: out to take everything", "an empty condition")
		case !f["when"].present() && !always.present():
			always = one
		}
		p.cat.Routes = append(p.cat.Routes, r)
	}
}

func (p *parser) condition(made *conditions, at item, text string) cel.Program {
	program, mistakes := made.compile(text)
	for _, m := range mistakes {
		line, column := at.inside(m.line, m.column, p.cat.Files[at.file])
		p.add(Fault{File: at.file, Line: line, Column: column, Message: "condition: " + m.message, Hint: conditionHint(m.message)})
	}
	return program
}

func conditionHint(message string) string {
	if strings.HasPrefix(message, "undeclared reference") {
		return "known here: labels, severity, summary, source"
	}
	return ""
}

// inside finds the place in the file of a place in a scalar's text (line from 1, column from 0).
// Where YAML folds or escapes, it is the best guess.
func (i item) inside(line, column int, source []byte) (int, int) {
	n := i.node
	switch {
	case line < 1:
		return n.Line, n.Column
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		at := n.Line + line // the text begins below the | or >
		return at, indent(source, at) + column + 1
	case line > 1:
		return n.Line + line - 1, indent(source, n.Line+line-1) + column + 1
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		return n.Line, n.Column + column + 1
	}
	return n.Line, n.Column + column
}

// indent counts the spaces at the beginning of a line (from 1).
func indent(source []byte, line int) int {
	for range line - 1 {
		_, rest, found := bytes.Cut(source, []byte("\n"))
		if !found {
			return 0
		}
		source = rest
	}
	return len(source) - len(bytes.TrimLeft(source, " "))
}
