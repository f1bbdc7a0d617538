package rules

import (
	"time"

	"tocsin.dev/internal/rules/oncall"
)

// directory resolves targets against a catalog and the state at run time: the rosters of imported
// schedules, the overrides and the turns of round robins.
type directory struct {
	*Catalog
	s *State
}

// directory uses the catalog that the incident opened with.
func (d *decider) directory(i *Incident) directory { return directory{i.catalog, d.s} }

// OnCall returns the people on call; nobody for an unknown schedule.
func (d directory) OnCall(schedule string, at time.Time) []string {
	people, _ := d.rota(schedule).At(at)
	return people
}

// NextOnCall returns the first instant from at on with somebody on call; false for never.
func (d directory) NextOnCall(schedule string, at time.Time) (time.Time, bool) {
	return nextOnCall(d.rota(schedule), at)
}

// Shadows returns the people who shadow those on call.
func (d directory) Shadows(schedule string, at time.Time) []string {
	people, _ := d.rota(schedule).Shadows(at)
	return people
}

// rota is the schedule with its roster and overrides; an unknown schedule has nobody on call.
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

// Turn returns who had the last turn of a round robin; empty for nobody yet.
func (d directory) Turn(target string) string { return d.s.turns[target] }

// maxLooks bounds the search for somebody on call, in changes of the schedule.
const maxLooks = 1000

func nextOnCall(v oncall.View, at time.Time) (time.Time, bool) {
	for range maxLooks {
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

// Members returns the team's people; empty for an unknown team.
func (c *Catalog) Members(team string) []string {
	if t := c.Teams[team]; t != nil {
		return t.Members
	}
	return nil
}

// Schedule returns the team's own schedule; empty for none.
func (c *Catalog) Schedule(team string) string {
	if t := c.Teams[team]; t != nil {
		return t.Schedule
	}
	return ""
}

// Lead returns the team's lead; empty for none.
func (c *Catalog) Lead(team string) string {
	if t := c.Teams[team]; t != nil {
		return t.Lead
	}
	return ""
}

// Manager returns the person's manager; empty for none.
func (c *Catalog) Manager(person string) string {
	if p := c.People[person]; p != nil {
		return p.Manager
	}
	return ""
}

// Owner returns the service's owner; empty for none.
func (c *Catalog) Owner(service string) string {
	if s := c.Services[service]; s != nil {
		return s.Owner
	}
	return ""
}

// Service returns the service with that id. An unknown id gets the fallback's team and policy, so
// that every alert has an owner.
func (c *Catalog) Service(id string) Service {
	if s := c.Services[id]; s != nil {
		return *s
	}
	s := *c.Fallback
	s.ID = id
	return s
}
