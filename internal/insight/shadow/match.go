package shadow

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// Window is how far apart two openings may lie to be one.
const Window = 15 * time.Minute

// shortTitle is how much of a title counts: Opsgenie cuts messages after 130 characters.
const shortTitle = 120

// cases puts together what is about the same thing. Each alert goes to the incident that fits it
// best, and each incident that none went to goes to its own best alert, so that neither side's way of
// grouping matters. What fits nothing is a case alone.
func cases(theirs []Alert, ours []Incident, window time.Duration) []pair {
	groups := newUnion(len(theirs) + len(ours))
	index := newIndex(ours)
	taken := make([]bool, len(ours))
	for a := range theirs {
		if best := index.best(&theirs[a], ours, window); best >= 0 {
			groups.join(a, len(theirs)+best)
			taken[best] = true
		}
	}
	back := map[string][]int{}
	for a := range theirs {
		for _, word := range wordsOf(&theirs[a]) {
			back[word] = append(back[word], a)
		}
	}
	for i := range ours {
		if !taken[i] {
			if best := bestAlert(back, theirs, &ours[i], window); best >= 0 {
				groups.join(best, len(theirs)+i)
			}
		}
	}
	return groups.pairs(theirs, ours)
}

// pair is what both sides have about one thing.
type pair struct {
	theirs []Alert
	ours   []Incident
}

// opened is the first opening on either side.
func (p pair) opened() time.Time {
	var first time.Time
	add := func(t time.Time) {
		if first.IsZero() || t.Before(first) {
			first = t
		}
	}
	for _, a := range p.theirs {
		add(a.Opened)
	}
	for _, i := range p.ours {
		add(i.Opened)
	}
	return first
}

// The words that a thing is found by: its keys, and its title.
func wordsOf(a *Alert) []string {
	var out []string
	if a.Key != "" {
		out = append(out, "key "+a.Key)
	}
	if t := plain(a.Title); t != "" {
		out = append(out, "title "+t)
	}
	return out
}

func ourWords(i *Incident) []string {
	var out []string
	for _, k := range i.Keys {
		if k != "" {
			out = append(out, "key "+k)
		}
	}
	if t := plain(i.Title); t != "" {
		out = append(out, "title "+t)
	}
	return out
}

// plain makes titles comparable: lower case, one blank between words, and not longer than both sides keep.
func plain(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	runes := []rune(strings.Join(words, " "))
	return strings.TrimSpace(string(runes[:min(len(runes), shortTitle)]))
}

type index map[string][]int

func newIndex(ours []Incident) index {
	x := index{}
	for i := range ours {
		for _, word := range ourWords(&ours[i]) {
			x[word] = append(x[word], i)
		}
	}
	return x
}

// best gives the incident with the alert's key or else its title; of several the one that is nearest in
// time; -1 for none. By its key an alert belongs to an incident as long as that is open.
func (x index) best(a *Alert, ours []Incident, window time.Duration) int {
	for _, word := range wordsOf(a) {
		best, least := -1, time.Duration(0)
		for _, i := range x[word] {
			d, ok := apart(a, &ours[i], window, strings.HasPrefix(word, "key "))
			if ok && (best < 0 || d < least) {
				best, least = i, d
			}
		}
		if best >= 0 {
			return best
		}
	}
	return -1
}

func bestAlert(back map[string][]int, theirs []Alert, i *Incident, window time.Duration) int {
	for _, word := range ourWords(i) {
		best, least := -1, time.Duration(0)
		for _, a := range back[word] {
			d, ok := apart(&theirs[a], i, window, strings.HasPrefix(word, "key "))
			if ok && (best < 0 || d < least) {
				best, least = a, d
			}
		}
		if best >= 0 {
			return best
		}
	}
	return -1
}

// apart gives how far the openings are apart, and whether that is near enough.
func apart(a *Alert, i *Incident, window time.Duration, key bool) (time.Duration, bool) {
	d := a.Opened.Sub(i.Opened).Abs()
	if d <= window {
		return d, true
	}
	during := a.Opened.After(i.Opened) && !i.Resolved.IsZero() && a.Opened.Before(i.Resolved.Add(window))
	return d, key && during
}

// union keeps sets of numbers.
type union []int

func newUnion(n int) union {
	u := make(union, n)
	for i := range u {
		u[i] = i
	}
	return u
}

func (u union) root(i int) int {
	for u[i] != i {
		u[i] = u[u[i]]
		i = u[i]
	}
	return i
}

func (u union) join(a, b int) {
	a, b = u.root(a), u.root(b)
	u[max(a, b)] = min(a, b)
}

// pairs gives the sets in the order of their openings.
func (u union) pairs(theirs []Alert, ours []Incident) []pair {
	at := map[int]int{}
	var out []pair
	for n := range u {
		root := u.root(n)
		i, ok := at[root]
		if !ok {
			i = len(out)
			at[root], out = i, append(out, pair{})
		}
		if n < len(theirs) {
			out[i].theirs = append(out[i].theirs, theirs[n])
		} else {
			out[i].ours = append(out[i].ours, ours[n-len(theirs)])
		}
	}
	slices.SortStableFunc(out, func(a, b pair) int { return a.opened().Compare(b.opened()) })
	return out
}
