package backtest

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/insight/measure"
)

// Result is the numbers of a backtest, of the incidents that opened in the period.
type Result struct {
	Mode   string         `json:"mode"` // "backtest"
	Period measure.Period `json:"period"`
	// Catalog and Baseline are revisions; Baseline is empty without a second catalog.
	Catalog   string `json:"catalog"`
	Baseline  string `json:"baseline,omitempty"`
	Inputs    int    `json:"inputs"` // played, of the whole history
	Incidents int    `json:"incidents"`
	Answered  int    `json:"answered"`
	// Unanswered incidents were never acknowledged, however they ended.
	Unanswered int `json:"unanswered"`
	Exhausted  int `json:"exhausted"` // the last level of the last round had no answer
	Open       int `json:"open"`      // at the end of the history
	Pages      int `json:"pages"`
	AtNight    int `json:"at_night"`
	// TimeToAnswer is in seconds, from the opening to the first acknowledgement.
	TimeToAnswer Times          `json:"time_to_answer"`
	ByPerson     []PersonPages  `json:"by_person"`
	ByService    []ServicePages `json:"by_service"`
	ByTeam       []ServicePages `json:"by_team"`
	ByLevel      []LevelReached `json:"by_level"`
	Refused      map[string]int `json:"refused"`      // commands that changed nothing, by what was asked
	LeftOut      map[string]int `json:"left_out"`     // of the history, by the reason
	Disorder     int            `json:"out_of_order"` // facts that came after later ones
	Assumptions  []string       `json:"assumptions"`
	Diff         *Diff          `json:"diff,omitempty"`
	DurationS    float64        `json:"duration_s"`
	InputsPerS   float64        `json:"inputs_per_s"`

	whole bool // the period is the whole history
}

// Times summarizes durations, in seconds. The percentiles are by nearest rank, and nil for none.
type Times struct {
	Count int      `json:"count"`
	P50   *float64 `json:"p50"`
	P90   *float64 `json:"p90"`
}

// PersonPages counts the pages of one target: a person's id, or "chat:ops-room".
type PersonPages struct {
	Person    string `json:"person"`
	Pages     int    `json:"pages"`
	AtNight   int    `json:"at_night"`
	Incidents int    `json:"incidents"`
	Answered  int    `json:"answered"` // incidents that they acknowledged first
}

// ServicePages has the numbers of one service or team.
type ServicePages struct {
	Name       string `json:"name"`
	Incidents  int    `json:"incidents"`
	Pages      int    `json:"pages"`
	Unanswered int    `json:"unanswered"`
	Exhausted  int    `json:"exhausted"`
}

// LevelReached is how many incidents reached a level and no higher one.
type LevelReached struct {
	Level     int `json:"level"` // from 1; 0 for incidents that reached none
	Incidents int `json:"incidents"`
	Pages     int `json:"pages"` // that the level requested; at 0 those that no level did
}

// Nights says when it is night for whom.
type Nights struct {
	hours measure.Hours
	zones map[string]*time.Location
}

// NightsOf returns the nights of a catalog's people, each in their own zone.
func NightsOf(c *catalog.Catalog, hours measure.Hours) Nights {
	n := Nights{hours: hours, zones: map[string]*time.Location{}}
	for person, p := range c.People {
		if zone, err := time.LoadLocation(p.Timezone); err == nil { // the catalog checked it
			n.zones[personPrefix+person] = zone
		}
	}
	return n
}

// holds reports whether it is night for a target, in UTC if its zone is not known.
func (n Nights) holds(target string, at time.Time) bool {
	zone := n.zones[target]
	if zone == nil {
		zone = time.UTC
	}
	return n.hours.Holds(at.In(zone))
}

// assumptions are what every backtest takes for granted.
func assumptions(h *History, unpaged bool) []string {
	all := []string{
		"contact methods take each page at once, unless the record says that the person's method failed then",
		"whoever answered a page in the record answers here the same time after their own first page, and not at all if they are not paged",
		"clears, resolutions and everything else that was asked comes at its recorded instant",
	}
	if unpaged {
		all = append(all, "the history has no pages: answers come at their recorded instants")
	} else {
		all = append(all, "an answer by somebody who was not paged in the record comes at its recorded instant")
	}
	if h.FromDecisions() {
		all = append(all, "what was asked is derived from what was decided: an input that changed nothing is not played")
	}
	return all
}

