package report

import (
	"fmt"
	"io"
	"strings"

	"tocsin.dev/internal/insight/document"
)

// Markdown writes the report as a document. Names from the facts cannot become markup.
func (r Report) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n", document.Literal(r.Title()), document.Literal(r.Subtitle()))
	for _, s := range r.Sections() {
		s.Markdown(&b, "##")
	}
	fmt.Fprintf(&b, "\n%s\n", document.Literal(r.Footnote()))
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
