package catalog

import (
	"time"

	"tocsin.dev/internal/rules/oncall"
)

func (p *parser) schedule(id string, key, body item) {
	before := len(p.faults)
	f := body.fields(keysSchedule)
	s := &oncall.Schedule{ID: id, Location: time.UTC, Holidays: f["holidays"].holidays()}
	if loc := p.zoneOf(schedule, id, key, f["timezone"]); loc != nil {
		s.Location = loc
	}
	switch ical := f["ical"]; {
	case ical.given() && f["layers"].given():
		ical.fault("keep one of the two", "a schedule with both layers and a calendar")
	case ical.given():
		p.imported(s, ical)
	case f["layers"].empty():
		key.fault("", "schedule %s has no layer", quote(id))
	}
	for _, one := range f["layers"].list() {
		s.Layers = append(s.Layers, p.layer(one, s))
		p.layers[id] = append(p.layers[id], one.spot())
	}
	p.unsound[id] = Refused(p.faults[before:])
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
	loc := p.zoneNamed(name)
	if loc == nil {
		at.fault(zoneHint, "%s is not a time zone", quote(name))
	}
	return loc
}

const zoneHint = "use an IANA name such as Europe/Madrid or UTC"

// zoneNamed finds a time zone by its IANA name; nil for what is none.
func (p *parser) zoneNamed(name string) *time.Location {
	loc, asked := p.zones[name]
	if !asked {
		if found, err := time.LoadLocation(name); err == nil && !ownZone(name) {
			loc = found
		}
		p.zones[name] = loc
	}
	return loc
}

// zoneOf reads the time zone that something must have.
func (p *parser) zoneOf(kind noun, id string, key, zone item) *time.Location {
	if !zone.given() {
		key.fault("add one, such as: timezone: Europe/Madrid", "%s %s has no timezone", kind, quote(id))
	}
	return p.zone(zone)
}

// ownZone says whether a name that the library knows means another zone on each machine.
func ownZone(name string) bool {
	switch name {
	case "", "Local", "localtime", "posixrules", "Factory":
		return true
	}
	return false
}
