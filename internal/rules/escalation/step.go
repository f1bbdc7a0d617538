package escalation

import "time"

// Step is a place in an escalation. Round and Level count from 1; the zero value is before the first
// level.
type Step struct {
	Round int // of this escalation
	Level int
	Again int `json:",omitempty"` // repeats of the level so far
}

// First is the step that an escalation starts with.
func First() Step { return Step{Round: 1, Level: 1} }

// Next returns the step after s; ok is false if the policy is exhausted.
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

// Overdue returns the step the escalation would be at now if every step had been taken in time, given
// that the step after s was due at dueAt. It also returns when that step was due and how many steps were
// skipped. If even the last step is overdue, it is the answer, because somebody must be paged. exhausted
// reports that there is no step after s. A level with a team, a condition or a hold ends the search: its
// outcome is known only when it is reached.
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

// Level returns the level of a step.
func (p *Policy) Level(s Step) Level { return p.Levels[s.Level-1] }

// Words returns the targets as the catalog writes them.
func (l Level) Words() []string { return Words(l.Targets) }

// Words returns targets as the catalog writes them.
func Words(targets []Target) []string {
	words := make([]string, len(targets))
	for i, t := range targets {
		words[i] = t.String()
	}
	return words
}
