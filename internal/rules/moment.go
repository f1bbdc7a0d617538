package rules

import (
	"slices"
	"time"

	"tocsin.dev/internal/rules/clock"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/incident"
	"tocsin.dev/internal/rules/oncall"
)

// fails evaluates a condition and returns why it is false; empty if it is true.
func (d *decider) fails(i *Incident, c *escalation.Condition) string {
	if c == nil {
		return ""
	}
	_, why, failed := c.Check(i.Moment(d.now))
	if failed {
		d.s.failures++
	}
	return why
}

// Moment is what a condition sees of the incident at an instant.
func (i *Incident) Moment(now time.Time) escalation.Moment {
	service := i.catalog.Service(i.Service)
	return escalation.Moment{
		Now: now, Service: i.Service, Team: i.Team, Tier: service.Tier, Severity: i.Severity, Priority: i.Priority,
		Labels: i.Labels, Alerts: len(i.Alerts), OpenFor: now.Sub(i.OpenedAt),
		Acknowledged: i.Status == incident.Acknowledged, Level: i.Step.Level, Round: i.Round,
		Working: func(id string) bool { return i.calendar(id).Open(now) },
		Holiday: func(id string) bool { return holiday(i.calendar(id), now) },
	}
}

// calendar returns a calendar of the incident's catalog by its id, the service's own for ""; nil,
// which means around the clock, if there is none.
func (i *Incident) calendar(id string) *clock.Calendar {
	if id == "" {
		id = i.catalog.Service(i.Service).Calendar
	}
	return i.catalog.Calendars[id]
}

func holiday(c *clock.Calendar, at time.Time) bool {
	if c == nil {
		return false
	}
	if c.Location != nil {
		at = at.In(c.Location)
	}
	year, month, day := at.Date()
	return slices.Contains(c.Holidays, oncall.Date{Year: year, Month: month, Day: day})
}

// asker is the incident as the lookup of targets needs it.
func (i *Incident) asker(below []string) escalation.Asker {
	holder := i.Holder
	if holder == "" {
		holder = i.Assignee
	}
	if held := people([]string{holder}); len(held) == 1 {
		holder = held[0]
	}
	return escalation.Asker{Team: i.Team, Service: i.Service, Below: below, Holder: holder}
}