// Summarize returns the numbers of a backtest that has run.
func Summarize(h *History, b *Backtest, p measure.Period, n Nights) Result {
	r := count(b.Outcomes().Lives(p), n)
	r.Mode, r.Period, r.Catalog = "backtest", p, b.catalog.Rules.Revision
	r.whole = p.From.IsZero() && p.To.IsZero()
	if r.whole {
		r.Period.From, r.Period.To = h.Span()
	}
	r.Inputs, r.Disorder = b.Played(), h.Disorder
	r.Refused, r.LeftOut = b.refused, h.LeftOut
	if r.LeftOut == nil { // {} in JSON
		r.LeftOut = map[string]int{}
	}
	r.Assumptions = assumptions(h, h.recorded.Unpaged)
	return r
}

// count returns the numbers of incidents.
func count(lives []*Life, n Nights) Result {
	var r Result
	people, services, teams, levels := map[string]*PersonPages{}, map[string]*ServicePages{}, map[string]*ServicePages{}, map[int]*LevelReached{}
	var times []time.Duration
	for _, l := range lives {
		r.add(l)
		if !l.Answered.IsZero() {
			times = append(times, l.Answered.Sub(l.Opened))
			if l.AnsweredBy != "" {
				at(people, id(l.AnsweredBy)).Answered++
			}
		}
		at(services, l.Service).add(l)
		at(teams, l.Team).add(l)
		at(levels, l.Top).Incidents++
		seen := map[string]bool{}
		for _, p := range l.Pages {
			night := n.holds(p.Target, p.At)
			one := at(people, id(p.Target))
			one.Pages++
			at(levels, p.Level).Pages++
			if night {
				one.AtNight++
				r.AtNight++
			}
			if !seen[p.Target] {
				one.Incidents++
			}
			seen[p.Target] = true
		}
	}
	measured := measure.TimesOf(times)
	r.TimeToAnswer = Times{Count: measured.Count, P50: measured.P50, P90: measured.P90}
	r.ByPerson, r.ByLevel = []PersonPages{}, []LevelReached{}
	for _, name := range slices.Sorted(maps.Keys(people)) {
		people[name].Person = name
		r.ByPerson = append(r.ByPerson, *people[name])
	}
	slices.SortStableFunc(r.ByPerson, func(a, b PersonPages) int { return cmp.Compare(b.Pages, a.Pages) })
	r.ByService, r.ByTeam = named(services), named(teams)
	for _, level := range slices.Sorted(maps.Keys(levels)) {
		levels[level].Level = level
		r.ByLevel = append(r.ByLevel, *levels[level])
	}
	return r
}

func (r *Result) add(l *Life) {
	r.Incidents++
	r.Pages += len(l.Pages)
	if l.Answered.IsZero() {
		r.Unanswered++
	} else {
		r.Answered++
	}
	if l.Exhausted {
		r.Exhausted++
	}
	if l.Resolved.IsZero() {
		r.Open++
	}
}

func (s *ServicePages) add(l *Life) {
	s.Incidents++
	s.Pages += len(l.Pages)
	if l.Answered.IsZero() {
		s.Unanswered++
	}
	if l.Exhausted {
		s.Exhausted++
	}
}

// at returns the value of a key, which it adds if it is missing.
func at[K comparable, V any](m map[K]*V, key K) *V {
	v := m[key]
	if v == nil {
		v = new(V)
		m[key] = v
	}
	return v
}

func named(all map[string]*ServicePages) []ServicePages {
	out := []ServicePages{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		all[name].Name = name
		out = append(out, *all[name])
	}
	return out
}

// Timed adds how long the run took.
func (r *Result) Timed(d time.Duration) {
	r.DurationS = float64(d.Milliseconds()) / 1000
	if d > 0 {
		r.InputsPerS = float64(int(float64(r.Inputs) / d.Seconds()))
	}
}

func levelName(level int) string {
	if level == 0 {
		return "none"
	}
	return strconv.Itoa(level)
}
