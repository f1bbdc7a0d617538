package rules

import (
	"fmt"
	"strconv"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// maxTransfers keeps teams from passing an incident around in a circle.
const maxTransfers = 20

// escalate advances by command: to another team, up the management chain, to the level named, or to
// the next one.
func (d *decider) escalate(i *Incident, ask events.EscalationReceived) {
	switch {
	case ask.IfNeeded && i.needless(ask.Level) != "":
		d.refuse(i, ask, i.needless(ask.Level))
	case ask.To != "":
		d.escalateTo(i, ask)
	case ask.Up:
		d.escalateUp(i, ask)
	case ask.Level < 0 || ask.Level > len(i.policy.Levels):
		d.refuse(i, ask, "the policy has no such level; "+numbered("level", len(i.policy.Levels)))
	case ask.Level == 0:
		next, ok := i.policy.Above(i.Step)
		if !ok {
			d.refuse(i, ask, "the policy has no level above, and no repeat is left")
			return
		}
		d.release(i, ask.By, escalatedByHand)
		d.advance(i, move{to: next, by: byCommand, actor: ask.By, reason: ask.Note})
	default:
		d.release(i, ask.By, escalatedByHand)
		to := escalation.Step{Round: max(i.Step.Round, 1), Level: ask.Level}
		d.advance(i, move{to: to, by: byCommand, actor: ask.By, reason: ask.Note, again: ask.Level <= i.Step.Level})
	}
}

// needless says why an escalation to the level (0: to any) is not needed; empty if it is.
func (i *Incident) needless(level int) string {
	switch {
	case i.Status == incident.Acknowledged:
		return "it is not needed: somebody has acknowledged it"
	case i.Status == incident.Snoozed:
		return "it is not needed: it is snoozed"
	case level > 0 && (i.Step.Level >= level || i.Step.Round > 1):
		return "it is not needed: the escalation has already reached that level"
	}
	return ""
}

const escalatedByHand = "escalated by hand"

// release ends an acknowledgement or a snooze, so that whoever is paged next can answer.
func (d *decider) release(i *Incident, by, why string) {
	switch i.Status {
	case incident.Acknowledged:
		d.emit(i, actorOf(by), why, events.IncidentUnacknowledged{By: by, Was: i.Holder})
	case incident.Snoozed:
		d.endSnooze(i, by, why)
	}
}

// escalateTo is functional escalation by command.
func (d *decider) escalateTo(i *Incident, ask events.EscalationReceived) {
	t := i.catalog.Teams[ask.To]
	switch {
	case t == nil:
		d.refuse(i, ask, "the incident's catalog has no such team: "+strconv.Quote(ask.To))
	case ask.To == i.Team:
		d.refuse(i, ask, "the team has it already")
	case i.catalog.Policies[t.Policy] == nil:
		d.refuse(i, ask, "the team has no escalation policy")
	case i.Transfers >= maxTransfers:
		d.refuse(i, ask, fmt.Sprintf("it was transferred %d times, the maximum", maxTransfers))
	default:
		d.release(i, ask.By, escalatedByHand)
		d.transfer(i, transfer{team: ask.To, own: true, actor: ask.By, reason: ask.Note, by: ask.By})
		d.startEscalation(i, byTransfer, d.in.Event.Time)
	}
}

// escalateUp is hierarchical escalation by command. If somebody has acknowledged the incident, the
// managers are paged and it stays acknowledged; otherwise they are paged in place of the present level.
func (d *decider) escalateUp(i *Incident, ask events.EscalationReceived) {
	up := []escalation.Target{{Kind: escalation.RoleKind, ID: escalation.RoleManager}}
	below := people(i.Paged)
	if len(below) == 0 && i.Holder != "" {
		below = people([]string{i.Holder})
	}
	found := escalation.Resolve(up, d.directory(i), i.asker(below), d.now)
	if !found.People {
		d.refuse(i, ask, "the people paged last have no manager")
		return
	}
	if i.Status == incident.Acknowledged {
		round := i.Round + 1
		d.emit(i, ask.By, ask.Note, events.EscalationFired{
			On: byCommand, Index: byHand, Kind: string(escalation.Hierarchical),
			Targets: escalation.Words(up), Pages: found.Words(), Round: round,
		})
		d.notify(i, round, found, escalatedByHand)
		return
	}
	d.release(i, ask.By, escalatedByHand)
	targets := make([]escalation.Target, 0, len(found.All))
	for _, id := range people(found.Words()) {
		targets = append(targets, escalation.Target{Kind: escalation.Person, ID: id})
	}
	d.advance(i, move{
		to: i.present(), by: byCommand, actor: ask.By, reason: ask.Note, again: true,
		targets: targets, kind: escalation.Hierarchical,
	})
}

// transfer is the handover of an incident to another team.
type transfer struct {
	team string
	// own starts the escalation of the team's own policy.
	own bool
	// kind defaults to functional.
	kind          escalation.Kind
	actor, reason string
	by            string // who asked; empty for the policy
}

// transfer hands the incident to another team. If that is impossible it returns false and does nothing.
func (d *decider) transfer(i *Incident, to transfer) bool {
	t := i.catalog.Teams[to.team]
	if t == nil || i.Transfers >= maxTransfers || to.own && i.catalog.Policies[t.Policy] == nil {
		return false
	}
	if to.team == i.Team && !to.own {
		return true
	}
	policy := i.Policy
	if to.own {
		policy = t.Policy
	}
	if to.kind == "" {
		to.kind = escalation.Functional
	}
	d.closePages(i, "the incident was transferred to team "+to.team)
	d.emit(i, to.actor, to.reason, events.IncidentTransferred{
		To: to.team, Was: i.Team, Policy: policy, WasPolicy: i.Policy, Kind: string(to.kind), By: to.by,
	})
	return true
}
