package catalog

import (
	"cmp"
	"math"

	"tocsin.dev/internal/rules"
)

// serviceDraft keeps the place of a service.
type serviceDraft struct {
	*rules.Service
	key   item
	goals map[string]goalDraft
}

func (p *parser) service(id string, key, body item) {
	f := fields(body, "service")
	s := &rules.Service{
		ID: id, Team: p.refer(team, f["team"]), Policy: p.refer(policy, f["policy"]), Runbook: f["runbook"].Text(),
		Owner: p.refer(person, f["owner"]), Impact: p.refer(impact, f["impact"]), Calendar: p.refer(calendar, f["calendar"]),
	}
	if f["tier"].Given() {
		s.Tier = f["tier"].Number(1, math.MaxInt16)
	}
	if needs := p.referAll(service, f["depends_on"]); len(needs) > 0 {
		p.cat.DependsOn[id] = needs
	}
	p.services = append(p.services, &serviceDraft{s, key, p.serviceGoals(f["targets"])})
	p.cat.Rules.Services[id] = s
}

// fallback finds the service that takes what no route places: that of the last route without a
// condition, else the one called catch-all.
func (p *parser) fallback() *rules.Service {
	id, routed := "catch-all", false
	for _, r := range p.cat.Routes {
		if r.When == "" {
			id, routed = r.Service, true
		}
	}
	s := p.cat.Rules.Services[id]
	if s == nil && !routed { // a route to an unknown service is a fault already
		missing := Fault{Message: "no service takes the alerts that no route places", Hint: "add `- {service: …}` as the last of routes"}
		if p.firstFile.Present() {
			missing.File, missing.Line, missing.Column = p.firstFile.File(), p.firstFile.Line(), p.firstFile.Column()
		}
		p.Add(missing)
	}
	return s
}

// complete sets the team and policy of every service. One without a team takes that of the fallback
// service; one without a policy takes its team's, or else that of the fallback service. Where there is
// only one team or policy, the fallback service need not name it.
func (p *parser) complete() {
	p.defaultPolicies()
	fallback := p.fallback()
	if fallback == nil {
		return
	}
	p.cat.Rules.Fallback = fallback
	if fallback.Team == "" && len(p.teams) == 1 {
		for id := range p.teams {
			fallback.Team = id
		}
	}
	if fallback.Policy == "" && p.policyOf(fallback.Team) == "" && len(p.policies) == 1 {
		fallback.Policy = p.policies[0].ID
	}
	for _, s := range p.services {
		s.Team = cmp.Or(s.Team, fallback.Team)
		s.Policy = cmp.Or(s.Policy, p.policyOf(s.Team), fallback.Policy)
		p.inherit(s)
	}
	for _, s := range p.services {
		if s.Service != fallback {
			continue
		}
		if s.Team == "" {
			s.key.Fault("add team: with the id of a team", "service %s takes what no route places and needs a team", quote(s.ID))
		}
		if s.Policy == "" {
			s.key.Fault("add policy: with the id of a policy", "service %s takes what no route places and needs a policy", quote(s.ID))
		}
	}
}

// policyOf returns the policy of a team; empty where the team is unknown or has none.
func (p *parser) policyOf(team string) string {
	if t := p.teams[team]; t != nil {
		return t.Policy
	}
	return ""
}
