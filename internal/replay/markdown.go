package replay

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Markdown writes the result as a comment on a pull request: what changes in one line, the numbers,
// and the incidents below, folded away.
func (r Result) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### Backtest\n\n**%s**\n\n%s.\n", literal(r.Headline()), literal(r.Subtitle()))
	var details []Section
	for _, s := range r.Sections() {
		if s.Detail {
			details = append(details, s)
			continue
		}
		s.markdown(&b)
	}
	if len(details) > 0 {
		b.WriteString("\n<details>\n<summary>Details</summary>\n")
		for _, s := range details {
			s.markdown(&b)
		}
		b.WriteString("\n</details>\n")
	}
	fmt.Fprintf(&b, "\n%s\n", literal(r.Footnote()))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (s Section) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "\n#### %s\n\n", s.Title)
	row(b, s.Head)
	b.WriteString("|" + strings.Repeat("---|", len(s.Head)) + "\n")
	for _, cells := range s.Rows {
		row(b, cells)
	}
	if s.Left > 0 {
		fmt.Fprintf(b, "\nand %d more\n", s.Left)
	}
}

func row(b *strings.Builder, cells []string) {
	b.WriteByte('|')
	for _, cell := range cells {
		b.WriteString(" " + literal(cell) + " |")
	}
	b.WriteByte('\n')
}

// entities stand for what some readers take for markup even behind a backslash.
var entities = map[rune]string{'<': "&lt;", '>': "&gt;", '&': "&amp;"}

// literal makes a text stand for itself in Markdown: titles are foreign words, and a comment on a
// pull request must not mention people or close issues by them.
func literal(s string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			b.WriteByte(' ')
		case entities[r] != "":
			b.WriteString(entities[r])
		case r == '@':
			b.WriteString("@\u200b")
		case strings.ContainsRune("\\`*_[]|#!~", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func sortedKeys(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }
