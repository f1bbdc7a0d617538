package backtest

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"tocsin.dev/internal/insight/document"
)

// Markdown writes the result as a comment on a pull request: a headline, the numbers, and a folded list of
// incidents.
func (r Result) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### Backtest\n\n**%s**\n\n%s.\n", document.Literal(r.Headline()), document.Literal(r.Subtitle()))
	var details []document.Section
	for _, s := range r.Sections() {
		if s.Detail {
			details = append(details, s)
			continue
		}
		s.Markdown(&b, "####")
	}
	if len(details) > 0 {
		b.WriteString("\n<details>\n<summary>Details</summary>\n")
		for _, s := range details {
			s.Markdown(&b, "####")
		}
		b.WriteString("\n</details>\n")
	}
	fmt.Fprintf(&b, "\n%s\n", document.Literal(r.Footnote()))
	// Texts of incidents must not mention people in the comment.
	if _, err := io.WriteString(w, strings.ReplaceAll(b.String(), "@", "@\u200b")); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func sortedKeys(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }
