package catalog

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
)

// Limits of a condition. Costs are CEL's own units, about one for each comparison.
const (
	maxCondition     = 16 << 10 // bytes of one condition
	maxConditionCost = 100_000
	labelsExpected   = 200  // labels of one alert, for the estimate only
	textExpected     = 1000 // bytes of one value, for the estimate only
)

// conditions compiles the conditions of routes; the same text is compiled once.
type conditions struct {
	env  *cel.Env
	made map[string]cel.Program
}

func newConditions() (*conditions, error) {
	env, err := cel.NewEnv(
		cel.Variable("labels", cel.MapType(cel.StringType, cel.StringType)),
		cel.Variable("severity", cel.StringType),
		cel.Variable("summary", cel.StringType),
		cel.Variable("source", cel.StringType),
		cel.ParserExpressionSizeLimit(maxCondition),
		cel.ParserRecursionLimit(MaxDepth),
	)
	if err != nil {
		return nil, fmt.Errorf("set up conditions: %w", err)
	}
	return &conditions{env: env, made: map[string]cel.Program{}}, nil
}

// mistake is a fault of a condition at its own line (from 1) and column (from 0).
type mistake struct {
	line, column int
	message      string
}

// compile checks a condition and makes it ready to run; it gives all mistakes found.
func (c *conditions) compile(text string) (cel.Program, []mistake) {
	if done := c.made[text]; done != nil {
		return done, nil
	}
	ast, issues := c.env.Compile(text)
	if issues.Err() != nil {
		var all []mistake
		for _, e := range issues.Errors() {
			message := strings.TrimSuffix(e.Message, " (in container '')") // a word of CEL that says nothing here
			all = append(all, mistake{e.Location.Line(), e.Location.Column(), message})
		}
		return nil, all
	}
	if ast.OutputType() != cel.BoolType {
		return nil, []mistake{{1, 0, fmt.Sprintf("a condition is true or false, this is %s", ast.OutputType())}}
	}
	program, err := c.env.Program(ast, c.limits(ast)...)
	if err != nil {
		return nil, []mistake{{1, 0, err.Error()}}
	}
	c.made[text] = program
	return program, nil
}

// limits watches the cost of a condition while it runs, unless it cannot become large: watching
// makes it slower.
func (c *conditions) limits(ast *cel.Ast) []cel.ProgramOption {
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	estimate, err := c.env.EstimateCost(ast, sizes{})
	if err != nil || estimate.Max > maxConditionCost {
		options = append(options, cel.CostLimit(maxConditionCost))
	}
	return options
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
