package condition

import (
	"strconv"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// hidden is the variable that holds the whole moment. A condition cannot write its name:
// working_hours() is rewritten to working_hours(@moment, "").
const hidden = "@moment"

var momentType = cel.OpaqueType(hidden)

// labelsType is a map in which a missing label is "".
var labelsType = cel.MapType(cel.StringType, cel.StringType)

// incidentVariables are the variables that conditions of levels and triggers may use.
var incidentVariables = []struct {
	name string
	of   *cel.Type
}{
	{"severity", cel.StringType},
	{"priority", cel.StringType},
	{"labels", labelsType},
	{"service", cel.StringType},
	{"team", cel.StringType},
	{"tier", cel.IntType},
	{"alerts", cel.IntType},
	{"open_for", cel.DurationType},
	{"acknowledged", cel.BoolType},
	{"level", cel.IntType},
	{"round", cel.IntType},
	{"now", cel.TimestampType},
}

// incidentNames declares what the conditions of levels and triggers may use.
func incidentNames(zone func(string) *time.Location) (string, []cel.EnvOption) {
	names, options := "", []cel.EnvOption{cel.Variable(hidden, momentType)}
	for _, v := range incidentVariables {
		names += v.name + ", "
		options = append(options, cel.Variable(v.name, v.of))
	}
	options = append(options, calendarWord("working_hours", func(m *moment) func(string) bool { return m.Working })...)
	options = append(options, calendarWord("holiday", func(m *moment) func(string) bool { return m.Holiday })...)
	return names + "working_hours(), holiday()", append(options, zoned(zone)...)
}

// calendarWord declares a word that asks a calendar: word() asks that of the service, word("office") a
// named one.
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

// parts are the words by which CEL takes a part of an instant, and what each returns.
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

// zoned makes now.getHours("Europe/Madrid") and the like look up the zone when the condition is
// compiled. CEL itself would do so at each evaluation, in the zone files of the machine it runs on.
// The zone must therefore be a literal.
func zoned(zone func(string) *time.Location) []cel.EnvOption {
	var options []cel.EnvOption
	for word, part := range parts {
		known := map[string]*time.Location{} // filled while conditions are compiled, and only read after
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
				return nil, h.NewError(args[0].ID(), `the time zone must be a text in quotes, such as "Europe/Madrid"`)
			}
			loc := zone(name)
			if loc == nil {
				return nil, h.NewError(args[0].ID(), strconv.Quote(cut(name))+" is not a time zone")
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

// calendarsOf returns the calendars that a condition names.
func calendarsOf(a *ast.AST) []Name {
	var all []Name
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
			all = append(all, Name{id, at.Line(), at.Column()})
		}
	}))
	return all
}

// literal returns the text of an expression that is a text in quotes.
func literal(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	s, ok := e.AsLiteral().(types.String)
	return string(s), ok
}
