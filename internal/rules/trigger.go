package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// byHand replaces the index of a trigger in the fact of an escalation by command.
const byHand = -1

// Fired records how often one of the policy's triggers came due.
type Fired struct {
	Index int       `json:"index"`
	Count int       `json:"count"`
	At    time.Time `json:"at"` // of the last time
}

// fired returns the record of a trigger, with a zero count if it never came due.
func (i *Incident) fired(index int) Fired {
	for _, f := range i.Fired {
		if f.Index == index {
			return f
		}
	}
	return Fired{Index: index}
}

// remember replaces the record of a trigger.
func (i *Incident) remember(f Fired) {
	i.forget(func(index int) bool { return index == f.Index })
	i.Fired = append(i.Fired, f)
}

// forget lets triggers fire again.
func (i *Incident) forget(which func(index int) bool) {
	i.Fired = slices.DeleteFunc(i.Fired, func(f Fired) bool { return which(f.Index) })
	if len(i.Fired) == 0 {
		i.Fired = nil
	}
}

// restartTriggers restarts the triggers that count from the last acknowledgement or its end.
func (i *Incident) restartTriggers(at time.Time) {
	i.Since = at
	i.forget(func(index int) bool {
		switch i.policy.Triggers[index].On {
		case escalation.Unacknowledged, escalation.Unresolved, escalation.Nobody, escalation.Undeliverable:
			return true
		}
		return false
	})
}

// triggerDue is when a trigger of the policy falls due by time alone; zero for never.
func (i *Incident) triggerDue(index int) time.Time {
	t := &i.policy.Triggers[index]
	f := i.fired(index)
	var base time.Time
	switch {
	case t.On == escalation.Response || t.On == escalation.Resolution:
		if f.Count > 0 || len(i.clockTriggers) == 0 {
			return time.Time{}
		}
		return i.clockTriggers[index]
	case f.Count > t.Repeat:
		return time.Time{}
	case t.On == escalation.Unacknowledged && i.Status == incident.Triggered,
		t.On == escalation.Unresolved && i.Status == incident.Acknowledged:
		base = i.Since
	case t.On == escalation.OpenFor && i.Status.Open():
		base = i.OpenedAt
	default:
		return time.Time{}
	}
	if f.Count > 0 {
		base = f.At
	}
	return base.Add(t.After)
}

// fireTrigger fires the first of the policy's triggers that is due, and reports whether there is one.
func (d *decider) fireTrigger(i *Incident) bool {
	for n := range i.policy.Triggers {
		if d.reached(i.triggerDue(n)) {
			d.fireDue(i, n)
			return true
		}
	}
	return false
}

func (d *decider) fireDue(i *Incident, index int) {
	t := i.policy.Triggers[index]
	why := ""
	switch t.On {
	case escalation.Unacknowledged:
		why = "not acknowledged for " + short(d.now.Sub(i.Since))
	case escalation.Unresolved:
		if len(i.Alerts) == 0 {
			d.skip(i, index, "", "acknowledged and not resolved, but none of its alerts is firing any more")
			return
		}
		why = "acknowledged, and not resolved for " + short(d.now.Sub(i.Since))
	case escalation.OpenFor:
		why = "open for " + short(d.now.Sub(i.OpenedAt))
	case escalation.Response, escalation.Resolution:
		why = fmt.Sprintf("%d%% of the %s goal used", t.Percent, t.On)
		if t.Percent == 100 {
			why = string(t.On) + " goal breached"
		}
	}
	d.fireOne(i, index, "", why)
}

// signal fires the triggers that wait for an event, each at most as often as it repeats until the
// incident is acknowledged or returns to triggered.
func (d *decider) signal(i *Incident, on escalation.On, why string) {
	for n := 0; n < len(i.policy.Triggers); n++ {
		t := &i.policy.Triggers[n]
		if t.On != on || on != escalation.PriorityRaised && i.fired(n).Count > t.Repeat {
			continue
		}
		if on == escalation.PriorityRaised && t.To != "" && alert.Higher(t.To, i.Priority) {
			continue
		}
		policy := i.policy
		d.fireOne(i, n, "", why)
		if i.policy != policy {
			return // transferred to a team with other triggers
		}
	}
}

// fireOne takes a trigger's action if its condition holds.
func (d *decider) fireOne(i *Incident, index int, category, why string) {
	t := i.policy.Triggers[index]
	if fails := d.fails(i, t.When); fails != "" {
		d.skip(i, index, category, join(why, fails))
		return
	}
	fact := events.EscalationFired{
		On: string(t.On), Rule: t.Place, Index: index, Count: i.fired(index).Count + 1, Kind: string(t.Do.Kind), Category: category,
	}
	var found escalation.Recipients
	if len(t.Do.Page) > 0 {
		found = escalation.Resolve(t.Do.Page, d.directory(i), i.asker(people(i.Paged)), d.now)
		fact.Targets, fact.Pages, fact.Round = escalation.Words(t.Do.Page), found.Words(), i.Round+1
		if len(found.All) == 0 {
			why = join(why, nobodyFor(fact.Targets))
		}
	}
	d.emit(i, ActorPolicy, why, fact)
	d.notify(i, fact.Round, found, why)
	d.raiseTo(i, t.Do.Priority, why)
	d.reassign(i, t.Do, why)
}

// reassign is the part of an action that takes the incident away from its holder.
func (d *decider) reassign(i *Incident, do escalation.Action, why string) {
	if do.Team != "" && do.Team != i.Team {
		if d.transferable(i, do.Team) {
			d.release(i, "", why)
			d.transfer(i, transfer{team: do.Team, own: true, kind: do.Kind, actor: ActorPolicy, reason: why})
			d.startEscalation(i, byTransfer, d.now)
		}
		return
	}
	if do.Climb == 0 {
		return
	}
	to := escalation.Step{Round: max(i.Step.Round, 1), Level: min(do.Climb, len(i.policy.Levels))}
	if do.Climb == escalation.NextLevel {
		next, ok := i.policy.Above(i.Step)
		if !ok {
			return
		}
		to = next
	}
	d.release(i, "", why)
	d.advance(i, move{to: to, by: byRule, actor: ActorPolicy, reason: why, again: to.Level <= i.Step.Level})
}

func (d *decider) transferable(i *Incident, team string) bool {
	t := i.catalog.Teams[team]
	return t != nil && i.Transfers < maxTransfers && i.catalog.Policies[t.Policy] != nil
}

// raiseTo raises the priority to the one a policy names. It never lowers it or changes one that a
// person set.
func (d *decider) raiseTo(i *Incident, priority, why string) {
	if priority == "" || i.Pinned || !alert.Higher(priority, i.Priority) {
		return
	}
	d.prioritized(i, ActorPolicy, why, events.IncidentPrioritized{Severity: i.Severity, Priority: priority, Was: i.Priority})
}

// skip records that a trigger came due and did nothing.
func (d *decider) skip(i *Incident, index int, category, why string) {
	t := i.policy.Triggers[index]
	d.emit(i, ActorPolicy, why, events.EscalationSkipped{
		On: string(t.On), Rule: t.Place, Index: index, Count: i.fired(index).Count + 1, Category: category,
	})
}

// short formats a duration without trailing zero units: "2h", "1h30m".
func short(long time.Duration) string {
	s := long.Round(time.Second).String()
	s = strings.TrimSuffix(s, "m0s")
	if !strings.HasSuffix(s, "s") && s != "" && s[len(s)-1] >= '0' && s[len(s)-1] <= '9' {
		s += "m"
	}
	if h, ok := strings.CutSuffix(s, "h0m"); ok {
		s = h + "h"
	}
	return s
}
