package report

import "tocsin.dev/internal/insight/measure"

// Mark lays one number of a report beside those of others. Numbers that nobody has are nil.
type Mark struct {
	Name string `json:"name"`
	// Unit is "seconds", "share" or "count".
	Unit     string   `json:"unit"`
	Value    *float64 `json:"value"`
	Previous *float64 `json:"previous"`
	// Median is that over the teams of the organisation which have the number, in the same period.
	Median *float64 `json:"median"`
	Teams  int      `json:"teams"` // how many those are
}

// figure is one number that teams are compared by.
type figure struct {
	name, unit string
	of         func(Numbers) *float64
}

func count(n int) *float64 {
	v := float64(n)
	return &v
}

var figures = []figure{
	{"incidents", "count", func(n Numbers) *float64 { return count(n.Incidents) }},
	{"time to acknowledge, median", "seconds", func(n Numbers) *float64 { return n.TimeToAcknowledge.P50 }},
	{"time to acknowledge, p90", "seconds", func(n Numbers) *float64 { return n.TimeToAcknowledge.P90 }},
	{"time to resolve, median", "seconds", func(n Numbers) *float64 { return n.TimeToResolve.P50 }},
	{"time to resolve, p90", "seconds", func(n Numbers) *float64 { return n.TimeToResolve.P90 }},
	{"escalation rate", "share", func(n Numbers) *float64 { return n.EscalationRate }},
	{"reopened", "share", func(n Numbers) *float64 { return measure.Share(n.Reopened, n.Incidents) }},
	{"noise", "share", func(n Numbers) *float64 { return n.NoiseShare }},
	{"response targets met", "share", func(n Numbers) *float64 { return n.Targets.Response.MetShare }},
	{"resolution targets met", "share", func(n Numbers) *float64 { return n.Targets.Resolution.MetShare }},
	{"pages", "count", func(n Numbers) *float64 { return count(n.Pages.Count) }},
	{"pages at night", "count", func(n Numbers) *float64 { return count(n.Pages.AtNight) }},
	{"pages at weekends", "count", func(n Numbers) *float64 { return count(n.Pages.AtWeekends) }},
	{"interrupted hours", "count", func(n Numbers) *float64 { return count(n.Pages.InterruptedHours) }},
	{"pages delivered at first try", "share", func(n Numbers) *float64 { return n.Pages.FirstTryShare }},
}

// benchmark compares the report with the period before and with all teams.
func (m *maker) benchmark(r Report, whole sample) []Mark {
	teams := m.by(whole, func(i *Incident) string { return i.Team })
	delete(teams, None)
	out := make([]Mark, 0, len(figures))
	for _, one := range figures {
		mark := Mark{Name: one.name, Unit: one.unit, Value: one.of(r.Numbers)}
		if r.Previous != nil {
			mark.Previous = one.of(r.Previous.Numbers)
		}
		var all []float64
		for _, n := range teams {
			if v := one.of(n); v != nil {
				all = append(all, *v)
			}
		}
		mark.Teams, mark.Median = len(all), measure.Median(all)
		out = append(out, mark)
	}
	return out
}
