package report

import (
	"maps"
	"slices"
	"strconv"

	"tocsin.dev/internal/insight/document"
	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/insight/suggest"
)

// Sections returns the tables of a report that have rows.
func (r Report) Sections() []document.Section {
	return document.WithRows(
		r.glance(), r.times(), r.climbs(),
		groups("By priority", r.ByPriority), groups("By team", r.ByTeam), groups("By service", r.ByService), groups("By week", r.ByWeek),
		r.peopleTable(), r.channels(), r.levels(), r.suggestions(),
	)
}

func (r Report) glance() document.Section {
	s := document.Section{Title: "At a glance", Head: []string{"", "this period", "the period before", "median of teams"}}
	for _, m := range r.Benchmark {
		s.Rows = append(s.Rows, []string{m.Name, said(m.Value, m.Unit), said(m.Previous, m.Unit), said(m.Median, m.Unit)})
	}
	return s
}

func (r Report) times() document.Section {
	s := document.Section{Title: "Times", Head: []string{"", "incidents", "mean", "p50", "p90", "p95"}}
	for _, one := range []struct {
		name string
		t    measure.Times
	}{{"to acknowledge", r.TimeToAcknowledge}, {"to engage", r.TimeToEngage}, {"to resolve", r.TimeToResolve}} {
		row := []string{one.name, strconv.Itoa(one.t.Count)}
		for _, v := range []*float64{one.t.Mean, one.t.P50, one.t.P90, one.t.P95} {
			row = append(row, said(v, "seconds"))
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}

func (r Report) climbs() document.Section {
	s := document.Section{Title: "Escalations", Head: []string{"", "incidents", "of all"}}
	row := func(name string, n int) {
		s.Rows = append(s.Rows, []string{name, strconv.Itoa(n), said(measure.Share(n, r.Incidents), "share")})
	}
	row("any", r.Escalated)
	for _, kind := range slices.Sorted(maps.Keys(r.Escalations.ByKind)) {
		row(kind, r.Escalations.ByKind[kind])
	}
	for level := 2; r.Escalations.ByLevel[strconv.Itoa(level)] > 0; level++ {
		row("to level "+strconv.Itoa(level)+" or above", r.Escalations.ByLevel[strconv.Itoa(level)])
	}
	return s
}

func groups(title string, all map[string]Numbers) document.Section {
	s := document.Section{Title: title, Head: []string{
		"", "incidents", "open", "acknowledged, p50", "resolved, p50", "resolved, p90", "escalated", "reopened", "resolution met", "pages",
	}}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		n := all[name]
		s.Rows = append(s.Rows, []string{
			name, strconv.Itoa(n.Incidents), strconv.Itoa(n.Open), said(n.TimeToAcknowledge.P50, "seconds"),
			said(n.TimeToResolve.P50, "seconds"), said(n.TimeToResolve.P90, "seconds"), said(n.EscalationRate, "share"),
			strconv.Itoa(n.Reopened), said(n.Targets.Resolution.MetShare, "share"), strconv.Itoa(n.Pages.Count),
		})
	}
	return s
}

func (r Report) peopleTable() document.Section {
	s := document.Section{Title: "People", Head: []string{"", "pages", "at night", "at weekends", "interrupted hours", "acknowledged", "resolved"}}
	for _, id := range slices.Sorted(maps.Keys(r.People)) {
		p := r.People[id]
		row := []string{id}
		for _, n := range []int{p.Pages.Count, p.Pages.AtNight, p.Pages.AtWeekends, p.Pages.InterruptedHours, p.Acknowledged, p.Resolved} {
			row = append(row, strconv.Itoa(n))
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}

func (r Report) channels() document.Section {
	s := document.Section{Title: "Channels", Head: []string{"", "pages delivered", "at first try"}}
	for _, name := range slices.Sorted(maps.Keys(r.Pages.ByChannel)) {
		c := r.Pages.ByChannel[name]
		s.Rows = append(s.Rows, []string{name, strconv.Itoa(c.Delivered), said(c.FirstTryShare, "share")})
	}
	return s
}

func (r Report) levels() document.Section {
	s := document.Section{Title: "Levels of policies", Head: []string{"", "reached", "answered", ""}}
	for _, l := range r.Policies {
		never := ""
		if !l.Matters() {
			never = "never mattered"
		}
		s.Rows = append(s.Rows, []string{l.Policy + ", level " + strconv.Itoa(l.Level), strconv.Itoa(l.Reached), strconv.Itoa(l.Answered), never})
	}
	return s
}

func (r Report) suggestions() document.Section { return SuggestionsTable(r.Suggestions) }

// SuggestionsTable is the table of scores. Kinds of which nothing is known are left out.
func SuggestionsTable(all []suggest.Score) document.Section {
	s := document.Section{Title: "Suggestions", Head: []string{"", "incidents", "it happened", "suggested", "right", "precision", "recall", "base rate"}}
	for _, one := range all {
		if one.N == 0 {
			continue
		}
		row := []string{one.Kind}
		for _, n := range []int{one.N, one.Happened, one.Suggested, one.Right} {
			row = append(row, strconv.Itoa(n))
		}
		for _, v := range []*float64{one.Precision, one.Recall, one.BaseRate} {
			row = append(row, said(v, "share"))
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}
