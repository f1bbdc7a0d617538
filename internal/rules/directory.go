package rules

import (
	"time"

	"tocsin.dev/internal/rules/oncall"
)

// directory is a catalog at run time: with the rosters of imported schedules, the overrides, and
// the turns of round robins.
type directory struct {
	*Catalog
	s *State
}

// directory gives whom to ask on behalf of an incident: the catalog it keeps.
func (d *decider) directory(i *Incident) directory { return directory{i.catalog, d.s} }

// OnCall gives whoever the schedule has on call; empty for an unknown schedule.
func (d directory) OnCall(schedule string, at time.Time) []string {
	people, _ := d.rota(schedule).At(at)
	return people
}

// NextOnCall gives the first instant from at on at which the schedule has somebody; false for never.
func (d directory) NextOnCall(schedule string, at time.Time) (time.Time, bool) {
	return nextOnCall(d.rota(schedule), at)
}

// Shadows gives who looks on.
func (d directory) Shadows(schedule string, at time.Time) []string {
	people, _ := d.rota(schedule).Shadows(at)
	return people
}

// rota is the schedule with its roster and overrides; one without anybody where the catalog has none.
func (d directory) rota(schedule string) oncall.View {
	s := d.Schedules[schedule]
	if s == nil {
		s = &oncall.Schedule{ID: schedule}
	}
	if r := d.s.rosters[schedule]; r != nil {
		s = s.Rostered(r.made)
	}
	return s.With(d.s.overrides[schedule])
}

// Turn gives who had the last turn of a round robin; empty when nobody had.
func (d directory) Turn(target string) string { return d.s.turns[target] }

// looks bounds the search for somebody on call: so many changes of nobody to nobody are followed.
const looks = 1000

func nextOnCall(v oncall.View, at time.Time) (time.Time, bool) {
	for range looks {
		people, until := v.At(at)
		switch {
		case len(people) > 0:
			return at, true
		case until.IsZero():
			return time.Time{}, false
		}
		at = until
	}
	return time.Time{}, false
}

// Members gives the team's people; empty for an unknown team.
func (c *Catalog) Members(team string) []string {
	if t := c.Teams[team]; t != nil {
		return t.Members
	}
	return nil
}

// Schedule gives the team's own schedule; empty when it has none.
func (c *Catalog) Schedule(team string) string {
	if t := c.Teams[team]; t != nil {
		return t.Schedule
	}
	return ""
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

// Owner gives the service's owner; empty when there is none.
func (c *Catalog) Owner(service string) string {
	if s := c.Services[service]; s != nil {
		return s.Owner
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
