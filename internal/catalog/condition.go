package catalog

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/yamlfile"
)

// Limits of a condition. Costs are CEL's own units, about one for each comparison.
const (
	maxCondition     = 16 << 10 // bytes of one condition
	maxConditionCost = 100_000
	labelsExpected   = 200  // labels of one alert, for the estimate only
	textExpected     = 1000 // bytes of one value, for the estimate only
)

// language is what the conditions of one kind of place may speak of.
type language struct {
	// known lists the names for a hint.
	known   string
	options []cel.EnvOption
}

// conditions compiles the conditions of one language; the same text is compiled once.
type conditions struct {
	language
	env  *cel.Env
	made map[string]*condition
}

// condition is ready to run.
type condition struct {
	program  cel.Program
	ast      *ast.AST
	checked  *cel.Ast
	mentions []mention
}

// mentioned makes [escalation.Condition.Mentions]. It holds on to nothing else of the condition.
func mentioned(all []mention) func(escalation.Moment) []escalation.Mention {
	return func(m escalation.Moment) []escalation.Mention { return stoodFor(all, &moment{Moment: m}) }
}

func newConditions(l language) (*conditions, error) {
	env, err := cel.NewEnv(append(l.options, cel.ParserExpressionSizeLimit(maxCondition), cel.ParserRecursionLimit(yamlfile.MaxDepth))...)
	if err != nil {
		return nil, fmt.Errorf("set up conditions: %w", err)
	}
	return &conditions{language: l, env: env, made: map[string]*condition{}}, nil
}

// mistake is a fault of a condition at its own line (from 1) and column (from 0).
type mistake struct {
	line, column int
	message      string
}

// compile checks a condition and makes it ready to run; it gives all mistakes found.
func (c *conditions) compile(text string) (*condition, []mistake) {
	if done := c.made[text]; done != nil {
		return done, nil
	}
	checked, issues := c.env.Compile(text)
	if issues.Err() != nil {
		var all []mistake
		for _, e := range issues.Errors() {
			all = append(all, mistake{e.Location.Line(), e.Location.Column(), plainWords.Replace(e.Message)})
		}
		return nil, all
	}
	if checked.OutputType() != cel.BoolType {
		return nil, []mistake{{1, 0, fmt.Sprintf("a condition is true or false, this is %s", checked.OutputType())}}
	}
	program, err := c.env.Program(checked, c.limits(checked)...)
	if err != nil {
		return nil, []mistake{{1, 0, err.Error()}}
	}
	done := &condition{program: program, ast: checked.NativeRep(), checked: checked, mentions: mentionsOf(checked.NativeRep().Expr())}
	c.made[text] = done
	return done, nil
}

// plainWords takes out of CEL's messages what means nothing to whoever wrote the condition.
var plainWords = strings.NewReplacer(" (in container '')", "", hidden+", ", "", hidden, "")

// limits watches the cost of a condition while it runs, unless it cannot become large: watching
// makes it slower.
func (c *conditions) limits(checked *cel.Ast) []cel.ProgramOption {
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	estimate, err := c.env.EstimateCost(checked, sizes{})
	if err != nil || estimate.Max > maxConditionCost {
		options = append(options, cel.CostLimit(maxConditionCost))
	}
	return options
}

// never says whether the condition is false whatever the incident is.
func (c *conditions) never(one *condition, variables ...string) bool {
	if claim := claimOf(one.ast); claim.never() {
		return true
	}
	program, err := c.env.Program(one.checked, cel.EvalOptions(cel.OptPartialEval), cel.CostLimit(maxConditionCost))
	if err != nil {
		return false
	}
	unknown := make([]*cel.AttributePatternType, len(variables))
	for i, name := range variables {
		unknown[i] = cel.AttributePattern(name)
	}
	vars, err := cel.PartialVars(map[string]any{}, unknown...)
	if err != nil {
		return false
	}
	out, _, err := program.Eval(vars)
	return err == nil && out == types.False
}

// sizes tells the estimate how large an alert may be.
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

// condition compiles what stands at an item and reports its mistakes; nil when there are any.
func (p *parser) condition(made *conditions, at item, text string) *condition {
	one, mistakes := made.compile(text)
	for _, m := range mistakes {
		hint := ""
		if strings.HasPrefix(m.message, "undeclared reference") {
			hint = "use one of " + made.known
		}
		at.Inside(m.line, m.column).Fault(hint, "condition: %s", m.message)
	}
	return one
}

func evaluate(program cel.Program, vars cel.Activation) (bool, error) {
	out, _, err := program.Eval(vars)
	if err != nil {
		return false, err
	}
	return out == types.True, nil
}
