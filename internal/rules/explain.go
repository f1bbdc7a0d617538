package rules

import (
	"time"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/oncall"
)

// Moment gives what a condition sees of the incident as it stands at an instant.
func (i *Incident) Moment(now time.Time) escalation.Moment { return i.moment(now) }

// Means gives whom targets mean at an instant on behalf of an incident as it stands, for the level
// of a step, or for whatever pages beside the climb where that is the zero step. It is what a decision at
// that instant would find, and decides nothing.
func (s *State) Means(i *Incident, to escalation.Step, targets []escalation.Target, at time.Time) escalation.Recipients {
	d := decider{s: s, now: at.UTC()}
	below := people(i.Paged)
	if to.Level > 0 {
		below = d.below(i, to)
	}
	return escalation.Resolve(targets, d.directory(i), i.asker(below), d.now)
}

// Schedule gives a schedule of the catalog that an incident keeps, with its roster where it is imported
// and without overrides; nil where the catalog has none.
func (s *State) Schedule(i *Incident, id string) *oncall.Schedule {
	one := i.catalog.Schedules[id]
	if r := s.rosters[id]; one != nil && r != nil {
		return one.Rostered(r.made)
	}
	return one
}
