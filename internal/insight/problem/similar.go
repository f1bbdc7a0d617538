package problem

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// The parts of a score add up to at most 1; see docs/problems.md.
const (
	weightText    = 0.45
	weightLabels  = 0.35
	weightService = 0.10
	weightKey     = 0.10
)

// The constants of BM25.
const (
	saturation = 1.2  // k1: how soon a word that is repeated counts no more
	evenness   = 0.75 // b: how far long texts are made equal to short ones
)

// Defaults of [Options].
const (
	DefaultLimit = 10
	MinScore     = 0.2
)

// Options of [Similar].
type Options struct {
	// Limit is the most to give. Defaults to 10.
	Limit int
	// Least is the lowest score that is worth giving. Defaults to 0.2.
	Least float64
	// Ignore are labels that are not compared. Defaults to problem_id, which some histories fill in
	// when everything is known.
	Ignore []string
}

func (o Options) withDefaults() Options {
	if o.Limit == 0 {
		o.Limit = DefaultLimit
	}
	if o.Least == 0 {
		o.Least = MinScore
	}
	if o.Ignore == nil {
		o.Ignore = []string{"problem_id"}
	}
	return o
}

// Match is a case that resembles another one, with what makes it so and what became of it.
type Match struct {
	Incident   string    `json:"incident"` // id
	Service    string    `json:"service"`
	Title      string    `json:"title"`
	OpenedAt   time.Time `json:"opened_at"`
	ResolvedAt time.Time `json:"resolved_at,omitzero"` // zero while it is open

	Score float64 `json:"score"` // from 0 to 1
	Parts Parts   `json:"parts"`
	// Words and Labels are what both have, those that say most first.
	Words  []string `json:"words"`
	Labels []string `json:"labels"` // "region=eu"

	Resolution string `json:"resolution,omitempty"` // what was said when it was resolved
	Outcome    string `json:"outcome,omitempty"`
	Cause      string `json:"cause,omitempty"`
	ResolvedBy string `json:"resolved_by,omitempty"`
}

// Parts are what the score is the sum of, each weighted already.
type Parts struct {
	Text    float64 `json:"text"`
	Labels  float64 `json:"labels"`
	Service float64 `json:"service"`
	Key     float64 `json:"key"`
}

func (p Parts) sum() float64 { return p.Text + p.Labels + p.Service + p.Key }

// Similar returns the cases most similar to one, the most similar first; of equals, the newest first. How
// rare a word or a label is, all say that were given.
func Similar(to *Case, all []*Case, o Options) []Match {
	o = o.withDefaults()
	c := newCorpus(to, all, o)
	var out []Match
	for n, one := range all {
		if one.ID == to.ID {
			continue
		}
		if m := c.match(one, c.bags[n]); m.Score >= o.Least {
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), b.OpenedAt.Compare(a.OpenedAt), cmp.Compare(a.Incident, b.Incident))
	})
	return out[:min(len(out), o.Limit)]
}

// bag is the words of a case with how often each occurs.
type bag struct {
	count map[string]int
	size  int
}

func bagOf(c *Case) bag {
	b := bag{count: map[string]int{}}
	for _, w := range wordsOf(c.Texts) {
		b.count[w]++
		b.size++
	}
	return b
}

// corpus knows how rare words and labels are among all cases.
type corpus struct {
	to     *Case
	own    bag
	bags   []bag // of all, in their order
	n      float64
	mean   float64        // size of a bag
	words  map[string]int // cases that have each word of to
	labels map[string]int // cases that have each label of to
	ignore map[string]bool
}

func newCorpus(to *Case, all []*Case, o Options) *corpus {
	c := &corpus{
		to: to, own: bagOf(to), n: float64(max(len(all), 1)), bags: make([]bag, len(all)),
		words: map[string]int{}, labels: map[string]int{}, ignore: map[string]bool{},
	}
	for _, name := range o.Ignore {
		c.ignore[name] = true
	}
	size := 0
	for i, one := range all {
		c.bags[i] = bagOf(one)
		size += c.bags[i].size
		for w := range c.own.count {
			if c.bags[i].count[w] > 0 {
				c.words[w]++
			}
		}
		for _, name := range c.shared(one) {
			c.labels[name]++
		}
	}
	c.mean = max(float64(size)/c.n, 1)
	return c
}

// shared returns the names of the labels that another case has with the same value.
func (c *corpus) shared(one *Case) (names []string) {
	for name, value := range c.to.Labels {
		if got, ok := one.Labels[name]; ok && got == value && value != "" && !c.ignore[name] {
			names = append(names, name)
		}
	}
	return names
}

// rareWord and rareLabel say how much one tells: nearly nothing when everybody has it.
func (c *corpus) rareWord(w string) float64 {
	df := float64(c.words[w])
	return math.Log(1 + (c.n-df+0.5)/(df+0.5))
}

func (c *corpus) rareLabel(name string) float64 {
	return math.Log(1 + c.n/float64(max(c.labels[name], 1)))
}

func (c *corpus) match(one *Case, b bag) Match {
	m := Match{
		Incident: one.ID, Service: one.Service, Title: one.Title, OpenedAt: one.OpenedAt, ResolvedAt: one.ResolvedAt,
		Resolution: one.Resolution, Outcome: one.Outcome, Cause: one.Cause, ResolvedBy: one.ResolvedBy, Words: []string{}, Labels: []string{},
	}
	m.Parts.Text, m.Words = c.text(b)
	m.Parts.Labels, m.Labels = c.label(one)
	if one.Service == c.to.Service {
		m.Parts.Service = weightService
		if one.DedupKey != "" && one.DedupKey == c.to.DedupKey {
			m.Parts.Key = weightKey
		}
	}
	m.Score = m.Parts.sum()
	return m
}

// mostWords is how many common words are named.
const mostWords = 8

// text is BM25 of the words of the one at hand, as a share of what a perfect text could reach.
func (c *corpus) text(b bag) (part float64, names []string) {
	got, most := 0.0, 0.0
	names = []string{}
	for _, w := range sortedKeys(c.own.count) {
		idf := c.rareWord(w)
		most += idf * (saturation + 1)
		tf := float64(b.count[w])
		if tf == 0 {
			continue
		}
		got += idf * tf * (saturation + 1) / (tf + saturation*(1-evenness+evenness*float64(b.size)/c.mean))
		names = append(names, w)
	}
	if most == 0 {
		return 0, names
	}
	slices.SortStableFunc(names, func(x, y string) int { return cmp.Compare(c.rareWord(y), c.rareWord(x)) })
	return weightText * got / most, names[:min(len(names), mostWords)]
}

// label is the shared labels as a share of all labels of the one at hand, rare ones counting more.
func (c *corpus) label(one *Case) (part float64, names []string) {
	got, most := 0.0, 0.0
	names = []string{}
	for _, name := range sortedKeys(c.to.Labels) {
		if !c.ignore[name] && c.to.Labels[name] != "" {
			most += c.rareLabel(name)
		}
	}
	shared := c.shared(one)
	slices.Sort(shared)
	slices.SortStableFunc(shared, func(x, y string) int { return cmp.Compare(c.rareLabel(y), c.rareLabel(x)) })
	for _, name := range shared {
		got += c.rareLabel(name)
		names = append(names, name+"="+c.to.Labels[name])
	}
	if most == 0 {
		return 0, names
	}
	return weightLabels * got / most, names
}
