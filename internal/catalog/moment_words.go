package catalog

import (
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// hidden is the variable that holds the whole moment. It is no name that a condition could write:
// working_hours() is rewritten to working_hours(@moment, "").
const hidden = "@moment"

var momentType = cel.OpaqueType(hidden)

// momentWords is what the conditions of levels and triggers speak of.
func momentWords(zone func(string) *time.Location) language {
	known := ""
	for _, name := range momentVariables {
		known += name + ", "
	}
	l := language{known: known + "working_hours(), holiday()"}
	l.options = []cel.EnvOption{
		cel.Variable("severity", cel.StringType),
		cel.Variable("priority", cel.StringType),
		cel.Variable("labels", cel.MapType(cel.StringType, cel.StringType)),
		cel.Variable("service", cel.StringType),
		cel.Variable("team", cel.StringType),
		cel.Variable("tier", cel.IntType),
		cel.Variable("alerts", cel.IntType),
		cel.Variable("open_for", cel.DurationType),
		cel.Variable("acknowledged", cel.BoolType),
		cel.Variable("level", cel.IntType),
		cel.Variable("round", cel.IntType),
		cel.Variable("now", cel.TimestampType),
		cel.Variable(hidden, momentType),
	}
	l.options = append(l.options, calendarWord("working_hours", func(m *moment) func(string) bool { return m.Working })...)
	l.options = append(l.options, calendarWord("holiday", func(m *moment) func(string) bool { return m.Holiday })...)
	l.options = append(l.options, zoned(zone)...)
	return l
}

// calendarWord makes a word that asks a calendar: word() of the service's own, word("office") of
// another one.
func calendarWord(word string, of func(*moment) func(string) bool) []cel.EnvOption {
	ask := func(subject, name ref.Val) ref.Val {
		m, isMoment := subject.(*moment)
		id, isText := name.(types.String)
		if !isMoment || !isText {
			return types.MaybeNoSuchOverloadErr(name)
		}
		if question := of(m); question != nil {
			return types.Bool(question(string(id)))
		}
		return types.NewErr("no calendars are known here")
	}
	rewrite := func(h cel.MacroExprFactory, _ ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
		name := h.NewLiteral(types.String(""))
		if len(args) > 0 {
			name = args[0]
		}
		return h.NewCall(word, h.NewIdent(hidden), name), nil
	}
	return []cel.EnvOption{
		cel.Function(word, cel.Overload(word+"_of", []*cel.Type{momentType, cel.StringType}, cel.BoolType, cel.BinaryBinding(ask))),
		cel.Macros(cel.GlobalMacro(word, 0, rewrite), cel.GlobalMacro(word, 1, rewrite)),
	}
}

// parts are the words by which CEL takes a part of an instant, and what they give.
var parts = map[string]func(time.Time) int{
	"getFullYear":     time.Time.Year,
	"getMonth":        func(t time.Time) int { return int(t.Month()) - 1 },
	"getDate":         time.Time.Day,
	"getDayOfMonth":   func(t time.Time) int { return t.Day() - 1 },
	"getDayOfWeek":    func(t time.Time) int { return int(t.Weekday()) },
	"getDayOfYear":    func(t time.Time) int { return t.YearDay() - 1 },
	"getHours":        time.Time.Hour,
	"getMinutes":      time.Time.Minute,
	"getSeconds":      time.Time.Second,
	"getMilliseconds": func(t time.Time) int { return t.Nanosecond() / int(time.Millisecond) },
}

// zoned makes now.getHours("Europe/Madrid") and its like look the zone up while the condition is
// read, where CEL would do it each time, in the files of whatever machine it runs on. The zone
// must therefore be a word of the condition.
func zoned(zone func(string) *time.Location) []cel.EnvOption {
	var options []cel.EnvOption
	for word, part := range parts {
		known := map[string]*time.Location{} // filled while conditions are read, and never after
		in := func(at, name ref.Val) ref.Val {
			t, isTime := at.(types.Timestamp)
			id, isText := name.(types.String)
			if !isTime || !isText || known[string(id)] == nil {
				return types.MaybeNoSuchOverloadErr(name)
			}
			return types.Int(part(t.In(known[string(id)])))
		}
		rewrite := func(h cel.MacroExprFactory, target ast.Expr, args []ast.Expr) (ast.Expr, *cel.Error) {
			name, ok := literal(args[0])
			if !ok {
				return nil, h.NewError(args[0].ID(), `a time zone must stand here itself, such as "Europe/Madrid"`)
			}
			loc := zone(name)
			if loc == nil {
				return nil, h.NewError(args[0].ID(), quote(name)+" is not a time zone")
			}
			known[name] = loc
			return h.NewCall(word, target, args[0]), nil
		}
		options = append(options,
			cel.Function(word, cel.Overload(word+"_in_zone", []*cel.Type{cel.TimestampType, cel.StringType}, cel.IntType, cel.BinaryBinding(in))),
			cel.Macros(cel.ReceiverMacro(word, 1, rewrite)))
	}
	return options
}

// spot is a name that stands inside of a condition.
type spot struct {
	id           string
	line, column int
}

// calendarsOf gives the calendars that a condition names.
func calendarsOf(a *ast.AST) []spot {
	var all []spot
	ast.PostOrderVisit(a.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.CallKind {
			return
		}
		call := e.AsCall()
		if word := call.FunctionName(); word != "working_hours" && word != "holiday" || len(call.Args()) != 2 {
			return
		}
		if id, ok := literal(call.Args()[1]); ok && id != "" {
			at := a.SourceInfo().GetStartLocation(call.Args()[1].ID())
			all = append(all, spot{id, at.Line(), at.Column()})
		}
	}))
	return all
}

// literal gives the text of an expression that is one.
func literal(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	s, ok := e.AsLiteral().(types.String)
	return string(s), ok
}
