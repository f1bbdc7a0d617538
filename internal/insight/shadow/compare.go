package shadow

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"tocsin.dev/internal/insight/measure"
)

// Options of a comparison.
type Options struct {
	// Period bounds the openings. Without bounds everything counts.
	Period measure.Period
	// Window is how far apart two openings may lie. Defaults to [Window].
	Window time.Duration
	// People are those whom both sides know; nil knows nobody.
	People People
	// Same is how far apart two pages may lie to count as at the same time. Defaults to 30 s.
	Same time.Duration
}

// The verdicts on one person and one case.
const (
	Same    = "same"    // paged by both at about the same time
	Earlier = "earlier" // by both, by us before them
	Later   = "later"   // by both, by us after them
	Theirs  = "theirs"  // by them alone
	Ours    = "ours"    // by us alone
	// Answered is by us alone, after somebody had answered there. A shadow run does not learn of that
	// acknowledgement, which would have prevented the page.
	Answered = "answered"
)

// Comparison is the result of comparing both sides.
type Comparison struct {
	Period measure.Period `json:"period"`
	// Alerts and Incidents are how many there are on their side and on ours.
	Alerts    int `json:"alerts"`
	Incidents int `json:"incidents"`
	// Matched, OnlyTheirs and OnlyOurs count cases: things that both have, or one.
	Matched    int `json:"matched"`
	OnlyTheirs int `json:"only_theirs"`
	OnlyOurs   int `json:"only_ours"`
	// Missed counts cases in which they paged somebody and we nobody; Extra the other way round.
	Missed int `json:"missed"`
	Extra  int `json:"extra"`
	// Pages counts persons paged, each once a case.
	Pages Tally `json:"pages"`
	// Delay is how much later we paged those whom both paged: below zero is earlier.
	Delay  Delay            `json:"delay_seconds"`
	People map[string]Tally `json:"people"`
	Cases  []Case           `json:"cases"`
}

// Tally counts verdicts.
type Tally struct {
	Same     int `json:"same"`
	Earlier  int `json:"earlier"`
	Later    int `json:"later"`
	Theirs   int `json:"only_theirs"`
	Ours     int `json:"only_ours"`
	Answered int `json:"only_ours_after_answer"`
}

// Delay is a distribution in seconds; nil where nobody was paged by both.
type Delay struct {
	Count int      `json:"count"`
	P50   *float64 `json:"p50"`
	P90   *float64 `json:"p90"`
	Most  *float64 `json:"max"`
}

// Case is one thing that one side or both know of.
type Case struct {
	Opened  time.Time `json:"opened"`
	Title   string    `json:"title"`
	Service string    `json:"service,omitempty"`
	// Theirs and Ours are ids of their alerts and of our incidents; empty where one side has none.
	Theirs []string `json:"theirs"`
	Ours   []string `json:"ours"`
	// Answered is when somebody answered on their side; zero where nobody did.
	Answered time.Time `json:"answered,omitzero"`
	People   []Paged   `json:"people"`
}

// Paged is one person in one case.
type Paged struct {
	Person  string    `json:"person"`
	Verdict string    `json:"verdict"`
	Theirs  time.Time `json:"theirs,omitzero"` // their first page
	Ours    time.Time `json:"ours,omitzero"`   // our first page
	// Seconds is ours after theirs, where both are.
	Seconds *float64 `json:"seconds,omitempty"`
}

// Compare compares the two sides.
func Compare(theirs []Alert, ours []Incident, o Options) Comparison {
	if o.Window == 0 {
		o.Window = Window
	}
	if o.Same == 0 {
		o.Same = 30 * time.Second
	}
	c := Comparison{Period: o.Period, People: map[string]Tally{}, Cases: []Case{}}
	var delays []float64
	for _, p := range cases(theirs, ours, o.Window) {
		if !o.Period.Holds(p.opened()) {
			continue
		}
		one := o.caseOf(p)
		c.count(one)
		for _, person := range one.People {
			if person.Seconds != nil {
				delays = append(delays, *person.Seconds)
			}
		}
		c.Cases = append(c.Cases, one)
	}
	c.Delay = delayOf(delays)
	return c
}

// caseOf merges what both sides have into one case.
func (o Options) caseOf(p pair) Case {
	c := Case{Opened: p.opened(), Theirs: []string{}, Ours: []string{}, People: []Paged{}}
	first := map[string]*Paged{}
	at := func(name string) *Paged {
		id := o.People.Of(name)
		if first[id] == nil {
			first[id] = &Paged{Person: id}
		}
		return first[id]
	}
	for _, a := range p.theirs {
		c.Theirs = append(c.Theirs, a.ID)
		c.Title, c.Service = cmp.Or(c.Title, a.Title), cmp.Or(c.Service, a.Service)
		if c.Answered.IsZero() || !a.Answered.IsZero() && a.Answered.Before(c.Answered) {
			c.Answered = a.Answered
		}
		for _, page := range a.Pages {
			at(page.Person).Theirs = earliest(at(page.Person).Theirs, page.At)
		}
	}
	for _, i := range p.ours {
		c.Ours = append(c.Ours, i.ID)
		c.Title, c.Service = cmp.Or(i.Title, c.Title), cmp.Or(i.Service, c.Service)
		for _, page := range i.Pages {
			at(page.Person).Ours = earliest(at(page.Person).Ours, page.At)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(first)) {
		c.People = append(c.People, o.judge(*first[id], c.Answered))
	}
	return c
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// judge compares the pages to one person.
func (o Options) judge(p Paged, answered time.Time) Paged {
	switch {
	case p.Ours.IsZero():
		p.Verdict = Theirs
		return p
	case p.Theirs.IsZero() && !answered.IsZero() && p.Ours.After(answered):
		p.Verdict = Answered
		return p
	case p.Theirs.IsZero():
		p.Verdict = Ours
		return p
	}
	d := p.Ours.Sub(p.Theirs)
	seconds := d.Round(time.Millisecond).Seconds()
	p.Seconds = &seconds
	switch {
	case d.Abs() <= o.Same:
		p.Verdict = Same
	case d < 0:
		p.Verdict = Earlier
	default:
		p.Verdict = Later
	}
	return p
}

// count adds a case to the sums.
func (c *Comparison) count(one Case) {
	c.Alerts += len(one.Theirs)
	c.Incidents += len(one.Ours)
	switch {
	case len(one.Ours) == 0:
		c.OnlyTheirs++
	case len(one.Theirs) == 0:
		c.OnlyOurs++
	default:
		c.Matched++
	}
	for _, p := range one.People {
		c.Pages.add(p.Verdict)
		t := c.People[p.Person]
		t.add(p.Verdict)
		c.People[p.Person] = t
	}
	if missed(one) {
		c.Missed++
	}
	if extra(one) {
		c.Extra++
	}
}

func (t *Tally) add(verdict string) {
	*map[string]*int{Same: &t.Same, Earlier: &t.Earlier, Later: &t.Later, Theirs: &t.Theirs, Ours: &t.Ours, Answered: &t.Answered}[verdict]++
}

// delayOf computes percentiles by nearest rank.
func delayOf(all []float64) Delay {
	slices.Sort(all)
	d := Delay{Count: len(all)}
	if len(all) == 0 {
		return d
	}
	rank := func(percent int) *float64 {
		v := measure.Percentile(all, percent)
		return &v
	}
	d.P50, d.P90, d.Most = rank(50), rank(90), rank(100)
	return d
}
