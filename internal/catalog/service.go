package catalog

import (
	"math"

	"tocsin.dev/internal/rules"
)

// serviceDraft keeps where a service stands.
type serviceDraft struct {
	*rules.Service
	key item
}

func (p *parser) service(id string, key, body item) {
	f := body.fields("team", "policy", "tier", "runbook", "depends_on")
	s := &rules.Service{ID: id, Team: p.refer(team, f["team"]), Policy: p.refer(policy, f["policy"]), Runbook: f["runbook"].line()}
	if f["tier"].given() {
		s.Tier = f["tier"].number(1, math.MaxInt16)
	}
	if needs := p.referAll(service, f["depends_on"]); len(needs) > 0 {
		p.cat.DependsOn[id] = needs
	}
	p.services = append(p.services, &serviceDraft{s, key})
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
	if s == nil && !routed { // a route to a service that is not there was told already
		missing := Fault{Message: "no service takes the alerts that no route places", Hint: "add `- {service: …}` as the last of routes"}
		if p.top.present() {
			missing.File, missing.Line, missing.Column = p.top.file, p.top.at.Line, p.top.at.Column
		}
		p.add(missing)
	}
	return s
}

// complete gives every service a team and a policy: one without takes those of the fallback
// service; a policy may also come from the team, by having its name. Where there is but one team
// or policy, the fallback service needs to name none.
func (p *parser) complete() {
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
	if fallback.Policy == "" && p.cat.Rules.Policies[fallback.Team] == nil && len(p.policies) == 1 {
		for id := range p.policies {
			fallback.Policy = id
		}
	}
	for _, s := range p.services {
		if s.Team == "" {
			s.Team = fallback.Team
		}
		if s.Policy == "" && p.cat.Rules.Policies[s.Team] != nil {
			s.Policy = s.Team
		}
		if s.Policy == "" {
			s.Policy = fallback.Policy
		}
	}
	for _, s := range p.services {
		if s.Service != fallback {
			continue
		}
		if s.Team == "" {
			s.key.fault("", "service %s takes what no route places and needs a team", quote(s.ID))
		}
		if s.Policy == "" {
			s.key.fault("", "service %s takes what no route places and needs a policy", quote(s.ID))
		}
	}
}
