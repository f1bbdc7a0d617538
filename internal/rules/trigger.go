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

// byHand stands for the index of a trigger where a person pulled it.
const byHand = -1

// Fired is what an incident remembers of one of its policy's triggers.
type Fired struct {
	Index int       `json:"index"`
	Count int       `json:"count"` // how often it came due
	At    time.Time `json:"at"`    // the last time
}

// fired gives what is remembered of a trigger; the zero value when it never came due.
func (i *Incident) fired(index int) Fired {
	for _, f := range i.Fired {
		if f.Index == index {
			return f
		}
	}
	return Fired{Index: index}
}

// remember notes that a trigger came due.
func (i *Incident) remember(f Fired) {
	i.forget(func(index int) bool { return index == f.Index })
	i.Fired = append(i.Fired, f)
}

// forget lets triggers go off anew.
func (i *Incident) forget(which func(index int) bool) {
	i.Fired = slices.DeleteFunc(i.Fired, func(f Fired) bool { return which(f.Index) })
	if len(i.Fired) == 0 {
		i.Fired = nil
	}
}

// begin starts the times that count from the last acknowledgement or its end.
func (i *Incident) begin(at time.Time) {
	i.Since = at
	i.forget(func(index int) bool {
		switch i.policy.Triggers[index].On {
		case escalation.Unacknowledged, escalation.Unresolved, escalation.Nobody, escalation.Undeliverable:
			return true
		}
		return false
	})
}

// triggerDue gives when a trigger of the policy comes due by time alone; zero for never.
func (i *Incident) triggerDue(index int) time.Time {
	t := &i.policy.Triggers[index]
	f := i.fired(index)
	var base time.Time
	switch {
	case t.On == escalation.Response || t.On == escalation.Resolution:
		if f.Count > 0 || len(i.percents) == 0 {
			return time.Time{}
		}
		return i.percents[index]
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

// dueTrigger gives the first of the policy's triggers that is due; false for none.
func (d *decider) dueTrigger(i *Incident) (index int, ok bool) {
	for n := range i.policy.Triggers {
		if at := i.triggerDue(n); !at.IsZero() && !at.After(d.now) {
			return n, true
		}
	}
	return 0, false
}

// fireDue lets a trigger go off whose time has come.
func (d *decider) fireDue(i *Incident, index int) {
	t := i.policy.Triggers[index]
	why := ""
	switch t.On {
	case escalation.Unacknowledged:
		why = "not acknowledged for " + short(d.now.Sub(i.Since))
	case escalation.Unresolved:
		if len(i.Alerts) == 0 {
			d.skip(i, index, "", "acknowledged and not resolved, but none of its alerts fires any more")
			return
		}
		why = "acknowledged, and not resolved for " + short(d.now.Sub(i.Since))
	case escalation.OpenFor:
		why = "open for " + short(d.now.Sub(i.OpenedAt))
	case escalation.Response, escalation.Resolution:
		why = fmt.Sprintf("%s target used up to %d %%", t.On, t.Percent)
		if t.Percent == 100 {
			why = string(t.On) + " target breached"
		}
	}
	d.goOff(i, index, "", why)
}

// signal lets the triggers go off that wait for something to happen, each at most as often as it says
// until the incident is acknowledged or comes back.
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
		d.goOff(i, n, "", why)
		if i.policy != policy {
			return // handed to another team, whose triggers are others
		}
	}
}

// goOff does what a trigger is for, if its condition holds.
func (d *decider) goOff(i *Incident, index int, category, why string) {
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
			why = join(why, "nobody is behind "+strings.Join(fact.Targets, ", "))
		}
	}
	d.emit(i, ActorPolicy, why, fact)
	d.tell(i, fact.Round, found, why)
	d.raiseTo(i, t.Do.Priority, why)
	d.moveOn(i, t.Do, why)
}

// moveOn is the part of an action that takes the incident from whoever has it.
func (d *decider) moveOn(i *Incident, do escalation.Action, why string) {
	if do.Team != "" && do.Team != i.Team {
		if d.transferable(i, do.Team) {
			d.handOver(i, "", why)
			d.transfer(i, handover{team: do.Team, own: true, kind: do.Kind, actor: ActorPolicy, reason: why})
			d.startClimb(i, byTransfer, d.now)
		}
		return
	}
	if do.Climb == 0 {
		return
	}
	to := escalation.Step{Round: max(i.Climb.Round, 1), Level: min(do.Climb, len(i.policy.Levels))}
	if do.Climb == escalation.NextLevel {
		next, ok := i.policy.Above(i.Climb)
		if !ok {
			return
		}
		to = next
	}
	d.handOver(i, "", why)
	d.advance(i, move{to: to, by: byRule, actor: ActorPolicy, reason: why, again: to.Level <= i.Climb.Level})
}

func (d *decider) transferable(i *Incident, team string) bool {
	t := i.catalog.Teams[team]
	return t != nil && i.Transfers < maxTransfers && i.catalog.Policies[t.Policy] != nil
}

// raiseTo lifts the priority to one that a rule names; it lowers none, and none that a person has set.
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

// short writes a duration without the zeroes at its end: "2h", "1h30m".
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
