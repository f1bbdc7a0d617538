package condition

import (
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	celparser "cel.dev/cel-go/parser"
)

// never reports whether a condition is plainly false whatever it is asked about: one of the parts
// that must all hold is the constant false, or two of them want one value to equal two constants.
func never(tree *ast.AST) bool {
	wanted := map[string]string{} // by value: the constant it must equal
	for _, part := range conjuncts(tree.Expr()) {
		if part.Kind() == ast.LiteralKind && part.AsLiteral() == types.False {
			return true
		}
		if part.Kind() != ast.CallKind || part.AsCall().FunctionName() != operators.Equals {
			continue
		}
		sides := part.AsCall().Args()
		if sides[0].Kind() == ast.LiteralKind {
			sides = []ast.Expr{sides[1], sides[0]}
		}
		if sides[1].Kind() != ast.LiteralKind {
			continue
		}
		value, constant := textOf(sides[0], tree), textOf(sides[1], tree)
		if before, twice := wanted[value]; twice && before != constant {
			return true
		}
		wanted[value] = constant
	}
	return false
}

// conjuncts returns the parts of an expression that are joined by &&.
func conjuncts(e ast.Expr) []ast.Expr {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != operators.LogicalAnd {
		return []ast.Expr{e}
	}
	var all []ast.Expr
	for _, side := range e.AsCall().Args() {
		all = append(all, conjuncts(side)...)
	}
	return all
}

func textOf(e ast.Expr, tree *ast.AST) string {
	text, _ := celparser.Unparse(e, tree.SourceInfo()) // only what was never parsed cannot be written
	return text
}
