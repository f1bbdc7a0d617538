package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tocsin.dev/internal/insight/measure"
)

// CSV writes one row for the whole and one for each group: what it is grouped by, its name, and its
// numbers, bare. A cell that a spreadsheet would take for a formula begins with an apostrophe.
func (r Report) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	head := []string{"from", "to", "formulas", "by", "name"}
	for _, c := range columns {
		head = append(head, c.name)
	}
	out.Write(head) //nolint:errcheck // Error tells it at the end
	row := func(p measure.Period, by, name string, n Numbers) {
		cells := []string{rfc(p.From), rfc(p.To), strconv.Itoa(r.Formulas), by, plain(name)}
		for _, c := range columns {
			cells = append(cells, bare(c.of(n)))
		}
		out.Write(cells) //nolint:errcheck // Error tells it at the end
	}
	row(r.Period, "all", r.Team, r.Numbers)
	if r.Previous != nil {
		row(r.Previous.Period, "previous", r.Team, r.Previous.Numbers)
	}
	for _, g := range r.groups() {
		for _, name := range slices.Sorted(maps.Keys(g.all)) {
			row(r.Period, g.by, name, g.all[name])
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// group is the numbers by one property.
type group struct {
	by  string
	all map[string]Numbers
}

func (r Report) groups() []group {
	return []group{{"priority", r.ByPriority}, {"team", r.ByTeam}, {"service", r.ByService}, {"week", r.ByWeek}}
}

// column is one number under the name that machines know it by.
type column struct {
	name string
	of   func(Numbers) *float64
}

var columns = slices.Concat(
	[]column{
		{"incidents", func(n Numbers) *float64 { return count(n.Incidents) }},
		{"open", func(n Numbers) *float64 { return count(n.Open) }},
	},
	timeColumns("time_to_acknowledge", func(n Numbers) measure.Times { return n.TimeToAcknowledge }),
	timeColumns("time_to_engage", func(n Numbers) measure.Times { return n.TimeToEngage }),
	timeColumns("time_to_resolve", func(n Numbers) measure.Times { return n.TimeToResolve }),
	[]column{
		{"escalated", func(n Numbers) *float64 { return count(n.Escalated) }},
		{"escalation_rate", func(n Numbers) *float64 { return n.EscalationRate }},
		{"reopened", func(n Numbers) *float64 { return count(n.Reopened) }},
		{"flapping", func(n Numbers) *float64 { return count(n.Flapping) }},
		{"noise_share", func(n Numbers) *float64 { return n.NoiseShare }},
		{"alerts", func(n Numbers) *float64 { return count(n.Alerts) }},
		{"response_targets_met", func(n Numbers) *float64 { return count(n.Targets.Response.Met) }},
		{"response_targets_breached", func(n Numbers) *float64 { return count(n.Targets.Response.Breached) }},
		{"resolution_targets_met", func(n Numbers) *float64 { return count(n.Targets.Resolution.Met) }},
		{"resolution_targets_breached", func(n Numbers) *float64 { return count(n.Targets.Resolution.Breached) }},
		{"pages", func(n Numbers) *float64 { return count(n.Pages.Count) }},
		{"pages_at_night", func(n Numbers) *float64 { return count(n.Pages.AtNight) }},
		{"pages_at_weekends", func(n Numbers) *float64 { return count(n.Pages.AtWeekends) }},
		{"interrupted_hours", func(n Numbers) *float64 { return count(n.Pages.InterruptedHours) }},
		{"pages_delivered", func(n Numbers) *float64 { return count(n.Pages.Delivered) }},
		{"pages_delivered_at_first_try", func(n Numbers) *float64 { return count(n.Pages.FirstTry) }},
		{"pages_failed", func(n Numbers) *float64 { return count(n.Pages.Failed) }},
	},
)

func timeColumns(name string, of func(Numbers) measure.Times) []column {
	return []column{
		{name + "_count", func(n Numbers) *float64 { return count(of(n).Count) }},
		{name + "_mean_seconds", func(n Numbers) *float64 { return of(n).Mean }},
		{name + "_p50_seconds", func(n Numbers) *float64 { return of(n).P50 }},
		{name + "_p90_seconds", func(n Numbers) *float64 { return of(n).P90 }},
		{name + "_p95_seconds", func(n Numbers) *float64 { return of(n).P95 }},
	}
}

// bare writes a number without unit; empty for none.
func bare(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

// plain keeps a spreadsheet from reading a name as a formula.
func plain(name string) string {
	if name != "" && strings.ContainsRune("=+-@\t\r", rune(name[0])) {
		return "'" + name
	}
	return name
}
