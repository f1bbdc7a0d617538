package catalog

import (
	"time"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/oncall"
)

// teamDraft keeps where a team stands.
type teamDraft struct {
	*rules.Team
	key item
}

func (p *parser) team(id string, key, body item) {
	f := body.fields("name", "lead", "members")
	t := &rules.Team{ID: id, Name: f["name"].line(), Lead: p.refer(person, f["lead"]), Members: p.referAll(person, f["members"])}
	if t.Name == "" {
		t.Name = id
	}
	p.teams[id] = &teamDraft{t, key}
	p.cat.Rules.Teams[id] = t
}

func (p *parser) schedule(id string, key, body item) {
	f := body.fields("timezone", "layers", "holidays")
	s := &oncall.Schedule{ID: id, Location: time.UTC, Holidays: f["holidays"].holidays()}
	if zone := f["timezone"]; !zone.given() {
		key.fault(`add one, such as: timezone: Europe/Madrid`, "schedule %s has no timezone", quote(id))
	} else if loc := p.zone(zone); loc != nil {
		s.Location = loc
	}
	if f["layers"].empty() {
		key.fault("", "schedule %s has no layer", quote(id))
	}
	for _, one := range f["layers"].list() {
		s.Layers = append(s.Layers, p.layer(one, s))
	}
	p.cat.Rules.Schedules[id] = s
	p.cat.schedules[id] = Fault{File: key.file, Line: key.at.Line, Column: key.at.Column}
}

func (i item) date() oncall.Date {
	s, ok := i.scalar()
	if !ok {
		return oncall.Date{}
	}
	d, err := time.Parse(time.DateOnly, s)
	if err != nil || d.Year() < 1970 || d.Year() > 9999 {
		i.fault("write it like 2026-01-05", "%s is not a date", quote(s))
		return oncall.Date{}
	}
	return oncall.Date{Year: d.Year(), Month: d.Month(), Day: d.Day()}
}

// zone finds a time zone by its IANA name; nil, and a fault, for what is none.
func (p *parser) zone(at item) *time.Location {
	name, ok := at.scalar()
	if !ok {
		return nil
	}
	loc, asked := p.zones[name]
	if !asked {
		if found, err := time.LoadLocation(name); err == nil && !ownZone(name) {
			loc = found
		}
		p.zones[name] = loc
	}
	if loc == nil {
		at.fault("use an IANA name such as Europe/Madrid or UTC", "%s is not a time zone", quote(name))
	}
	return loc
}

// ownZone says whether a name that the library knows means another zone on each machine.
func ownZone(name string) bool {
	switch name {
	case "", "Local", "localtime", "posixrules", "Factory":
		return true
	}
	return false
}
