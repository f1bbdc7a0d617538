package catalog

import (
	"regexp"
	"slices"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	celparser "cel.dev/cel-go/parser"
)

// claim is a condition as far as it can be held against another one: all of some claims, any of some,
// or one thing that is said. It knows no more of a thing than its text, besides that a value is, or is
// not, one of some constants.
type claim struct {
	all, any []claim
	// text is what is said; empty where there are parts.
	text string
	// of is the value that must be one of these constants, or must not where not is set; empty for
	// whatever else is said.
	of     string
	oneOf  []string
	not    bool
	always *bool // a constant
}

// claimOf takes a condition apart.
func claimOf(tree *ast.AST) claim { return claimsOf(tree.Expr(), tree.SourceInfo()) }

func claimsOf(e ast.Expr, info *ast.SourceInfo) claim {
	if e.Kind() == ast.CallKind {
		call := e.AsCall()
		switch args := call.Args(); call.FunctionName() {
		case operators.LogicalAnd:
			return claim{all: join(args, info, func(c claim) []claim { return c.all })}
		case operators.LogicalOr:
			return claim{any: join(args, info, func(c claim) []claim { return c.any })}
		case operators.Equals, operators.NotEquals:
			for i, side := range args {
				if constant(side) && !constant(args[1-i]) {
					return claim{text: textOf(e, info), of: textOf(args[1-i], info), oneOf: []string{textOf(side, info)}, not: call.FunctionName() == operators.NotEquals}
				}
			}
		case operators.In:
			if args[1].Kind() == ast.ListKind && !slices.ContainsFunc(args[1].AsList().Elements(), func(e ast.Expr) bool { return !constant(e) }) {
				c := claim{text: textOf(e, info), of: textOf(args[0], info)}
				for _, one := range args[1].AsList().Elements() {
					c.oneOf = append(c.oneOf, textOf(one, info))
				}
				return c
			}
		case operators.LogicalNot:
			if c := claimsOf(args[0], info); c.of != "" {
				c.text, c.not = textOf(e, info), !c.not
				return c
			}
		}
	}
	c := claim{text: textOf(e, info)}
	if e.Kind() == ast.LiteralKind {
		if value, ok := e.AsLiteral().(types.Bool); ok {
			is := bool(value)
			c.always = &is
		}
	}
	return c
}

// join gives the parts of both sides, those of a side of the same kind without a step between.
func join(args []ast.Expr, info *ast.SourceInfo, same func(claim) []claim) []claim {
	var parts []claim
	for _, arg := range args {
		c := claimsOf(arg, info)
		if inner := same(c); len(inner) > 0 {
			parts = append(parts, inner...)
		} else {
			parts = append(parts, c)
		}
	}
	return parts
}

func constant(e ast.Expr) bool { return e.Kind() == ast.LiteralKind }

// plainWord is a label that may follow a dot: labels.job.
var plainWord = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// textOf writes an expression in one way: labels["job"] is labels.job.
func textOf(e ast.Expr, info *ast.SourceInfo) string {
	if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == operators.Index {
		args := e.AsCall().Args()
		if key, ok := args[1].AsLiteral().(types.String); constant(args[1]) && ok && plainWord.MatchString(string(key)) {
			return textOf(args[0], info) + "." + string(key)
		}
	}
	text, err := celparser.Unparse(e, info)
	if err != nil {
		return ""
	}
	return text
}

// never says whether the claim contradicts itself.
func (c *claim) never() bool {
	switch {
	case c.always != nil:
		return !*c.always
	case len(c.any) > 0:
		return every(c.any, (*claim).never)
	}
	for i := range c.all {
		one := &c.all[i]
		if one.never() || !every(c.all[:i], func(other *claim) bool { return !one.excludes(other) }) {
			return true
		}
	}
	return false
}

// every says whether all of some claims are so.
func every(claims []claim, so func(*claim) bool) bool {
	for i := range claims {
		if !so(&claims[i]) {
			return false
		}
	}
	return true
}

// excludes says whether two claims about one value cannot both hold.
func (c *claim) excludes(other *claim) bool {
	if c.of == "" || c.of != other.of || c.not && other.not {
		return false
	}
	if c.not {
		return other.excludes(c)
	}
	return !slices.ContainsFunc(c.oneOf, func(value string) bool { return slices.Contains(other.oneOf, value) != other.not })
}

// implies says whether the other claim holds wherever this one does; false where that is not seen.
func (c *claim) implies(other *claim) bool {
	switch {
	case len(c.any) > 0:
		return every(c.any, func(one *claim) bool { return one.implies(other) })
	case len(other.all) > 0:
		return every(other.all, c.implies)
	case len(other.any) > 0:
		return !every(other.any, func(one *claim) bool { return !c.implies(one) })
	case len(c.all) > 0:
		return !every(c.all, func(one *claim) bool { return !one.implies(other) })
	case other.always != nil:
		return *other.always
	case c.text != "" && c.text == other.text:
		return true
	}
	return c.of != "" && c.of == other.of && c.within(other)
}

// within says whether every value that the claim lets be is one that the other lets be.
func (c *claim) within(other *claim) bool {
	switch {
	case !c.not:
		return !slices.ContainsFunc(c.oneOf, func(value string) bool { return slices.Contains(other.oneOf, value) == other.not })
	case other.not:
		return !slices.ContainsFunc(other.oneOf, func(value string) bool { return !slices.Contains(c.oneOf, value) })
	}
	return false
}
