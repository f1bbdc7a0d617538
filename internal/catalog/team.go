package catalog

import (
	"cmp"

	"tocsin.dev/internal/rules"
)

// teamDraft keeps the place of a team.
type teamDraft struct {
	*rules.Team
	key item
}

func (p *parser) team(id string, key, body item) {
	f := fields(body, "team")
	t := &rules.Team{
		ID: id, Name: cmp.Or(f["name"].Text(), id), Lead: p.refer(person, f["lead"]), Members: p.referAll(person, f["members"]),
		Schedule: p.refer(schedule, f["schedule"]), Policy: p.refer(policy, f["policy"]),
	}
	p.teams[id] = &teamDraft{t, key}
	p.cat.Rules.Teams[id] = t
}

// defaultPolicies sets the policy of a team that names none to the policy with the team's id, if there
// is one.
func (p *parser) defaultPolicies() {
	for id, t := range p.teams {
		if t.Policy == "" && p.policyByID[id] != nil {
			t.Policy = id
		}
	}
}
