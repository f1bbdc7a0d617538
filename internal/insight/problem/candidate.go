package problem

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// Defaults of [Recurrence].
const (
	DefaultTimes  = 3
	DefaultWithin = 30 * 24 * time.Hour
)

// Recurrence says when incidents count as recurring.
type Recurrence struct {
	// Times is how many within Within make a candidate. Defaults to 3 within 30 days.
	Times  int
	Within time.Duration
	// Labels are those that make up a fingerprint of their own: incidents of one service that have all of
	// them with equal values. None compares the whole sets of labels.
	Labels []string
	// Linked are the problems of incidents that have one, by the incident's id.
	Linked map[string]string
	// All includes those whose incidents all belong to one problem already.
	All bool
}

func (r Recurrence) withDefaults() Recurrence {
	if r.Times == 0 {
		r.Times = DefaultTimes
	}
	if r.Within == 0 {
		r.Within = DefaultWithin
	}
	return r
}

// The kinds of candidates.
const (
	ByKey        = "key"        // one service, one dedup key
	ByAlert      = "alert"      // one service, one value of the label alertname
	ByLabels     = "labels"     // one service, equal labels
	ByWorkaround = "workaround" // its books were closed with a workaround: the cause is still there
)

// Candidate is what may deserve a problem record, with the evidence for it.
type Candidate struct {
	Kind    string            `json:"kind"` // key, alert, labels, workaround
	Service string            `json:"service"`
	Key     string            `json:"key,omitempty"`
	Alert   string            `json:"alert,omitempty"`
	Labels  map[string]string `json:"labels,omitempty"`
	Title   string            `json:"title"` // of the newest incident
	// Count is how many incidents lie in the window that holds most of them, From and To the openings of
	// the first and the last of these; Total is how many there are at all.
	Count int       `json:"count"`
	Total int       `json:"total"`
	From  time.Time `json:"from"`
	To    time.Time `json:"to"`
	// Hours is how long they were open together, those of the window; an open one does not count.
	Hours    float64 `json:"hours"`
	Priority string  `json:"priority,omitempty"` // the highest one
	// Unexplained is how many of the window have no cause in their books.
	Unexplained int      `json:"unexplained"`
	Incidents   []string `json:"incidents"` // ids of the window, oldest first
	// Problem is one that some of them are linked to already; empty for none.
	Problem string `json:"problem,omitempty"`
}

// Candidates returns what recurs, and what was closed with a workaround; the most frequent first,
// and of equals what cost most hours. Of several fingerprints that mean the same incidents the first
// counts, in the order of the kinds.
func Candidates(all []*Case, r Recurrence) []Candidate {
	r = r.withDefaults()
	out := []Candidate{}
	seen := map[string]bool{}
	add := func(c Candidate) {
		if set := strings.Join(c.Incidents, " "); !seen[set] && (r.All || !r.settled(c)) {
			seen[set] = true
			out = append(out, c)
		}
	}
	for _, kind := range []string{ByKey, ByAlert, ByLabels} {
		for _, group := range groups(all, kind, r.Labels) {
			if c, ok := r.candidate(kind, group); ok {
				add(c)
			}
		}
	}
	covered := map[string]bool{}
	for _, c := range out {
		for _, id := range c.Incidents {
			covered[id] = true
		}
	}
	for _, one := range all {
		if one.Outcome == "workaround" && !covered[one.ID] {
			c := r.of(ByWorkaround, []*Case{one}, []*Case{one})
			c.Key = one.DedupKey
			add(c)
		}
	}
	slices.SortStableFunc(out, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(b.Hours, a.Hours), b.To.Compare(a.To), cmp.Compare(a.Incidents[0], b.Incidents[0]))
	})
	return out
}

// settled says that all belong to one problem already.
func (r Recurrence) settled(c Candidate) bool {
	for _, id := range c.Incidents {
		if r.Linked[id] == "" || r.Linked[id] != r.Linked[c.Incidents[0]] {
			return false
		}
	}
	return true
}

// groups gathers cases by fingerprint, each group in order of the openings, the groups by their first.
func groups(all []*Case, kind string, labels []string) [][]*Case {
	place := map[string]int{}
	var out [][]*Case
	for _, one := range all {
		print, ok := fingerprint(one, kind, labels)
		if !ok {
			continue
		}
		n, known := place[print]
		if !known {
			n = len(out)
			place[print] = n
			out = append(out, nil)
		}
		out[n] = append(out[n], one)
	}
	for _, group := range out {
		slices.SortStableFunc(group, func(a, b *Case) int { return a.OpenedAt.Compare(b.OpenedAt) })
	}
	return out
}

// fingerprint returns what is equal within a group; ok is false for a case without it.
func fingerprint(c *Case, kind string, labels []string) (print string, ok bool) {
	parts := []string{c.Service}
	switch kind {
	case ByKey:
		return strings.Join(append(parts, c.DedupKey), "\x00"), c.DedupKey != ""
	case ByAlert:
		name := c.Labels[AlertName]
		return strings.Join(append(parts, name), "\x00"), name != ""
	}
	if len(labels) == 0 {
		labels = sortedKeys(c.Labels)
	}
	for _, name := range labels {
		value, has := c.Labels[name]
		if !has {
			return "", false
		}
		parts = append(parts, name, value)
	}
	return strings.Join(parts, "\x00"), len(labels) > 0
}

// candidate finds the window that holds most of a group; of equals the latest.
func (r Recurrence) candidate(kind string, group []*Case) (Candidate, bool) {
	from, to := 0, 0
	for first, last := 0, 0; last < len(group); last++ {
		for group[last].OpenedAt.Sub(group[first].OpenedAt) > r.Within {
			first++
		}
		if last+1-first >= to-from {
			from, to = first, last+1
		}
	}
	if to-from < r.Times {
		return Candidate{}, false
	}
	c := r.of(kind, group[from:to], group)
	one := group[0]
	switch kind {
	case ByKey:
		c.Key = one.DedupKey
	case ByAlert:
		c.Alert = one.Labels[AlertName]
	case ByLabels:
		c.Labels = maps.Clone(one.Labels)
		if len(r.Labels) > 0 {
			maps.DeleteFunc(c.Labels, func(name, _ string) bool { return !slices.Contains(r.Labels, name) })
		}
	}
	return c, true
}

// of tells the evidence of the cases of a window, oldest first.
func (r Recurrence) of(kind string, window, group []*Case) Candidate {
	last := window[len(window)-1]
	c := Candidate{
		Kind: kind, Service: last.Service, Title: last.Title, Count: len(window), Total: len(group),
		From: window[0].OpenedAt, To: last.OpenedAt, Incidents: []string{},
	}
	for _, one := range window {
		c.Incidents = append(c.Incidents, one.ID)
		if !one.Open() {
			c.Hours += one.ResolvedAt.Sub(one.OpenedAt).Hours()
		}
		if one.Cause == "" {
			c.Unexplained++
		}
		if one.Priority != "" && (c.Priority == "" || one.Priority < c.Priority) {
			c.Priority = one.Priority
		}
		if c.Problem == "" {
			c.Problem = r.Linked[one.ID]
		}
	}
	return c
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
