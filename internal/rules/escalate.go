package rules

import (
	"strconv"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/pkg/events"
)

// maxTransfers keeps an incident from being handed round in a circle.
const maxTransfers = 20

// escalate climbs by hand: to another team, up the chain of management, to the level that is named, or
// to the next one.
func (d *decider) escalate(i *Incident, c events.Command, ask events.EscalationReceived) {
	switch {
	case ask.IfNeeded && i.needless(ask.Level) != "":
		d.refuse(i, ask.Name(), c, i.needless(ask.Level))
	case ask.To != "":
		d.escalateTo(i, c, ask.To)
	case ask.Up:
		d.escalateUp(i, c)
	case ask.Level < 0 || ask.Level > len(i.policy.Levels):
		d.refuse(i, ask.Name(), c, noSuchLevel(len(i.policy.Levels)))
	case ask.Level == 0:
		next, ok := i.policy.Above(i.Climb)
		if !ok {
			d.refuse(i, ask.Name(), c, "the policy has no level above, and no repeat is left")
			return
		}
		d.handOver(i, c.By, escalatedByHand)
		d.advance(i, move{to: next, by: byCommand, actor: c.By, reason: c.Note})
	default:
		d.handOver(i, c.By, escalatedByHand)
		to := escalation.Step{Round: max(i.Climb.Round, 1), Level: ask.Level}
		d.advance(i, move{to: to, by: byCommand, actor: c.By, reason: c.Note, again: ask.Level <= i.Climb.Level})
	}
}

// needless says why nobody needs an escalation to the level (0: to any) that is asked for only if needed.
func (i *Incident) needless(level int) string {
	switch {
	case i.Status == incident.Acknowledged:
		return "it is not needed: somebody has it"
	case i.Status == incident.Snoozed:
		return "it is not needed: it is snoozed"
	case level > 0 && (i.Climb.Level >= level || i.Climb.Round > 1):
		return "it is not needed: the climb has come so far already"
	}
	return ""
}

const escalatedByHand = "escalated by hand"

// handOver takes the acknowledgement back from whoever holds it, and ends a snooze: who is paged next
// shall answer.
func (d *decider) handOver(i *Incident, by, why string) {
	switch i.Status {
	case incident.Acknowledged:
		actor := by
		if by == "" {
			actor = ActorPolicy
		}
		d.emit(i, actor, why, events.IncidentUnacknowledged{By: by, Was: i.Holder})
	case incident.Snoozed:
		d.stir(i, by, why)
	}
}

// escalateTo is functional escalation by hand.
func (d *decider) escalateTo(i *Incident, c events.Command, team string) {
	name := events.EscalationReceived{}.Name()
	t := i.catalog.Teams[team]
	switch {
	case t == nil:
		d.refuse(i, name, c, "the incident's catalog has no such team: "+strconv.Quote(team))
	case team == i.Team:
		d.refuse(i, name, c, "the team has it already")
	case i.catalog.Policies[t.Policy] == nil:
		d.refuse(i, name, c, "the team has no escalation policy")
	case i.Transfers >= maxTransfers:
		d.refuse(i, name, c, "it was handed over 20 times")
	default:
		d.handOver(i, c.By, escalatedByHand)
		d.transfer(i, handover{team: team, own: true, actor: c.By, reason: c.Note, by: c.By})
		d.startClimb(i, byTransfer, d.in.Event.Time)
	}
}

// escalateUp is hierarchical escalation by hand. Where somebody has the incident, the managers are
// told and it stays where it is; else they are paged in the place of the present level.
func (d *decider) escalateUp(i *Incident, c events.Command) {
	up := []escalation.Target{{Kind: escalation.RoleKind, ID: escalation.RoleManager}}
	below := people(i.Paged)
	if len(below) == 0 && i.Holder != "" {
		below = people([]string{i.Holder})
	}
	found := escalation.Resolve(up, d.directory(i), i.asker(below), d.now)
	if !found.People {
		d.refuse(i, events.EscalationReceived{}.Name(), c, "nobody is above whoever was paged last")
		return
	}
	if i.Status == incident.Acknowledged {
		round := i.Round + 1
		d.emit(i, c.By, c.Note, events.EscalationFired{
			On: byCommand, Index: byHand, Kind: string(escalation.Hierarchical),
			Targets: escalation.Words(up), Pages: found.Words(), Round: round,
		})
		d.tell(i, round, found, escalatedByHand)
		return
	}
	d.handOver(i, c.By, escalatedByHand)
	targets := make([]escalation.Target, 0, len(found.All))
	for _, id := range people(found.Words()) {
		targets = append(targets, escalation.Target{Kind: escalation.Person, ID: id})
	}
	d.advance(i, move{
		to: i.here(), by: byCommand, actor: c.By, reason: c.Note, again: true,
		targets: targets, kind: escalation.Hierarchical,
	})
}

// noSuchLevel refuses a level that is not there.
func noSuchLevel(have int) string {
	if have == 1 {
		return "the policy has no such level: it has 1"
	}
	return "the policy has no such level: it has 1 to " + strconv.Itoa(have)
}

// handover is what takes an incident to another team.
type handover struct {
	team string
	// own says that the team's own policy is climbed from here on.
	own bool
	// kind is functional where nobody says otherwise.
	kind          escalation.Kind
	actor, reason string
	by            string // who asked; empty for the policy
}

// transfer hands the incident to another team. It gives false, and does nothing, where that cannot be.
func (d *decider) transfer(i *Incident, h handover) bool {
	t := i.catalog.Teams[h.team]
	if t == nil || i.Transfers >= maxTransfers || h.own && i.catalog.Policies[t.Policy] == nil {
		return false
	}
	if h.team == i.Team && !h.own {
		return true
	}
	policy := i.Policy
	if h.own {
		policy = t.Policy
	}
	if h.kind == "" {
		h.kind = escalation.Functional
	}
	d.closePages(i, "team "+h.team+" has it now")
	d.emit(i, h.actor, h.reason, events.IncidentTransferred{
		To: h.team, Was: i.Team, Policy: policy, WasPolicy: i.Policy, Kind: string(h.kind), By: h.by,
	})
	return true
}
