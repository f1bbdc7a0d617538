package report

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/internal/insight/suggest"
)

// Formulas is the version of the formulas in docs/reports.md by which numbers are computed.
const Formulas = 1

// ErrNoTeam says that no incident is one of the team's.
var ErrNoTeam = errors.New("no such team in the facts")

// Options of a report.
type Options struct {
	// Period bounds the openings of the incidents, and the instants of the pages. Without bounds it is
	// everything there is.
	Period measure.Period
	// Team keeps to the incidents of one team; empty for all.
	Team string
	// Location is the time zone of weeks, and of people without a zone. Defaults to UTC.
	Location *time.Location
	// Zones are the zones of people by their ids, as the catalog has them; may be nil.
	Zones map[string]*time.Location
	// Levels is how many levels each policy of the catalog has; may be nil.
	Levels map[string]int
	// Night is when pages count as such at night. Defaults to [measure.Night].
	Night measure.Hours
	// Suggestions has been given the same facts, see [Collector.Suggestions]; nil leaves suggestions out.
	Suggestions *suggest.Evaluator
}

// Report is the KPIs of a period.
type Report struct {
	Formulas int            `json:"formulas"`
	Period   measure.Period `json:"period"`
	Team     string         `json:"team,omitempty"`
	Numbers

	Drills int `json:"drills"` // left out of every other number
	Merged int `json:"merged"` // the same

	ByPriority map[string]Numbers `json:"by_priority"`
	ByTeam     map[string]Numbers `json:"by_team"`
	ByService  map[string]Numbers `json:"by_service"`
	ByWeek     map[string]Numbers `json:"by_week"` // ISO weeks of the openings
	People     map[string]Person  `json:"people"`
	Policies   []PolicyLevel      `json:"policy_levels"`

	// Previous is the same for the period before; nil if there is none, or nothing in it.
	Previous *Summary `json:"previous,omitempty"`
	// Suggestions says how good suggestions were for the incidents of the period.
	Suggestions []suggest.Score `json:"suggestions"`
	// Benchmark lays the report beside the medians of all teams.
	Benchmark []Mark `json:"benchmark"`
}

// Summary is the numbers of another period.
type Summary struct {
	Period measure.Period `json:"period"`
	Numbers
}

// Person is what one person was asked and did.
type Person struct {
	Acknowledged int  `json:"acknowledged"` // incidents, first acknowledgements
	Resolved     int  `json:"resolved"`     // incidents, last resolutions
	Pages        Load `json:"pages"`
}

// None is the name of the group of incidents that have no priority, team or service.
const None = "none"

// maker makes one report.
type maker struct{ Options }

// Make computes the report of incidents in the order of their openings. It fails with [ErrNoTeam].
func Make(all []*Incident, o Options) (Report, error) {
	if o.Location == nil {
		o.Location = time.UTC
	}
	if o.Night == (measure.Hours{}) {
		o.Night = measure.Night
	}
	m := &maker{o}
	if o.Team != "" && !hasTeam(all, o.Team) {
		return Report{}, fmt.Errorf("%w: %s", ErrNoTeam, o.Team)
	}
	r := Report{Formulas: Formulas, Period: shown(o.Period, all), Team: o.Team}
	whole := m.sample(all, o.Period, "")
	own := m.sample(all, o.Period, o.Team)
	r.Drills, r.Merged = own.drills, own.merged
	r.Numbers = m.numbersOf(own.incidents, own.pages)
	r.ByPriority = m.by(own, func(i *Incident) string { return i.Priority })
	r.ByTeam = m.by(own, func(i *Incident) string { return i.Team })
	r.ByService = m.by(own, func(i *Incident) string { return i.Service })
	r.ByWeek = m.byWeek(own)
	r.People = m.people(own)
	r.Policies = policyLevels(own.incidents, m.levelsOf(own))
	r.Previous = m.previous(all)
	r.Suggestions = m.suggestions()
	r.Benchmark = m.benchmark(r, whole)
	return r, nil
}

// suggestions returns their scores; an empty list without an evaluation.
func (m *maker) suggestions() []suggest.Score {
	if m.Suggestions == nil {
		return []suggest.Score{}
	}
	return m.Suggestions.Scores(m.Period.From, m.Period.To, m.Team)
}

func hasTeam(all []*Incident, team string) bool {
	for _, i := range all {
		if i.Team == team {
			return true
		}
	}
	return false
}

