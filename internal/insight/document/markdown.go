// Package document writes the few forms of Markdown that documents of ours are made of.
//
// In: texts of any origin. Out: Markdown that shows each of them literally. It does not parse Markdown.
package document

import (
	"strings"
	"unicode"
)

// Table writes a table; cells are literal.
func Table(b *strings.Builder, head []string, rows [][]string) {
	row(b, head)
	b.WriteString("|" + strings.Repeat("---|", len(head)) + "\n")
	for _, cells := range rows {
		row(b, cells)
	}
}

func row(b *strings.Builder, cells []string) {
	b.WriteByte('|')
	for _, cell := range cells {
		b.WriteString(" " + Literal(cell) + " |")
	}
	b.WriteByte('\n')
}

// entities stand for what some readers take for markup even behind a backslash.
var entities = map[rune]string{'<': "&lt;", '>': "&gt;", '&': "&amp;"}

// Literal makes a text stand for itself in Markdown: what could begin markup is escaped, and what
// could end a line becomes a blank.
func Literal(s string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			b.WriteByte(' ')
		case entities[r] != "":
			b.WriteString(entities[r])
		case strings.ContainsRune("\\`*_[]|#!~$", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
