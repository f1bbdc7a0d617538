package catalog

import (
	"maps"
	"slices"
	"time"

	"tocsin.dev/internal/rules/escalation"
)

// pairing is what decides whom a policy reaches: itself, the team that has the incident, and the
// owner of its service.
type pairing struct{ team, policy, owner string }

// reached is the people whom the levels of a policy may page. Unknown is set where a name dangles:
// that was told already, and nothing follows from it.
type reached struct {
	levels  [][]string // by their own targets
	beyond  bool       // somebody is reached when the levels are exhausted, or after a hand-over
	unknown bool
}

func (r *reached) somebody() bool {
	return r.beyond || slices.ContainsFunc(r.levels, func(l []string) bool { return len(l) > 0 })
}

// reach refuses services from which nobody can be paged, and warns of levels and contact methods
// that can never do their part. Services of the same team, policy and owner are looked at once.
func (p *parser) reach() {
	seen := map[pairing]*reached{}
	for _, s := range p.services {
		d, t := p.climbs[s.Policy], p.teams[s.Team]
		if d == nil || t == nil {
			continue
		}
		of := pairing{team: s.Team, policy: s.Policy}
		if p.owners {
			of.owner = s.Owner
		}
		found := p.reachOf(of, seen)
		if !found.unknown && len(d.Levels) > 0 && !found.somebody() {
			s.key.Fault("", "no person can be reached from service %s: policy %s pages nobody", quote(s.ID), quote(s.Policy))
		}
	}
}

// reachOf looks at a policy on behalf of a team, following its hand-overs.
func (p *parser) reachOf(of pairing, seen map[pairing]*reached) *reached {
	if done := seen[of]; done != nil {
		return done
	}
	r := &reached{unknown: true} // what a circle meets on its way; it was told already
	seen[of] = r
	d, found := p.climbs[of.policy], reached{}
	if d == nil {
		return r
	}
	var before []string
	for n, level := range d.Levels {
		found.unknown = found.unknown || len(level.Targets) == 0 && level.Team == ""
		here := of
		here.team = firstOf(level.Team, of.team) // which has the incident before anybody is paged
		people := p.behindAll(level.Targets, here, before, &found)
		found.levels = append(found.levels, people)
		if len(level.Targets) == 0 {
			p.follow(level.Team, of, seen, &found)
		} else {
			p.lonely(d, n, here, before, &found)
		}
		if level.When == nil && len(level.Targets) > 0 {
			of = here
		}
		before = people
	}
	found.beyond = found.beyond || len(p.behindAll(d.Exhausted.Page, of, before, &found)) > 0
	p.follow(d.Exhausted.Team, of, seen, &found)
	*r = found
	p.slow(d, r)
	return r
}

// follow looks at whom a hand-over leads to.
func (p *parser) follow(team string, of pairing, seen map[pairing]*reached, found *reached) {
	if team == "" {
		return
	}
	t := p.teams[team]
	if t == nil || t.Policy == "" {
		found.unknown = true
		return
	}
	next := p.reachOf(pairing{team, t.Policy, of.owner}, seen)
	found.beyond = found.beyond || next.somebody()
	found.unknown = found.unknown || next.unknown
}

// behindAll gives everybody who may stand behind targets at some time, each once.
func (p *parser) behindAll(targets []escalation.Target, of pairing, before []string, r *reached) []string {
	var people []string
	for _, t := range targets {
		people = append(people, p.behind(t, of, before, r)...)
	}
	slices.Sort(people)
	return slices.Compact(people)
}

// behind gives everybody who may stand behind a target at some time.
func (p *parser) behind(t escalation.Target, of pairing, before []string, r *reached) []string {
	var people []string
	switch t.Kind {
	case escalation.Person:
		people = []string{t.ID}
	case escalation.OnCall:
		people = p.onDuty(t.ID, r)
	case escalation.Team:
		other := p.teams[t.ID]
		switch {
		case other == nil:
			r.unknown = true
		case t.Of == escalation.TeamOnCall:
			people = p.onDuty(other.Schedule, r)
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

// onDuty gives everybody of a schedule.
func (p *parser) onDuty(schedule string, r *reached) []string {
	var people []string
	switch s := p.cat.Rules.Schedules[schedule]; {
	case s == nil:
	case s.Imported != nil: // anybody may come to stand in its calendar
		people = slices.Sorted(maps.Keys(p.cat.People))
	default:
		people = s.People()
	}
	r.unknown = r.unknown || len(people) == 0
	return people
}

// role gives whom a role means: nobody for the holder, as there may be none.
func (p *parser) role(t escalation.Target, of pairing, before []string) []string {
	switch t.ID {
	case escalation.RoleLead:
		return some(p.lead(firstOf(t.Of, of.team)))
	case escalation.RoleOwner:
		if t.Of == "" {
			return some(of.owner)
		}
		if s := p.cat.Rules.Services[t.Of]; s != nil {
			return some(s.Owner)
		}
	case escalation.RoleManager:
		if t.Of != "" {
			return p.managersOf([]string{t.Of})
		}
		if len(before) == 0 {
			before = some(p.lead(of.team))
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

// some gives the names that are given.
func some(names ...string) []string {
	return slices.DeleteFunc(names, func(s string) bool { return s == "" })
}

// slow warns of contact methods whose delay is longer than a level waits: by then the next level
// is paged already.
func (p *parser) slow(d *policyDraft, found *reached) {
	for n, people := range found.levels {
		level := d.Levels[n]
		if slices.ContainsFunc(level.Targets, p.calendared) {
			continue // who will be in it is not known
		}
		for _, id := range people {
			p.slowFor(id, d, n, level.AckTimeout*time.Duration(level.Repeat+1))
		}
	}
}

// calendared says whether a target means whoever an imported calendar has.
func (p *parser) calendared(t escalation.Target) bool {
	schedule := t.ID
	if t.Of == escalation.TeamOnCall && p.teams[t.ID] != nil {
		schedule = p.teams[t.ID].Schedule
	}
	return (t.Kind == escalation.OnCall || t.Of == escalation.TeamOnCall) && p.cat.Imports[schedule] != nil
}

func (p *parser) slowFor(id string, d *policyDraft, level int, wait time.Duration) {
	who := p.drafts[id]
	for _, urgency := range urgencies {
		if of := d.Levels[level].Urgency; of != "" && of != urgency {
			continue
		}
		for _, step := range who.Plans[urgency].Steps {
			place := urgency + " " + step.Contact
			at, given := who.steps[place]
			if !given || step.After <= wait {
				continue
			}
			delete(who.steps, place) // once is enough, however many policies page the person
			at.Warn("shorten the one or lengthen the other", "%s waits %s for contact %s, but %s climbs after %s",
				id, step.After, quote(step.Contact), levelName(d.ID, level), wait)
		}
	}
}
