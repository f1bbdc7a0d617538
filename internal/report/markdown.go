package report

import (
	"fmt"
	"io"
	"strings"

	"tocsin.dev/internal/markdown"
)

// Markdown writes the report as a document. Names from the facts cannot become markup.
func (r Report) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n", markdown.Literal(r.Title()), markdown.Literal(r.Subtitle()))
	for _, s := range r.Sections() {
		fmt.Fprintf(&b, "\n## %s\n\n", s.Title)
		markdown.Table(&b, s.Head, s.Rows)
	}
	fmt.Fprintf(&b, "\n%s\n", markdown.Literal(r.Footnote()))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
