package rules

import (
	"time"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/oncall"
)

// Means resolves targets for an incident as a decision at that instant would: for the level of a
// step, or for a page outside the levels if the step is zero. It decides nothing.
func (s *State) Means(i *Incident, to escalation.Step, targets []escalation.Target, at time.Time) escalation.Recipients {
	d := decider{s: s, now: at.UTC()}
	below := people(i.Paged)
	if to.Level > 0 {
		below = d.below(i, to)
	}
	return escalation.Resolve(targets, d.directory(i), i.asker(below), d.now)
}

// Schedule returns a schedule of the catalog that the incident opened with, with its roster if it is
// imported but without overrides; nil if there is no such schedule.
func (s *State) Schedule(i *Incident, id string) *oncall.Schedule {
	one := i.catalog.Schedules[id]
	if r := s.rosters[id]; one != nil && r != nil {
		return one.Rostered(r.made)
	}
	return one
}
