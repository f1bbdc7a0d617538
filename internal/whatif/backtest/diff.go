package backtest

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/insight/measure"
)

// Diff compares a backtest with the record, or with a backtest of another catalog.
type Diff struct {
	Against string `json:"against"` // "recorded" or "baseline"
	// Pageless means that the record has no pages, so that Before counts none.
	Pageless bool `json:"recorded_without_pages,omitempty"`
	// Levelless means that the record has no levels, so that Before has all at 0 and none exhausted.
	Levelless  bool           `json:"recorded_without_levels,omitempty"`
	Pages      Change         `json:"pages"`
	AtNight    Change         `json:"at_night"`
	Unanswered Change         `json:"unanswered"`
	Exhausted  Change         `json:"exhausted"`
	P50        Seconds        `json:"time_to_answer_p50"`
	People     []PersonChange `json:"people"`
	Levels     []LevelChange  `json:"levels"`
	Incidents  IncidentDiff   `json:"incidents"`
}

// Change is a number before and after.
type Change struct {
	Before int `json:"before"`
	After  int `json:"after"`
}

// Seconds is a duration before and after; null for none.
type Seconds struct {
	Before *float64 `json:"before"`
	After  *float64 `json:"after"`
}

// PersonChange is what changes for one target of pages.
type PersonChange struct {
	Person        string `json:"person"`
	Before        int    `json:"before"`
	After         int    `json:"after"`
	AtNightBefore int    `json:"at_night_before"`
	AtNightAfter  int    `json:"at_night_after"`
	// Earlier and Later count incidents that page them for the first time earlier or later, Added and Removed
	// those that page them only now, or no longer.
	Earlier int `json:"earlier"`
	Later   int `json:"later"`
	Added   int `json:"added"`
	Removed int `json:"removed"`
}

// LevelChange is how many incidents reached a level and no higher one.
type LevelChange struct {
	Level  int `json:"level"`
	Before int `json:"before"`
	After  int `json:"after"`
}

// IncidentDiff compares incidents that the same input opened.
type IncidentDiff struct {
	Before int `json:"before"`
	After  int `json:"after"`
	Both   int `json:"both"`
	Same   int `json:"same"`   // answered equally soon, to the second, or never
	Sooner int `json:"sooner"` // answered earlier
	Later  int `json:"later"`
	// Nobody counts incidents that are no longer answered, Somebody those that are only answered now.
	Nobody     int             `json:"nobody"`
	Somebody   int             `json:"somebody"`
	OnlyBefore int             `json:"only_before"` // their alerts feed another incident now
	OnlyAfter  int             `json:"only_after"`
	Lists      []IncidentMoved `json:"moved"` // those that are not the same, the largest change first
}

// IncidentMoved is one incident for which something changes.
type IncidentMoved struct {
	How      string     `json:"how"`      // "sooner", "later", "nobody", "somebody", "only_before" or "only_after"
	Incident string     `json:"incident"` // its id in the record, or in the backtest where only that has it
	Service  string     `json:"service"`
	Title    string     `json:"title"`
	OpenedAt time.Time  `json:"opened_at"`
	Before   *time.Time `json:"answered_before"`
	After    *time.Time `json:"answered_after"`
	ByBefore string     `json:"by_before,omitempty"`
	ByAfter  string     `json:"by_after,omitempty"`
}

// Compare compares the outcomes of a backtest with the recorded ones, or with those of another catalog.
func Compare(before, after *Outcomes, p measure.Period, n Nights) *Diff {
	was, is := before.Lives(p), after.Lives(p)
	a, b := count(was, n), count(is, n)
	d := &Diff{
		Against: "recorded", Pageless: before.Unpaged, Levelless: before.Unclimbed,
		Pages: Change{a.Pages, b.Pages}, AtNight: Change{a.AtNight, b.AtNight},
		Unanswered: Change{a.Unanswered, b.Unanswered}, Exhausted: Change{a.Exhausted, b.Exhausted},
		P50: Seconds{a.TimeToAnswer.P50, b.TimeToAnswer.P50},
	}
	d.levels(a, b)
	d.incidents(was, is)
	d.people(was, is, a, b)
	return d
}

func (d *Diff) levels(a, b Result) {
	all := map[int]*LevelChange{}
	for _, l := range a.ByLevel {
		at(all, l.Level).Before = l.Incidents
	}
	for _, l := range b.ByLevel {
		at(all, l.Level).After = l.Incidents
	}
	d.Levels = []LevelChange{}
	for _, level := range slices.Sorted(maps.Keys(all)) {
		all[level].Level = level
		if all[level].Before+all[level].After > 0 {
			d.Levels = append(d.Levels, *all[level])
		}
	}
}

