package report

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/insight/suggest"
	"tocsin.dev/pkg/events"
)

// TestSuggestions: those of the period and the team are scored, by what was learned before as well.
func TestSuggestions(t *testing.T) {
	var l ledger
	for n := range 6 {
		id, at := fmt.Sprint(n), time.Duration(n)*time.Hour
		l.open(at, id, map[string]string{"alertname": hostile})
		l.at(at+minute, id, "payments", events.EscalationAdvanced{Level: 2, Pages: []string{"person:bo"}})
		l.at(at+2*minute, id, "payments", events.IncidentResolved{By: "person:bo", How: "command"})
	}
	l.open(6*time.Hour, "open", map[string]string{"alertname": hostile})
	o := Options{Suggestions: l.c.Suggestions()}
	r := l.report(t, o)
	require.Equal(t, suggest.Score{
		Kind: "escalate", N: 6, Happened: 6, Suggested: 1, Right: 1, Precision: number(1), Recall: number(1.0 / 6), BaseRate: number(1),
	}, r.Suggestions[0])
	require.Equal(t, [][]string{
		{"escalate", "6", "6", "1", "1", "100.0 %", "16.7 %", "100.0 %"},
		{"priority", "6", "0", "0", "0", "–", "–", "0.0 %"},
		{"team", "6", "0", "0", "0", "–", "–", "0.0 %"},
	}, r.suggestions().Rows)
	var b bytes.Buffer
	require.NoError(t, r.Markdown(&b))
	require.Contains(t, b.String(), "## Suggestions\n")
	b.Reset()
	require.NoError(t, r.Prometheus(&b))
	require.Contains(t, b.String(), "\ntocsin_report_suggestions_precision{kind=\"escalate\"} 1\n")
	require.Contains(t, b.String(), "\ntocsin_report_suggestions_base_rate{kind=\"team\"} 0\n")
	require.NotContains(t, b.String(), "suggestions_precision{kind=\"team\"}", "nothing was suggested")

	o.Period = measure.Period{From: start.Add(5 * time.Hour), To: start.Add(7 * time.Hour)}
	require.Equal(t, 1, l.report(t, o).Suggestions[0].N, "the open one is not judged")
	o.Period, o.Team = measure.Period{}, "payments"
	require.Equal(t, 6, l.report(t, o).Suggestions[0].N)
	require.Empty(t, l.report(t, Options{}).Suggestions)
}
