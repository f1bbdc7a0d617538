package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/pkg/events"
)

// hostile is a name that is markup, a formula, a table's edge and the end of a line all at once.
const hostile = "=cmd|' <script>alert(1)</script>\n| [x](javascript:1) `y` \"q\" \x1b[31m"

// full makes a report with something in every table.
func full(t *testing.T, team string) Report {
	var l ledger
	week := 7 * 24 * time.Hour
	for n, name := range []string{"payments", team} {
		id := string(rune('a' + n))
		for _, after := range []time.Duration{0, week} {
			id += "'"
			l.at(after, id, name, events.IncidentTriggered{Title: hostile, Priority: "P1", Policy: team, Alert: events.Alert{Key: hostile, Summary: hostile}})
			l.at(after, id, name, events.EscalationAdvanced{Level: 2, Kind: "functional", Pages: []string{"person:" + team}})
			l.at(after, id, name, events.PageRequested{Page: id, Target: "person:" + team})
			l.at(after, id, name, events.PageDelivered{Page: id, Target: "person:" + team, Channel: team, Attempts: make([]events.Attempt, 1)})
			l.at(after+minute, id, name, events.IncidentAcknowledged{By: "person:" + team})
			l.at(after+90*minute, id, name, events.IncidentResolved{By: "person:" + team})
		}
	}
	return l.report(t, Options{Period: measure.WeekOf(start.Add(week)), Team: team})
}

func TestHTML(t *testing.T) {
	r := full(t, hostile)
	require.Len(t, r.Sections(), 10, "every table has a row")
	var b bytes.Buffer
	require.NoError(t, r.HTML(&b))
	page := b.String()
	require.NotContains(t, page, "<script")
	require.NotContains(t, page, "src=")
	require.NotContains(t, page, "href=")
	require.NotContains(t, page, "@import")
	require.NotContains(t, page, "url(")
	require.Contains(t, page, "&lt;script&gt;")
	require.Contains(t, page, "<h1>Weekly review of team")
	require.Contains(t, page, "2026-W11")
	require.True(t, strings.HasSuffix(page, "</html>\n"))
}

func TestMarkdown(t *testing.T) {
	var b bytes.Buffer
	r := full(t, hostile)
	require.NoError(t, r.Markdown(&b))
	require.NotContains(t, b.String(), "<script")
	require.NotContains(t, strings.ReplaceAll(b.String(), `\]`, ""), "](")
	require.NotContains(t, b.String(), "\x1b")
	columns := 0
	for _, line := range strings.Split(b.String(), "\n") {
		if !strings.HasPrefix(line, "|") {
			columns = 0
			continue
		}
		bars := strings.Count(line, "|") - strings.Count(line, `\|`)
		if columns == 0 {
			columns = bars
		}
		require.Equal(t, columns, bars, "no cell is torn: %s", line)
	}
	b.Reset()
	require.NoError(t, full(t, "database").Markdown(&b))
	require.Contains(t, b.String(), "# Weekly review of team database\n\n2026-W11, 2026-03-09 00:00 UTC to 2026-03-16 00:00 UTC; before: 2026-W10, ")
	require.Contains(t, b.String(), "| time to resolve, median | 1h 30m | 1h 30m | 1h 30m |\n")
	require.Contains(t, b.String(), "| database, level 2 | 1 | 1 |  |\n")
	require.Contains(t, b.String(), "| database, level 1 | 0 | 0 | never mattered |\n")
	require.Contains(t, b.String(), "Formulas version 1. Left out: drills and probes: 0, merged incidents: 0.")
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, full(t, hostile).CSV(&b))
	rows, err := csv.NewReader(&b).ReadAll() // as many cells in each row
	require.NoError(t, err)
	require.Equal(t, []string{"from", "to", "formulas", "by", "name", "incidents"}, rows[0][:6])
	kinds := map[string]int{}
	for _, row := range rows[1:] {
		kinds[row[3]]++
		require.NotContains(t, "=+-@\t\r", row[4][:1])
		require.Equal(t, "1", row[5])
	}
	require.Equal(t, map[string]int{"all": 1, "previous": 1, "priority": 1, "team": 1, "service": 1, "week": 1}, kinds)
	require.Equal(t, "2026-03-02T00:00:00Z", rows[2][0])
}

