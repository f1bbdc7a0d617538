package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"tocsin.dev/internal/insight/suggest"
)

// Prometheus writes the numbers as gauges in the text format, for a collector that reads files: those
// of the whole, by priority and by team, and how good suggestions were. A number that nobody has is left
// out.
func (r Report) Prometheus(w io.Writer) error {
	var b strings.Builder
	for _, c := range columns {
		name := "tocsin_report_" + c.name
		fmt.Fprintf(&b, "# HELP %s %s of the report's period, by formulas version %d.\n# TYPE %s gauge\n",
			name, strings.ReplaceAll(c.name, "_", " "), r.Formulas, name)
		sample := func(by, group string, n Numbers) {
			if v := c.of(n); v != nil {
				fmt.Fprintf(&b, "%s{by=%s,name=%s} %s\n", name, labelValue(by), labelValue(group), bare(v))
			}
		}
		sample("all", r.Team, r.Numbers)
		for _, g := range r.groups()[:2] { // services and weeks have no bound
			for _, group := range slices.Sorted(maps.Keys(g.all)) {
				sample(g.by, group, g.all[group])
			}
		}
	}
	r.scores(&b)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// scores tells how good suggestions were.
func (r Report) scores(b *strings.Builder) {
	for _, m := range []struct {
		name string
		of   func(suggest.Score) *float64
	}{
		{"incidents", func(s suggest.Score) *float64 { return count(s.N) }},
		{"precision", func(s suggest.Score) *float64 { return s.Precision }},
		{"recall", func(s suggest.Score) *float64 { return s.Recall }},
		{"base_rate", func(s suggest.Score) *float64 { return s.BaseRate }},
	} {
		name := "tocsin_report_suggestions_" + m.name
		fmt.Fprintf(b, "# HELP %s %s of suggestions of this kind in the report's period.\n# TYPE %s gauge\n", name, strings.ReplaceAll(m.name, "_", " "), name)
		for _, s := range r.Suggestions {
			if v := m.of(s); v != nil {
				fmt.Fprintf(b, "%s{kind=%s} %s\n", name, labelValue(s.Kind), bare(v))
			}
		}
	}
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func labelValue(s string) string {
	return `"` + labelEscapes.Replace(strings.ToValidUTF8(s, "\uFFFD")) + `"`
}
