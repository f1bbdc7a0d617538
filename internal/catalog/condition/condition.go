// Package condition compiles and evaluates the CEL conditions of a catalog: those of routes, which
// ask about an alert, and those of levels and triggers, which ask about an incident.
//
// In: the text of a condition, and later the alert or incident it is asked about. Out: true or false,
// and what the words of the condition stood for; or the mistakes of the text, each with its line and
// column. The package does no I/O, and knows no file and no catalog.
package condition

import (
	"fmt"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

// Limits of a condition. Costs are CEL's own units, about one for each comparison.
const (
	maxText        = 16 << 10 // bytes of one condition
	maxDepth       = 64       // levels of nesting
	maxCost        = 100_000
	labelsExpected = 200  // labels of one alert, for the estimate only
	textExpected   = 1000 // bytes of one value, for the estimate only
)

// Compiler compiles conditions that know the same names. The same text is compiled once.
type Compiler struct {
	names string // all of them, for a hint
	env   *cel.Env
	done  map[string]*Condition
}

// ForAlerts returns the compiler for the conditions of routes.
func ForAlerts() (*Compiler, error) { return newCompiler(alertNames()) }

// ForIncidents returns the compiler for the conditions of levels and triggers. Zone finds a time zone
// by its IANA name, and returns nil where there is none.
func ForIncidents(zone func(name string) *time.Location) (*Compiler, error) {
	return newCompiler(incidentNames(zone))
}

func newCompiler(names string, options []cel.EnvOption) (*Compiler, error) {
	env, err := cel.NewEnv(append(options, cel.ParserExpressionSizeLimit(maxText), cel.ParserRecursionLimit(maxDepth))...)
	if err != nil {
		return nil, fmt.Errorf("set up conditions: %w", err)
	}
	return &Compiler{names: names, env: env, done: map[string]*Condition{}}, nil
}

// Condition is ready to be asked, by many at once.
type Condition struct {
	// Calendars are the calendars that the condition names. Whether they exist is for the caller to check.
	Calendars []Name
	// Never is set for a condition that is plainly false whatever it is asked about.
	Never bool

	program  cel.Program
	mentions []mention
}

// Name is a name in the text of a condition: its line counts from 1, its column from 0.
type Name struct {
	ID           string
	Line, Column int
}

// Mistake is one thing wrong in the text of a condition: its line counts from 1, its column from 0.
type Mistake struct {
	Line, Column  int
	Message, Hint string // the hint may be empty
}

// Compile checks a condition and makes it ready to be asked, or returns all mistakes found.
func (c *Compiler) Compile(text string) (*Condition, []Mistake) {
	if done := c.done[text]; done != nil {
		return done, nil
	}
	checked, issues := c.env.Compile(text)
	if issues.Err() != nil {
		var all []Mistake
		for _, e := range issues.Errors() {
			m := Mistake{Line: e.Location.Line(), Column: e.Location.Column(), Message: plainWords.Replace(e.Message)}
			if strings.HasPrefix(m.Message, "undeclared reference") {
				m.Hint = "use one of " + c.names
			}
			all = append(all, m)
		}
		return nil, all
	}
	if checked.OutputType() != cel.BoolType {
		return nil, []Mistake{{Line: 1, Message: fmt.Sprintf("a condition is true or false, this is %s", checked.OutputType())}}
	}
	program, err := c.env.Program(checked, c.options(checked)...)
	if err != nil {
		return nil, []Mistake{{Line: 1, Message: err.Error()}}
	}
	tree := checked.NativeRep()
	done := &Condition{program: program, mentions: mentionsOf(tree.Expr()), Calendars: calendarsOf(tree), Never: never(tree)}
	if len(done.mentions) == 0 { // it is a constant, unless it fails
		holds, err := done.Holds(Subject{cel.NoVars()})
		done.Never = done.Never || err == nil && !holds
	}
	c.done[text] = done
	return done, nil
}

// plainWords removes from CEL's messages what means nothing to the author of a condition.
var plainWords = strings.NewReplacer(" (in container '')", "", hidden+", ", "", hidden, "")

// options limit the cost of a condition while it runs, unless it cannot become large: counting makes
// it slower.
func (c *Compiler) options(checked *cel.Ast) []cel.ProgramOption {
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	estimate, err := c.env.EstimateCost(checked, sizes{})
	if err != nil || estimate.Max > maxCost {
		options = append(options, cel.CostLimit(maxCost))
	}
	return options
}

// sizes bounds the size of an alert for the estimate.
type sizes struct{}

func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

func (sizes) EstimateSize(element cost.AstNode) *cost.SizeEstimate {
	var most uint64
	switch path := element.Path(); {
	case len(path) == 1 && path[0] == "labels":
		most = labelsExpected
	case len(path) > 0 && element.Type().Kind() == types.StringKind:
		most = textExpected
	default:
		return nil
	}
	size := cost.RangedSizeEstimate(0, most)
	return &size
}

// Subject is what conditions are asked about. It serves one goroutine.
type Subject struct{ vars cel.Activation }

// Alert is the subject of the conditions of routes.
func Alert(labels map[string]string, a events.Alert) Subject {
	return Subject{&alert{labels: newLabels(labels), Alert: a}}
}

// Incident is the subject of the conditions of levels and triggers.
func Incident(m escalation.Moment) Subject { return Subject{&moment{Moment: m}} }

// Holds evaluates the condition. An error says why it could not be evaluated, for instance that it
// went over its cost limit; it then counts as not holding.
func (c *Condition) Holds(s Subject) (bool, error) {
	out, _, err := c.program.Eval(s.vars)
	if err != nil {
		return false, err
	}
	return out == types.True, nil
}

// Mentions returns what the words of the condition stand for, in the order in which they appear in it.
// Words of which nothing is known are left out.
func (c *Condition) Mentions(s Subject) []escalation.Mention {
	var all []escalation.Mention
	for _, one := range c.mentions {
		if value := one.read(s.vars); value != "" {
			all = append(all, escalation.Mention{Word: one.word, Value: value})
		}
	}
	return all
}
