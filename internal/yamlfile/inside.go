package yamlfile

import (
	"bytes"

	"go.yaml.in/yaml/v4"
)

// Inside returns the value with the place of a position in its text (line from 1, column from 0), so
// that a fault of an expression points into it. Where YAML folds or escapes, the place is the best
// guess.
func (v Value) Inside(line, column int) Value {
	n := *v.at
	n.Line, n.Column = v.inside(line, column)
	v.at = &n
	return v
}

func (v Value) inside(line, column int) (int, int) {
	n := v.node
	switch {
	case line < 1:
		return n.Line, n.Column
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		at := n.Line + line // the text begins below the | or >
		return at, v.file.indent(at) + column + 1
	case line > 1:
		return n.Line + line - 1, v.file.indent(n.Line+line-1) + column + 1
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		return n.Line, n.Column + column + 1
	}
	return n.Line, n.Column + column
}

// indent counts the spaces at the beginning of a line (from 1).
func (f *file) indent(line int) int {
	if f.lines == nil {
		f.lines = bytes.Split(f.source, []byte("\n"))
	}
	if line < 1 || line > len(f.lines) {
		return 0
	}
	return len(f.lines[line-1]) - len(bytes.TrimLeft(f.lines[line-1], " "))
}