func (d *Diff) incidents(was, is []*Life) {
	after := make(map[string]*Life, len(is))
	for _, l := range is {
		after[l.Opener] = l
	}
	i := &d.Incidents
	i.Before, i.After, i.Lists = len(was), len(is), []IncidentMoved{}
	for _, w := range was {
		l := after[w.Opener]
		delete(after, w.Opener)
		i.pair(w, l)
	}
	for _, l := range is {
		if after[l.Opener] == l {
			i.pair(nil, l)
		}
	}
	slices.SortStableFunc(i.Lists, func(a, b IncidentMoved) int {
		return cmp.Or(cmp.Compare(rank[a.How], rank[b.How]), cmp.Compare(b.shift(), a.shift()))
	})
}

// rank is the order of lists: the worst first.
var rank = map[string]int{"nobody": 1, "later": 2, "sooner": 3, "somebody": 4, "only_before": 5, "only_after": 6}

// shift is how far an answer moved.
func (m IncidentMoved) shift() time.Duration {
	if m.Before == nil || m.After == nil {
		return 0
	}
	return m.After.Sub(*m.Before).Abs()
}

func (i *IncidentDiff) pair(was, is *Life) {
	how := ""
	switch {
	case is == nil:
		i.OnlyBefore++
		how = "only_before"
	case was == nil:
		i.OnlyAfter++
		how = "only_after"
	default:
		i.Both++
		how = i.both(was, is)
	}
	if how != "" {
		i.Lists = append(i.Lists, moved(how, was, is))
	}
}

func (i *IncidentDiff) both(was, is *Life) string {
	after := shift(was.Answered.Sub(was.Opened), is.Answered.Sub(is.Opened))
	switch {
	case was.Answered.IsZero() && is.Answered.IsZero(), !was.Answered.IsZero() && !is.Answered.IsZero() && after == 0:
		i.Same++
		return ""
	case is.Answered.IsZero():
		i.Nobody++
		return "nobody"
	case was.Answered.IsZero():
		i.Somebody++
		return "somebody"
	case after < 0:
		i.Sooner++
		return "sooner"
	default:
		i.Later++
		return "later"
	}
}

// tolerance is how far two instants may be apart and still count as the same: engines decide some
// milliseconds after they are asked, and a backtest at once.
const tolerance = time.Second

// shift is how much longer the second of two durations is; 0 within the tolerance.
func shift(was, is time.Duration) time.Duration {
	if d := is - was; d.Abs() >= tolerance {
		return d
	}
	return 0
}

func moved(how string, was, is *Life) IncidentMoved {
	l := was
	if l == nil {
		l = is
	}
	m := IncidentMoved{How: how, Incident: l.ID, Service: l.Service, Title: l.Title, OpenedAt: l.Opened}
	if was != nil && !was.Answered.IsZero() {
		m.Before, m.ByBefore = &was.Answered, id(was.AnsweredBy)
	}
	if is != nil && !is.Answered.IsZero() {
		m.After, m.ByAfter = &is.Answered, id(is.AnsweredBy)
	}
	return m
}

// people compares whom the incidents page, and how soon.
func (d *Diff) people(was, is []*Life, a, b Result) {
	all := map[string]*PersonChange{}
	for _, p := range a.ByPerson {
		one := at(all, p.Person)
		one.Before, one.AtNightBefore = p.Pages, p.AtNight
	}
	for _, p := range b.ByPerson {
		one := at(all, p.Person)
		one.After, one.AtNightAfter = p.Pages, p.AtNight
	}
	before, after := firsts(was), firsts(is)
	for key, then := range before {
		one := at(all, key.target)
		now, still := after[key]
		switch {
		case !still:
			one.Removed++
		case shift(then, now) < 0:
			one.Earlier++
		case shift(then, now) > 0:
			one.Later++
		}
	}
	for key := range after {
		if _, then := before[key]; !then {
			at(all, key.target).Added++
		}
	}
	d.People = []PersonChange{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		all[name].Person = name
		if all[name].Before+all[name].After > 0 {
			d.People = append(d.People, *all[name])
		}
	}
	slices.SortStableFunc(d.People, func(a, b PersonChange) int {
		return cmp.Or(cmp.Compare(distance(b), distance(a)), strings.Compare(a.Person, b.Person))
	})
}

func distance(c PersonChange) int { return max(c.After-c.Before, c.Before-c.After) }

type pagedFor struct{ opener, target string }

// firsts returns how long after the opening each target is first paged.
func firsts(lives []*Life) map[pagedFor]time.Duration {
	all := map[pagedFor]time.Duration{}
	for _, l := range lives {
		for _, p := range l.Pages {
			key, after := pagedFor{l.Opener, id(p.Target)}, p.At.Sub(l.Opened)
			if first, ok := all[key]; !ok || after < first {
				all[key] = after
			}
		}
	}
	return all
}
