package report

import (
	"cmp"
	"slices"
)

// PolicyLevel says what a level of a policy was good for.
type PolicyLevel struct {
	Policy string `json:"policy"`
	Level  int    `json:"level"`
	// Reached is how many incidents came to it, Answered for how many the first acknowledgement after
	// it came from somebody it had paged.
	Reached  int `json:"reached"`
	Answered int `json:"answered"`
}

// Matters says that somebody whom the level paged has answered.
func (l PolicyLevel) Matters() bool { return l.Answered > 0 }

// place names a level.
type place struct {
	policy string
	level  int
}

// policyLevels lists every level that was reached, or is known to be there, by policy.
func policyLevels(incidents []*Incident, known map[string]int) []PolicyLevel {
	all := map[place]*PolicyLevel{}
	there(all, known)
	for _, i := range incidents {
		there(all, i.Exhausted)
		for at, answered := range i.climbed() {
			there(all, map[string]int{at.policy: at.level}) // those below were passed, or skipped
			all[at].Reached++
			all[at].Answered += one(answered)
		}
	}
	out := make([]PolicyLevel, 0, len(all))
	for _, l := range all {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b PolicyLevel) int {
		return cmp.Or(cmp.Compare(a.Policy, b.Policy), cmp.Compare(a.Level, b.Level))
	})
	return out
}

// there adds the levels of policies that have so many of them.
func there(all map[place]*PolicyLevel, counts map[string]int) {
	for policy, count := range counts {
		for level := 1; level <= count; level++ {
			if at := (place{policy, level}); all[at] == nil {
				all[at] = &PolicyLevel{Policy: policy, Level: level}
			}
		}
	}
}

// climbed returns the levels that the incident reached, and whether it was answered there.
func (i *Incident) climbed() map[place]bool {
	out := map[place]bool{}
	for _, l := range i.Levels {
		at := place{l.Policy, l.Level}
		out[at] = out[at] || l.Answered
	}
	return out
}
