package rules

import "time"

// OnCall gives whoever the schedule has on call; empty for an unknown schedule.
func (c *Catalog) OnCall(schedule string, at time.Time) []string {
	s := c.Schedules[schedule]
	if s == nil {
		return nil
	}
	people, _ := s.At(at)
	return people
}

// Members gives the team's people; empty for an unknown team.
func (c *Catalog) Members(team string) []string {
	if t := c.Teams[team]; t != nil {
		return t.Members
	}
	return nil
}

// Lead gives the team's lead; empty when it has none.
func (c *Catalog) Lead(team string) string {
	if t := c.Teams[team]; t != nil {
		return t.Lead
	}
	return ""
}

// Manager gives the person's manager; empty when there is none.
func (c *Catalog) Manager(person string) string {
	if p := c.People[person]; p != nil {
		return p.Manager
	}
	return ""
}

// Service gives the service of that id. An id that the catalog does not know gets the fallback's
// team and policy, so that no alert is homeless.
func (c *Catalog) Service(id string) Service {
	if s := c.Services[id]; s != nil {
		return *s
	}
	s := *c.Fallback
	s.ID = id
	return s
}
