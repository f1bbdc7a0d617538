package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/escalation"
)

// checkIdle warns of levels and triggers that can never do anything.
func (p *parser) checkIdle(handovers []handover) {
	all := p.usages(handovers)
	for _, d := range p.policies {
		p.checkLevelsAreReached(d, all[d])
		same := map[string]item{}
		for n, t := range d.Triggers {
			p.checkTriggerFires(d, t, d.triggers[n], all[d], same)
		}
	}
}

func (p *parser) checkLevelsAreReached(d *policyDraft, of usage) {
	leaves := -1
	for n, level := range d.Levels {
		draft := d.levels[n]
		if leaves >= 0 {
			draft.at.Warn("put it above", "never reached: %s hands over", levelName(d.ID, leaves))
			continue
		}
		if draft.never {
			draft.when.Warn("correct the condition, or remove the level", "never reached: the condition of %s is never true", levelName(d.ID, n))
		}
		if level.Hold == escalation.WorkingHours && of.used && !of.calendar {
			draft.hold.Warn("add calendar: to a service", "no service of policy %s has a calendar: all hours are working hours", quote(d.ID))
		}
		if level.Team != "" && len(level.Targets) == 0 && level.When == nil {
			leaves = n
		}
	}
	if leaves >= 0 && d.exhausted.at.Present() {
		d.exhausted.at.Warn("leave it out", "never reached: %s hands over", levelName(d.ID, leaves))
	}
}

func (p *parser) checkTriggerFires(d *policyDraft, t escalation.Trigger, draft triggerDraft, of usage, same map[string]item) {
	key := triggerKey(t)
	if first, twice := same[key]; twice {
		draft.at.Warn("remove one of them", "the trigger in line %d is the same", first.Line())
		return
	}
	same[key] = draft.at
	if draft.never {
		draft.at.Warn("correct the condition, or remove the trigger", "never fires: its condition is never true")
		return
	}
	switch t.On {
	case escalation.Response:
		checkGoalExists(draft.at, of.used && !of.response, "response", d.ID)
	case escalation.Resolution:
		checkGoalExists(draft.at, of.used && !of.resolution, "resolution", d.ID)
	case escalation.Unresolved:
		if held := d.UnacknowledgeAfter; held > 0 && t.After > held {
			draft.after.Warn("shorten it, or lengthen unacknowledge_after", "never comes due: an acknowledgement is over after %s", held)
		}
	case escalation.Unacknowledged:
		if longest, leaves := d.longestEscalation(); leaves && t.After.Seconds() > longest {
			draft.after.Warn("shorten it", "never comes due: the policy hands over after %s at most", time.Duration(longest*float64(time.Second)))
		}
	case escalation.Nobody:
		if !slices.ContainsFunc(d.Levels, levelMayBeNobody) {
			draft.at.Warn("remove the trigger", "never fires: every level of policy %s pages people by name", quote(d.ID))
		}
	case escalation.PriorityRaised:
		checkRaise(t, draft)
	}
	if t.Do.Team != "" && t.Do.Climb != 0 {
		draft.at.Warn("leave it out", "climb has no effect together with to: the team's own policy takes over")
	}
	if t.Do.Priority == leastUrgent {
		draft.at.Warn("leave priority: out, or name a more urgent one", "priority: %s does nothing: a priority is only ever raised", t.Do.Priority)
	}
}

func checkGoalExists(at item, missing bool, what, policy string) {
	if missing {
		at.Warn("add one under targets", "never fires: no service of policy %s has a %s goal", quote(policy), what)
	}
}

var leastUrgent = priorities[len(priorities)-1]

// checkRaise warns of a to_priority that every raise reaches, and of raising a priority to what it
// already is.
func checkRaise(t escalation.Trigger, draft triggerDraft) {
	least := priorities[len(priorities)-2] // a raised priority is at least this one
	if t.To != "" && !alert.Higher(t.To, least) {
		draft.raised.Warn("leave it out", "to_priority: %s has no effect: every raise is to %s or above", t.To, least)
	}
	if at := cmp.Or(t.To, least); t.Do.Priority != "" && t.Do.Priority != leastUrgent && !alert.Higher(t.Do.Priority, at) {
		draft.at.Warn("leave priority: out, or name a more urgent one", "priority: %s does nothing: the priority is %s or above", t.Do.Priority, at)
	}
}

// levelMayBeNobody reports whether a level may find nobody to page. A level after a call for several
// people may find that all of its own have been paged.
func levelMayBeNobody(l escalation.Level) bool {
	return l.Need() > 1 || slices.ContainsFunc(l.Targets, mayBeNobody)
}

// mayBeNobody reports whether a target may be nobody at some time.
func mayBeNobody(t escalation.Target) bool { return t.IsPerson() && t.Kind != escalation.Person }

// triggerKey is the same for triggers that do the same.
func triggerKey(t escalation.Trigger) string {
	when := ""
	if t.When != nil {
		when = t.When.Text
	}
	t.Place, t.When = "", nil
	return fmt.Sprintf("%+v %q", t, when)
}

// longestEscalation returns how many seconds a policy takes at most before it hands over; leaves is
// false where it does not hand over, or the time is unknown.
func (d *policyDraft) longestEscalation() (seconds float64, leaves bool) {
	if slices.ContainsFunc(d.Triggers, func(t escalation.Trigger) bool { return t.Do.Climb != 0 }) {
		return 0, false
	}
	for _, level := range d.Levels {
		if level.Hold != "" || level.Need() > 1 {
			return 0, false
		}
		if level.Team != "" && len(level.Targets) == 0 && level.When == nil {
			return seconds, true
		}
		seconds += level.AckTimeout.Seconds() * float64(level.Repeat+1)
	}
	return seconds * float64(d.Repeat+1), d.Exhausted.Team != ""
}
