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

// cases groups what is about the same thing. Each alert joins the incident that fits it best, and each
// incident that none joined joins its own best alert, so that neither side's grouping matters. What fits
// nothing is a case of its own.
func cases(theirs []Alert, ours []Incident, window time.Duration) []pair {
	groups := newUnion(len(theirs) + len(ours))
	alerts, incidents := index{}, index{}
	for a := range theirs {
		alerts.add(a, theirs[a].words())
	}
	for i := range ours {
		incidents.add(i, ours[i].words())
	}
	taken := make([]bool, len(ours))
	for a := range theirs {
		best := incidents.best(theirs[a].words(), func(i int, key bool) (time.Duration, bool) {
			return apart(&theirs[a], &ours[i], window, key)
		})
		if best >= 0 {
			groups.join(a, len(theirs)+best)
			taken[best] = true
		}
	}
	for i := range ours {
		if taken[i] {
			continue
		}
		best := alerts.best(ours[i].words(), func(a int, key bool) (time.Duration, bool) {
			return apart(&theirs[a], &ours[i], window, key)
		})
		if best >= 0 {
			groups.join(best, len(theirs)+i)
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

// words are what an alert is matched by: its key first, then its title.
func (a *Alert) words() []string { return wordsOf(a.Title, a.Key) }

// words are what an incident is matched by: its keys first, then its title.
func (i *Incident) words() []string { return wordsOf(i.Title, i.Keys...) }

const keyWord = "key "

func wordsOf(title string, keys ...string) []string {
	var out []string
	for _, k := range keys {
		if k != "" {
			out = append(out, keyWord+k)
		}
	}
	if t := plain(title); t != "" {
		out = append(out, "title "+t)
	}
	return out
}

// plain normalizes a title: lower case, one blank between words, and cut to what both sides keep.
func plain(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	runes := []rune(strings.Join(words, " "))
	return strings.TrimSpace(string(runes[:min(len(runes), shortTitle)]))
}

// index finds alerts or incidents by their words.
type index map[string][]int

func (x index) add(n int, words []string) {
	for _, word := range words {
		x[word] = append(x[word], n)
	}
}

// best returns the nearest match in time by the first word that has any; -1 for none.
func (x index) best(words []string, distance func(n int, key bool) (time.Duration, bool)) int {
	for _, word := range words {
		best, least := -1, time.Duration(0)
		for _, n := range x[word] {
			if d, ok := distance(n, strings.HasPrefix(word, keyWord)); ok && (best < 0 || d < least) {
				best, least = n, d
			}
		}
		if best >= 0 {
			return best
		}
	}
	return -1
}

// apart returns how far apart the openings are, and whether that is close enough. By its key an alert
// belongs to an incident as long as that is open.
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

// pairs returns the sets in the order of their openings.
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
