package condition

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"tocsin.dev/pkg/events"
)

// mention is a word of a condition that has a value: "priority", "labels.job",
// "working_hours()". Read returns the value, or "" where it is not known.
type mention struct {
	word string
	read func(cel.Activation) string
}

// mentionsOf returns each word of a condition once, in the order of the text.
func mentionsOf(root ast.Expr) []mention {
	var m mentions
	m.visit(root)
	return m.all
}

type mentions struct{ all []mention }

func (m *mentions) add(word string, read func(cel.Activation) string) {
	for _, one := range m.all {
		if one.word == word {
			return
		}
	}
	m.all = append(m.all, mention{word, read})
}

func (m *mentions) visit(e ast.Expr) {
	switch e.Kind() {
	case ast.IdentKind:
		m.variable(e.AsIdent())
	case ast.SelectKind:
		if s := e.AsSelect(); isLabels(s.Operand()) {
			m.label(s.FieldName())
		} else {
			m.visit(s.Operand())
		}
	case ast.CallKind:
		m.call(e.AsCall())
	case ast.ListKind:
		for _, one := range e.AsList().Elements() {
			m.visit(one)
		}
	case ast.ComprehensionKind:
		m.visit(e.AsComprehension().IterRange())
	}
}

// call recognizes calls that count as one word: a label, a calendar's answer, a part of now. Otherwise it
// visits the arguments.
func (m *mentions) call(c ast.CallExpr) {
	args := c.Args()
	switch name := c.FunctionName(); {
	case name == "_[_]" && len(args) == 2 && isLabels(args[0]) && m.labelled(args[1]),
		name == "@in" && len(args) == 2 && isLabels(args[1]) && m.labelled(args[0]),
		(name == "working_hours" || name == "holiday") && len(args) == 2 && m.calendar(name, args[1]),
		parts[name] != nil && m.part(name, c):
		return
	}
	if c.IsMemberFunction() {
		m.visit(c.Target())
	}
	for _, one := range args {
		m.visit(one)
	}
}

func (m *mentions) variable(name string) {
	if name == hidden || strings.HasPrefix(name, "@") {
		return
	}
	m.add(name, func(vars cel.Activation) string {
		v, ok := vars.ResolveName(name)
		if !ok {
			return ""
		}
		return plainValue(v)
	})
}

// plainName is a label that may follow a dot: labels.job.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,31}$`)

func isLabels(e ast.Expr) bool { return e.Kind() == ast.IdentKind && e.AsIdent() == "labels" }

func (m *mentions) labelled(key ast.Expr) bool {
	name, ok := literal(key)
	if ok {
		m.label(name)
	}
	return ok
}

func (m *mentions) label(name string) {
	word := "labels." + name
	if !plainName.MatchString(name) {
		word = "labels[" + strconv.Quote(name) + "]"
	}
	m.add(word, func(vars cel.Activation) string {
		v, _ := vars.ResolveName("labels")
		all, ok := v.(*labels)
		if !ok {
			return ""
		}
		if all.Contains(types.String(name)) == types.True {
			return plainValue(all.Get(types.String(name)))
		}
		return "not there"
	})
}

// calendar adds working_hours() or holiday(), of the service's own calendar or of a named one.
func (m *mentions) calendar(word string, name ast.Expr) bool {
	id, ok := literal(name)
	if !ok {
		return false
	}
	shown := word + "()"
	if id != "" {
		shown = word + "(" + strconv.Quote(id) + ")"
	}
	m.add(shown, func(vars cel.Activation) string {
		at, ok := vars.(*moment)
		if !ok {
			return ""
		}
		ask := at.Working
		if word == "holiday" {
			ask = at.Holiday
		}
		if ask == nil {
			return ""
		}
		return strconv.FormatBool(ask(id))
	})
	return true
}

// part adds now.getHours("Europe/Madrid") and the like. With a zone, the call was rewritten to
// getHours(now, "Europe/Madrid").
func (m *mentions) part(word string, c ast.CallExpr) bool {
	of, args := c.Target(), c.Args()
	if !c.IsMemberFunction() {
		of, args = args[0], args[1:]
	}
	if of.Kind() != ast.IdentKind || of.AsIdent() != "now" || len(args) > 1 {
		return false
	}
	zone, shown := time.UTC, "now."+word+"()"
	if len(args) == 1 {
		name, ok := literal(args[0])
		found, err := time.LoadLocation(name)
		if !ok || err != nil {
			return false
		}
		zone, shown = found, "now."+word+"("+strconv.Quote(name)+")"
	}
	m.add(shown, func(vars cel.Activation) string {
		at, ok := vars.(*moment)
		if !ok {
			return ""
		}
		return strconv.Itoa(parts[word](at.Now.In(zone)))
	})
	return true
}

// plainValue formats a value as a condition would write it: text in quotes, durations as 1h30m.
func plainValue(v any) string {
	switch v := v.(type) {
	case types.String:
		return strconv.Quote(cut(string(v)))
	case types.Duration:
		return short(v.Duration)
	case types.Timestamp:
		return v.UTC().Format(time.RFC3339)
	case *labels:
		v.whole() // reads them
		return cut(string(events.NewLabels(v.of)))
	case ref.Val:
		return fmt.Sprint(v.Value())
	}
	return ""
}

// mostShown bounds the bytes of a foreign text that an explanation repeats.
const mostShown = 120

func cut(s string) string {
	if len(s) <= mostShown {
		return s
	}
	return strings.ToValidUTF8(s[:mostShown], "") + "…"
}

func short(d time.Duration) string {
	s := d.Round(time.Second).String()
	if whole, ok := strings.CutSuffix(s, "m0s"); ok {
		s = whole + "m"
	}
	if whole, ok := strings.CutSuffix(s, "h0m"); ok {
		s = whole + "h"
	}
	return s
}
