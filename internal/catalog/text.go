package catalog

import (
	"bytes"

	"go.yaml.in/yaml/v4"
)

// within gives the place in the file of a place in a scalar's text (line from 1, column from 0).
func (p *parser) within(at item, line, column int) item {
	n := *at.at
	n.Line, n.Column = at.inside(line, column, p.cat.Files[at.file])
	at.at = &n
	return at
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