// shown fills the missing bounds of a period: the first opening, and the newest instant.
func shown(p measure.Period, all []*Incident) measure.Period {
	var first, last time.Time
	for _, i := range all {
		if first.IsZero() || i.Opened.Before(first) {
			first = i.Opened
		}
		for _, at := range []time.Time{i.Opened, i.Acknowledged, i.Resolved, i.Closed} {
			if at.After(last) {
				last = at
			}
		}
	}
	if p.From.IsZero() {
		p.From = first
	}
	if p.To.IsZero() {
		p.To = last
	}
	return p
}

// levelsOf is the catalog's levels, for a team of the policies that its incidents climbed.
func (m *maker) levelsOf(s sample) map[string]int {
	if m.Team == "" {
		return m.Levels
	}
	known := map[string]int{}
	for _, i := range s.incidents {
		if n := m.Levels[i.Policy]; n > 0 {
			known[i.Policy] = n
		}
	}
	return known
}

// previous is the period before, where anything happened in it.
func (m *maker) previous(all []*Incident) *Summary {
	before, ok := m.Period.Previous()
	if !ok {
		return nil
	}
	s := m.sample(all, before, m.Team)
	if len(s.incidents) == 0 && len(s.pages) == 0 {
		return nil
	}
	return &Summary{Period: before, Numbers: m.numbersOf(s.incidents, s.pages)}
}

// sample is what a report counts.
type sample struct {
	incidents      []*Incident
	pages          []paged
	drills, merged int
}

// sample takes the incidents that opened in the period and the pages that were asked for in it,
// those of a team or of all. Drills, probes and what was merged away are only counted.
func (m *maker) sample(all []*Incident, p measure.Period, team string) sample {
	var s sample
	for _, i := range all {
		if team != "" && i.Team != team {
			continue
		}
		opened := p.Holds(i.Opened)
		switch {
		case i.Drill:
			s.drills += one(opened)
			continue
		case i.Merged:
			s.merged += one(opened)
		case opened:
			s.incidents = append(s.incidents, i)
		}
		for _, page := range i.Pages {
			if p.Holds(page.At) {
				s.pages = append(s.pages, paged{page, i})
			}
		}
	}
	return s
}

func one(so bool) int {
	if so {
		return 1
	}
	return 0
}

// by splits a sample by a property of its incidents.
func (m *maker) by(s sample, of func(*Incident) string) map[string]Numbers {
	parts := map[string]*sample{}
	part := func(i *Incident) *sample {
		name := of(i)
		if name == "" {
			name = None
		}
		if parts[name] == nil {
			parts[name] = &sample{}
		}
		return parts[name]
	}
	for _, i := range s.incidents {
		p := part(i)
		p.incidents = append(p.incidents, i)
	}
	for _, page := range s.pages {
		p := part(page.of)
		p.pages = append(p.pages, page)
	}
	return m.each(parts)
}

func (m *maker) each(parts map[string]*sample) map[string]Numbers {
	out := map[string]Numbers{}
	for name, p := range parts {
		out[name] = m.numbersOf(p.incidents, p.pages)
	}
	return out
}

// byWeek splits incidents by the week they opened in, and pages by the week they came in.
func (m *maker) byWeek(s sample) map[string]Numbers {
	parts := map[string]*sample{}
	part := func(at time.Time) *sample {
		name := measure.WeekOf(at.In(m.Location)).Name
		if parts[name] == nil {
			parts[name] = &sample{}
		}
		return parts[name]
	}
	for _, i := range s.incidents {
		p := part(i.Opened)
		p.incidents = append(p.incidents, i)
	}
	for _, page := range s.pages {
		p := part(page.At)
		p.pages = append(p.pages, page)
	}
	return m.each(parts)
}

// people gathers what each person was asked and did.
func (m *maker) people(s sample) map[string]Person {
	out := map[string]Person{}
	did := func(by string, add func(*Person)) {
		if id, ok := strings.CutPrefix(by, personPrefix); ok {
			p := out[id]
			add(&p)
			out[id] = p
		}
	}
	for _, i := range s.incidents {
		did(i.AcknowledgedBy, func(p *Person) { p.Acknowledged++ })
		did(i.ResolvedBy, func(p *Person) { p.Resolved++ })
	}
	pages := map[string][]paged{}
	for _, page := range s.pages {
		pages[page.Target] = append(pages[page.Target], page)
	}
	for target := range pages {
		did(target, func(*Person) {})
	}
	for id, p := range out {
		p.Pages = m.loadOf(pages[personPrefix+id])
		out[id] = p
	}
	return out
}
