package rules

import (
	"maps"
	"slices"
	"time"

	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/pkg/events"
)

// Reasons why an override changes nothing.
const (
	OverrideInvalid = "override is not valid"
	NoSuchSchedule  = "no such schedule"
	NoSuchOverride  = "no such override"
	OverrideOver    = "override is over"
	TooManyOverride = "too many overrides"
)

// maxOverrides bounds the overrides of one schedule that are not over.
const maxOverrides = 1000

// override changes who is on call, for every incident of the partition.
func (d *decider) override(ask events.OverrideReceived) string {
	o := NewOverride(ask.Override)
	switch {
	case d.s.catalog == nil || d.s.catalog.Schedules[ask.Schedule] == nil:
		return NoSuchSchedule
	case ask.ID == "" || o.Validate() != nil:
		return OverrideInvalid
	case !ask.To.After(d.now):
		return OverrideOver
	case d.s.findOverride(ask.Schedule, ask.ID) >= 0:
		return alert.Repeated
	case len(d.s.overrides[ask.Schedule]) >= maxOverrides:
		return TooManyOverride
	}
	d.emitStandalone("", ask.Note, events.OverrideAdded{Override: ask.Override, By: ask.By})
	d.recheckHolds()
	return ""
}

func (d *decider) withdrawOverride(ask events.OverrideWithdrawn) string {
	n := d.s.findOverride(ask.Schedule, ask.ID)
	switch {
	case n < 0:
		return NoSuchOverride
	case !d.s.overrides[ask.Schedule][n].To.After(d.now):
		return OverrideOver // whether or not it was forgotten since: history does not change
	}
	d.emitStandalone("", "", events.OverrideRemoved(ask))
	d.recheckHolds()
	return ""
}

// recheckHolds looks again at the levels that are held until somebody is on call: that may now be
// sooner or later. On-call changes are rare enough to visit every incident.
func (d *decider) recheckHolds() {
	for _, id := range slices.Sorted(maps.Keys(d.s.incidents)) {
		i := d.s.incidents[id]
		if i.Held.Level == 0 || i.NextStepAt.IsZero() {
			continue
		}
		level := i.policy.Level(i.Held)
		if level.Hold != escalation.SomeoneThere {
			continue
		}
		next, ever := escalation.NextOnCall(level.Targets, d.directory(i), d.now)
		if ever && next.Equal(i.NextStepAt) {
			continue
		}
		d.endHold(i, "the people on call changed", time.Time{})
	}
}

// findOverride returns the index of an override within its schedule, or -1.
func (s *State) findOverride(schedule, id string) int {
	return slices.IndexFunc(s.overrides[schedule], func(o oncall.Override) bool { return o.ID == id })
}

// Overrides returns the overrides of a schedule in the order in which they were added, without most of
// those that are over. The caller must not change them.
func (s *State) Overrides(schedule string) []oncall.Override { return s.overrides[schedule] }

// overrideAdded folds in an override, and forgets those of its schedule that are over.
func (s *State) overrideAdded(e events.Event, fact events.OverrideAdded) {
	kept := slices.DeleteFunc(slices.Clone(s.overrides[fact.Schedule]), func(o oncall.Override) bool { return !o.To.After(e.Time) })
	s.overrides[fact.Schedule] = append(kept, NewOverride(fact.Override))
}

func (s *State) overrideRemoved(fact events.OverrideRemoved) {
	kept := slices.DeleteFunc(slices.Clone(s.overrides[fact.Schedule]), func(o oncall.Override) bool { return o.ID == fact.ID })
	if s.overrides[fact.Schedule] = kept; len(kept) == 0 {
		delete(s.overrides, fact.Schedule)
	}
}

// NewOverride converts an override of the bus for schedules.
func NewOverride(o events.Override) oncall.Override {
	out := oncall.Override{
		ID: o.ID, Kind: oncall.OverrideKind(o.Kind), From: o.From, To: o.To, People: o.People, Replaces: o.Replaces,
	}
	for _, s := range o.Shifts {
		out.Shifts = append(out.Shifts, oncall.Duty{People: s.People, From: s.From, To: s.To})
	}
	return out
}