func TestPrometheus(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, full(t, hostile).Prometheus(&b))
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	samples := 0
	for _, line := range lines {
		if strings.HasPrefix(line, "#") {
			require.Regexp(t, `^# (HELP|TYPE) tocsin_report_[a-z0-9_]+ `, line)
			continue
		}
		samples++
		require.Regexp(t, `^tocsin_report_[a-z0-9_]+\{by="[a-z]+",name="([^"\\]|\\.)*"\} [-+0-9.e]+$`, line)
	}
	require.Positive(t, samples)
	require.Contains(t, b.String(), `tocsin_report_time_to_resolve_p50_seconds{by="priority",name="P1"} 5400`)
}

// TestJSON holds the names that others read.
func TestJSON(t *testing.T) {
	var l ledger
	body, err := json.Marshal(l.report(t, Options{}))
	require.NoError(t, err)
	var got map[string]any
	require.NoError(t, json.Unmarshal(body, &got))
	for _, name := range []string{
		"formulas", "period", "incidents", "open", "time_to_acknowledge", "time_to_engage", "time_to_resolve", "escalated",
		"escalation_rate", "escalations", "reopened", "flapping", "noise_share", "alerts_per_incident", "targets", "pages",
		"by_priority", "by_team", "by_service", "by_week", "people", "policy_levels", "benchmark", "drills", "merged",
	} {
		require.Contains(t, got, name)
	}
	require.Equal(t, map[string]any{"count": 0.0, "mean": nil, "p50": nil, "p90": nil, "p95": nil}, got["time_to_resolve"])
	require.Equal(t, map[string]any{}, got["by_team"])
	require.Nil(t, got["escalation_rate"], "of no incidents there is no share")
	require.Equal(t, []any{}, got["policy_levels"])
}

func TestWords(t *testing.T) {
	for seconds, want := range map[float64]string{
		0: "0s", 0.25: "250ms", 1: "1s", 59.6: "1m", 61: "1m 1s", 3600: "1h", 3661: "1h 1m", 3601: "1h", 86400: "1d", 90000: "1d 1h", 2510000: "29d 1h",
	} {
		require.Equal(t, want, took(seconds))
	}
	require.Equal(t, "44.6 %", said(number(0.446224), "share"))
	require.Equal(t, "12", said(number(12), "count"))
	require.Equal(t, nothing, said(nil, "seconds"))
}

func TestTitles(t *testing.T) {
	for want, r := range map[string]Report{
		"Report":                          {},
		"Report of team payments":         {Team: "payments"},
		"Weekly report":                   {Period: measure.WeekOf(start)},
		"Monthly review of team payments": {Period: measure.MonthOf(start), Team: "payments"},
		"Weekly review of team payments":  {Period: measure.WeekOf(start), Team: "payments"},
	} {
		require.Equal(t, want, r.Title())
	}
}

// TestClosedPipe writes into a pipe that is closed.
func TestClosedPipe(t *testing.T) {
	r := full(t, "payments")
	for name, write := range map[string]func() error{
		"md":         func() error { return r.Markdown(broken{}) },
		"html":       func() error { return r.HTML(broken{}) },
		"csv":        func() error { return r.CSV(broken{}) },
		"prometheus": func() error { return r.Prometheus(broken{}) },
	} {
		require.ErrorContains(t, write(), "write report: pipe", name)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errPipe }

type pipeError string

func (e pipeError) Error() string { return string(e) }

const errPipe = pipeError("pipe")
