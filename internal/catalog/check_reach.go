package catalog

import (
	"cmp"
	"maps"
	"slices"

	"tocsin.dev/internal/rules/escalation"
)

// pairing is what decides whom a policy reaches: the policy, the team that has the incident, and the
// owner of its service.
type pairing struct{ team, policy, owner string }

// reached is the people whom the levels of a policy may page. Unknown is set where a name refers to
// nothing: that is a fault already, and no conclusion is drawn.
type reached struct {
	levels  [][]string // by their own targets
	beyond  bool       // somebody is reached when the levels are exhausted, or after a hand-over
	unknown bool
}

func (r *reached) somebody() bool {
	return r.beyond || slices.ContainsFunc(r.levels, func(l []string) bool { return len(l) > 0 })
}

// checkReach refuses services from which nobody can be paged, and warns of levels and contact methods
// that can never take part. Services with the same team, policy and owner are checked once.
func (p *parser) checkReach() {
	seen := map[pairing]*reached{}
	for _, s := range p.services {
		d, t := p.policyByID[s.Policy], p.teams[s.Team]
		if d == nil || t == nil {
			continue
		}
		of := pairing{team: s.Team, policy: s.Policy}
		if p.usesOwner {
			of.owner = s.Owner
		}
		found := p.reachedFrom(of, seen)
		if !found.unknown && len(d.Levels) > 0 && !found.somebody() {
			s.key.Fault("name a person, or a schedule with people, in one of its levels", "no person can be reached from service %s: policy %s pages nobody", quote(s.ID), quote(s.Policy))
		}
	}
}

// reachedFrom follows a policy and its hand-overs on behalf of a team.
func (p *parser) reachedFrom(of pairing, seen map[pairing]*reached) *reached {
	if done := seen[of]; done != nil {
		return done
	}
	r := &reached{unknown: true} // for a cycle of hand-overs, which is a fault already
	seen[of] = r
	d, found := p.policyByID[of.policy], reached{}
	if d == nil {
		return r
	}
	var before []string
	for n, level := range d.Levels {
		found.unknown = found.unknown || len(level.Targets) == 0 && level.Team == ""
		here := of
		here.team = cmp.Or(level.Team, of.team) // which has the incident before anybody is paged
		people := p.peopleBehindAll(level.Targets, here, before, &found)
		found.levels = append(found.levels, people)
		if len(level.Targets) == 0 {
			p.reachHandover(level.Team, of, seen, &found)
		} else {
			p.checkLevelCanBeEmpty(d, n, here, before, &found)
		}
		if level.When == nil && len(level.Targets) > 0 {
			of = here
		}
		before = people
	}
	found.beyond = found.beyond || len(p.peopleBehindAll(d.Exhausted.Page, of, before, &found)) > 0
	p.reachHandover(d.Exhausted.Team, of, seen, &found)
	*r = found
	p.checkContactDelays(d, r)
	return r
}

// reachHandover adds whom the team that takes over reaches.
func (p *parser) reachHandover(team string, of pairing, seen map[pairing]*reached, found *reached) {
	if team == "" {
		return
	}
	t := p.teams[team]
	if t == nil || t.Policy == "" {
		found.unknown = true
		return
	}
	next := p.reachedFrom(pairing{team, t.Policy, of.owner}, seen)
	found.beyond = found.beyond || next.somebody()
	found.unknown = found.unknown || next.unknown
}

// peopleBehindAll returns everybody whom the targets may page at some time, each once.
func (p *parser) peopleBehindAll(targets []escalation.Target, of pairing, before []string, r *reached) []string {
	var people []string
	for _, t := range targets {
		people = append(people, p.peopleBehind(t, of, before, r)...)
	}
	slices.Sort(people)
	return slices.Compact(people)
}

// peopleBehind returns everybody whom a target may page at some time.
func (p *parser) peopleBehind(t escalation.Target, of pairing, before []string, r *reached) []string {
	var people []string
	switch t.Kind {
	case escalation.Person:
		people = []string{t.ID}
	case escalation.OnCall:
		people = p.peopleOf(t.ID, r)
	case escalation.Team:
		other := p.teams[t.ID]
		switch {
		case other == nil:
			r.unknown = true
		case t.Of == escalation.TeamOnCall:
			people = p.peopleOf(other.Schedule, r)
		default:
			people = slices.Clone(other.Members)
		}
	case escalation.RoleKind:
		r.unknown = r.unknown || t.Of != "" && !p.known(roles[t.ID], t.Of)
		people = p.role(t, of, before)
	}
	return slices.DeleteFunc(people, func(id string) bool {
		missing := p.cat.People[id] == nil
		r.unknown = r.unknown || missing
		return missing
	})
}

// peopleOf returns everybody who may be on call in a schedule.
func (p *parser) peopleOf(schedule string, r *reached) []string {
	var people []string
	switch s := p.cat.Rules.Schedules[schedule]; {
	case s == nil:
	case s.Imported != nil: // its calendar may name anybody
		people = slices.Sorted(maps.Keys(p.cat.People))
	default:
		people = s.People()
	}
	r.unknown = r.unknown || len(people) == 0
	return people
}

// role returns whom a role pages. A holder counts as nobody here, since the incident may not have one.
func (p *parser) role(t escalation.Target, of pairing, before []string) []string {
	switch t.ID {
	case escalation.RoleLead:
		return nonEmpty(p.lead(cmp.Or(t.Of, of.team)))
	case escalation.RoleOwner:
		if t.Of == "" {
			return nonEmpty(of.owner)
		}
		if s := p.cat.Rules.Services[t.Of]; s != nil {
			return nonEmpty(s.Owner)
		}
	case escalation.RoleManager:
		if t.Of != "" {
			return p.managersOf([]string{t.Of})
		}
		if len(before) == 0 {
			before = nonEmpty(p.lead(of.team))
		}
		return p.managersOf(before)
	}
	return nil
}

func (p *parser) lead(team string) string {
	if t := p.teams[team]; t != nil {
		return t.Lead
	}
	return ""
}

func (p *parser) managersOf(people []string) []string {
	var above []string
	for _, id := range people {
		if one := p.cat.Rules.People[id]; one != nil && one.Manager != "" {
			above = append(above, one.Manager)
		}
	}
	return above
}

func nonEmpty(names ...string) []string {
	return slices.DeleteFunc(names, func(s string) bool { return s == "" })
}
