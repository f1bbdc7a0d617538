package escalation

import "time"

// Step is a place in the climb. Round and level count from 1; the zero value is before the first level.
type Step struct {
	Round int // rounds of this climb
	Level int
	Again int `json:",omitempty"` // repeats of the level so far
}

// First is the step a climb starts with.
func First() Step { return Step{Round: 1, Level: 1} }

// Next gives the step after s; ok is false when the policy is exhausted.
func (p *Policy) Next(s Step) (next Step, ok bool) {
	if s.Level > 0 && s.Again < p.Level(s).Repeat {
		return Step{Round: max(s.Round, 1), Level: s.Level, Again: s.Again + 1}, true
	}
	return p.Above(s)
}

// Above is [Policy.Next] without the repeats of the level itself.
func (p *Policy) Above(s Step) (next Step, ok bool) {
	switch {
	case s.Level < len(p.Levels):
		return Step{Round: max(s.Round, 1), Level: s.Level + 1}, true
	case s.Round <= p.Repeat:
		return Step{Round: s.Round + 1, Level: 1}, true
	default:
		return s, false
	}
}

// Overdue tells where the climb would stand at now had every step been taken in time, when the
// step after s fell due at dueAt. It gives that step, the instant it fell due, and how many steps
// were passed over. When even the last one is long over, the last one is the answer: somebody has
// to be told. exhausted says that there is no step after s at all. A level that hands over to another
// team, has a condition or is held ends the search: what comes of it is seen when it is reached.
func (p *Policy) Overdue(s Step, dueAt, now time.Time) (at Step, since time.Time, passed int, exhausted bool) {
	at, ok := p.Next(s)
	if !ok {
		return s, dueAt, 0, true
	}
	since = dueAt
	for {
		level := p.Level(at)
		ends := since.Add(level.AckTimeout)
		next, more := p.Next(at)
		if ends.After(now) || !more || level.Team != "" || level.When != nil || level.Hold != "" {
			return at, since, passed, false
		}
		at, since = next, ends
		passed++
	}
}

// Level gives the level of a step.
func (p *Policy) Level(s Step) Level { return p.Levels[s.Level-1] }

// Words gives the targets as they stand in the catalog.
func (l Level) Words() []string { return Words(l.Targets) }

// Words gives targets as they stand in the catalog.
func Words(targets []Target) []string {
	words := make([]string, len(targets))
	for i, t := range targets {
		words[i] = t.String()
	}
	return words
}
