package catalog

// teamDuty is a team whose own schedule some target means.
type teamDuty struct {
	team string
	at   item
}

// dutiful reports targets that mean the schedule of a team that has none.
func (p *parser) checkTeamSchedules() {
	for _, d := range p.teamDuties {
		if t := p.teams[d.team]; t != nil && t.Schedule == "" {
			d.at.Fault("add schedule: to the team", "team %s has no schedule", quote(d.team))
		}
	}
}
