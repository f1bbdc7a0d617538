package backtest

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"tocsin.dev/internal/insight/document"
)

// Markdown writes the result as a comment on a pull request: a headline, the numbers, and folded below
// them the incidents.
func (r Result) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### Backtest\n\n**%s**\n\n%s.\n", document.Literal(unmentioned(r.Headline())), document.Literal(unmentioned(r.Subtitle())))
	var details []document.Section
	for _, s := range r.Sections() {
		if s.Detail {
			details = append(details, s)
			continue
		}
		unmentionedSection(s).Markdown(&b, "####")
	}
	if len(details) > 0 {
		b.WriteString("\n<details>\n<summary>Details</summary>\n")
		for _, s := range details {
			unmentionedSection(s).Markdown(&b, "####")
		}
		b.WriteString("\n</details>\n")
	}
	fmt.Fprintf(&b, "\n%s\n", document.Literal(r.Footnote()))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func unmentionedSection(s document.Section) document.Section {
	rows := make([][]string, len(s.Rows))
	for n, cells := range s.Rows {
		rows[n] = make([]string, len(cells))
		for i, cell := range cells {
			rows[n][i] = unmentioned(cell)
		}
	}
	s.Rows = rows
	return s
}

// unmentioned keeps foreign words from mentioning people when the report is a comment.
func unmentioned(s string) string { return strings.ReplaceAll(s, "@", "@\u200b") }

func sortedKeys(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }
