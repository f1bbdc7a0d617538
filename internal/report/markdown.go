package report

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Markdown writes the report as a document. Names from the facts cannot become markup.
func (r Report) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n", literal(r.Title()), literal(r.Subtitle()))
	for _, s := range r.Sections() {
		fmt.Fprintf(&b, "\n## %s\n\n", s.Title)
		markdownRow(&b, s.Head)
		b.WriteString("|" + strings.Repeat("---|", len(s.Head)) + "\n")
		for _, row := range s.Rows {
			markdownRow(&b, row)
		}
	}
	fmt.Fprintf(&b, "\n%s\n", literal(r.Footnote()))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func markdownRow(b *strings.Builder, row []string) {
	b.WriteByte('|')
	for _, cell := range row {
		b.WriteString(" " + literal(cell) + " |")
	}
	b.WriteByte('\n')
}

// entities stand for what some readers take for markup even behind a backslash.
var entities = map[rune]string{'<': "&lt;", '>': "&gt;", '&': "&amp;"}

// literal makes a text stand for itself in Markdown: what could begin markup is escaped, and what
// could end a line becomes a blank.
func literal(s string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			b.WriteByte(' ')
		case entities[r] != "":
			b.WriteString(entities[r])
		case strings.ContainsRune("\\`*_[]|#!~", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
