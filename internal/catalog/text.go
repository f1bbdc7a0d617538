package catalog

import (
	"bytes"

	"go.yaml.in/yaml/v4"
)

// within gives the place in the file of a place in a scalar's text (line from 1, column from 0).
func (p *parser) within(at item, line, column int) item {
	n := *at.at
	n.Line, n.Column = p.inside(at, line, column)
	at.at = &n
	return at
}

// inside finds the place in the file of a place in a scalar's text (line from 1, column from 0).
// Where YAML folds or escapes, it is the best guess.
func (p *parser) inside(i item, line, column int) (int, int) {
	n := i.node
	switch {
	case line < 1:
		return n.Line, n.Column
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		at := n.Line + line // the text begins below the | or >
		return at, p.indent(i.file, at) + column + 1
	case line > 1:
		return n.Line + line - 1, p.indent(i.file, n.Line+line-1) + column + 1
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		return n.Line, n.Column + column + 1
	}
	return n.Line, n.Column + column
}

// indent counts the spaces at the beginning of a line (from 1). The lines of a file are found once.
func (p *parser) indent(file string, line int) int {
	lines, split := p.lines[file]
	if !split {
		lines = bytes.Split(p.cat.Files[file], []byte("\n"))
		p.lines[file] = lines
	}
	if line < 1 || line > len(lines) {
		return 0
	}
	return len(lines[line-1]) - len(bytes.TrimLeft(lines[line-1], " "))
}
