package catalog

import (
	"slices"
	"time"

	"tocsin.dev/internal/rules/escalation"
)

// reached is the people whom the levels of a policy may page for a team. Unknown is set where a
// name dangles: that was told already, and nothing follows from it.
type reached struct {
	levels  [][]string
	unknown bool
}

// reach refuses services from which nobody can be paged, and warns of levels and contact methods
// that can never do their part. Services of the same team and policy are looked at once.
func (p *parser) reach() {
	type pairing struct{ team, policy string }
	seen := map[pairing]reached{}
	for _, s := range p.services {
		d, owner := p.policies[s.Policy], p.teams[s.Team]
		if d == nil || owner == nil {
			continue
		}
		found, known := seen[pairing{s.Team, s.Policy}]
		if !known {
			found = p.reachOf(d, owner)
			seen[pairing{s.Team, s.Policy}] = found
			p.unheard(d, owner, found)
			p.slow(d, found)
		}
		if !found.unknown && len(d.Levels) > 0 && !slices.ContainsFunc(found.levels, func(l []string) bool { return len(l) > 0 }) {
			s.key.fault("", "no person can be reached from service %s: policy %s pages nobody", quote(s.ID), quote(s.Policy))
		}
	}
}

func (p *parser) reachOf(d *policyDraft, owner *teamDraft) reached {
	var r reached
	var before []string
	for _, level := range d.Levels {
		var people []string
		for _, t := range level.Targets {
			people = append(people, p.behind(t, owner, before, &r)...)
		}
		slices.Sort(people)
		people = slices.Compact(people)
		r.unknown = r.unknown || len(level.Targets) == 0
		r.levels = append(r.levels, people)
		before = people
	}
	return r
}

// behind gives everybody who may stand behind a target at some time.
func (p *parser) behind(t escalation.Target, owner *teamDraft, before []string, r *reached) []string {
	var people []string
	switch t.Kind {
	case escalation.Person:
		people = []string{t.ID}
	case escalation.OnCall:
		s := p.cat.Rules.Schedules[t.ID]
		if s == nil {
			r.unknown = true
			return nil
		}
		for _, l := range s.Layers {
			people = append(people, l.People...)
		}
		r.unknown = r.unknown || len(people) == 0
	case escalation.Team:
		other := p.teams[t.ID]
		if other == nil {
			r.unknown = true
			return nil
		}
		people = slices.Clone(other.Members)
	case escalation.RoleKind:
		people = p.role(t.ID, owner, before)
	}
	return slices.DeleteFunc(people, func(id string) bool {
		missing := p.cat.People[id] == nil
		r.unknown = r.unknown || missing
		return missing
	})
}

// role gives whom "lead" or "manager" means: the owning team's lead; the managers of those at
// the level before, else the lead's.
func (p *parser) role(role string, owner *teamDraft, before []string) []string {
	if role == escalation.RoleLead {
		if owner.Lead == "" {
			return nil
		}
		return []string{owner.Lead}
	}
	of := before
	if len(of) == 0 && owner.Lead != "" {
		of = []string{owner.Lead}
	}
	var people []string
	for _, id := range of {
		if one := p.cat.Rules.People[id]; one != nil && one.Manager != "" {
			people = append(people, one.Manager)
		}
	}
	return people
}

// unheard warns of levels that page nobody, whoever is on call.
func (p *parser) unheard(d *policyDraft, owner *teamDraft, found reached) {
	for n, people := range found.levels {
		if found.unknown || len(people) > 0 || len(d.targets[n]) == 0 {
			continue
		}
		d.targets[n][0].warn("", "%s pages nobody for team %s", levelName(d.ID, n), quote(owner.ID))
	}
}

// slow warns of contact methods whose delay is longer than a level waits: by then the next level
// is paged already.
func (p *parser) slow(d *policyDraft, found reached) {
	for n, people := range found.levels {
		for _, id := range people {
			p.slowFor(id, d, n, d.Levels[n].AckTimeout)
		}
	}
}

func (p *parser) slowFor(id string, d *policyDraft, level int, wait time.Duration) {
	who := p.drafts[id]
	for _, urgency := range []string{High, Low} {
		for _, step := range who.Plans[urgency].Steps {
			place := urgency + " " + step.Contact
			at, given := who.steps[place]
			if !given || step.After <= wait {
				continue
			}
			delete(who.steps, place) // once is enough, however many policies page the person
			at.warn("shorten the one or lengthen the other", "%s waits %s for contact %s, but %s climbs after %s",
				id, step.After, quote(step.Contact), levelName(d.ID, level), wait)
		}
	}
}
