package catalog

// teamDuty is a target that means the schedule of a team.
type teamDuty struct {
	team string
	at   item
}

// checkTeamSchedules reports targets that stand for the schedule of a team that has none.
func (p *parser) checkTeamSchedules() {
	for _, d := range p.teamDuties {
		if t := p.teams[d.team]; t != nil && t.Schedule == "" {
			d.at.Fault("add schedule: to the team", "team %s has no schedule", quote(d.team))
		}
	}
}
