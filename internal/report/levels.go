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

// policyLevels lists every level that was reached, or is known to be there, by policy.
func policyLevels(incidents []*Incident, known map[string]int) []PolicyLevel {
	type place struct {
		policy string
		level  int
	}
	all := map[place]PolicyLevel{}
	see := func(policy string, level int, reached, answered bool) {
		at := place{policy, level}
		l := all[at]
		l.Policy, l.Level = policy, level
		if reached {
			l.Reached++
		}
		if answered {
			l.Answered++
		}
		all[at] = l
	}
	for policy, count := range known {
		for level := 1; level <= count; level++ {
			see(policy, level, false, false)
		}
	}
	for _, i := range incidents {
		for level := 1; level <= max(i.LevelCount, i.Top()); level++ {
			reached, answered := i.at(level)
			see(i.Policy, level, reached, answered)
		}
	}
	out := make([]PolicyLevel, 0, len(all))
	for _, l := range all {
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b PolicyLevel) int {
		return cmp.Or(cmp.Compare(a.Policy, b.Policy), cmp.Compare(a.Level, b.Level))
	})
	return out
}

// at says whether the incident came to the level, and whether it was answered there.
func (i *Incident) at(level int) (reached, answered bool) {
	for _, l := range i.Levels {
		if l.Level == level {
			reached, answered = true, answered || l.Answered
		}
	}
	return reached, answered
}
