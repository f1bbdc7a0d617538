package document

import (
	"fmt"
	"slices"
	"strings"
)

// Section is a table with its heading. Terminals, Markdown and HTML show the same sections.
type Section struct {
	Title string
	Head  []string
	Rows  [][]string
	// Left is how many rows were left out of a table that is too long.
	Left int
	// Detail marks a section that most readers skip.
	Detail bool
}

// WithRows returns the sections that have rows.
func WithRows(all ...Section) []Section {
	return slices.DeleteFunc(all, func(s Section) bool { return len(s.Rows) == 0 })
}

// Limit leaves out the rows beyond the first most.
func (s Section) Limit(most int) Section {
	if len(s.Rows) > most {
		s.Left = len(s.Rows) - most
		s.Rows = s.Rows[:most]
	}
	return s
}

// Markdown writes the section below a heading, which begins with mark: "##" or more. Cells are literal.
func (s Section) Markdown(b *strings.Builder, mark string) {
	fmt.Fprintf(b, "\n%s %s\n\n", mark, s.Title)
	Table(b, s.Head, s.Rows)
	if s.Left > 0 {
		fmt.Fprintf(b, "\nand %d more\n", s.Left)
	}
}
