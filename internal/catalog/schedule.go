package catalog

import (
	"time"

	"tocsin.dev/internal/rules/oncall"
)

func (p *parser) schedule(id string, key, body item) {
	before := len(p.Faults)
	f := fields(body, "schedule")
	s := &oncall.Schedule{ID: id, Location: time.UTC, Holidays: readHolidays(f["holidays"])}
	if loc := p.zoneOf(schedule, id, key, f["timezone"]); loc != nil {
		s.Location = loc
	}
	switch ical := f["ical"]; {
	case ical.Given() && f["layers"].Given():
		ical.Fault("keep one of the two", "a schedule with both layers and a calendar")
	case ical.Given():
		p.imported(s, ical)
	case f["layers"].Empty():
		key.Fault("add layers:, or ical: for an imported calendar", "schedule %s has no layer", quote(id))
	}
	for _, one := range f["layers"].List() {
		s.Layers = append(s.Layers, p.layer(one, s))
		p.layers[id] = append(p.layers[id], placeOf(one))
	}
	p.faulty[id] = Refused(p.Faults[before:])
	p.cat.Rules.Schedules[id] = s
	p.cat.schedules[id] = Fault{File: key.File(), Line: key.Line(), Column: key.Column()}
}

func readDate(i item) oncall.Date {
	s, ok := i.Scalar()
	if !ok {
		return oncall.Date{}
	}
	d, err := time.Parse(time.DateOnly, s)
	if err != nil || d.Year() < 1970 || d.Year() > 9999 {
		i.Fault("write it like 2026-01-05", "%s is not a date", quote(s))
		return oncall.Date{}
	}
	return oncall.Date{Year: d.Year(), Month: d.Month(), Day: d.Day()}
}

// zone finds a time zone by its IANA name; nil, with a fault, for an unknown one.
func (p *parser) zone(at item) *time.Location {
	name, ok := at.Scalar()
	if !ok {
		return nil
	}
	loc := p.zoneNamed(name)
	if loc == nil {
		at.Fault(zoneHint, "%s is not a time zone", quote(name))
	}
	return loc
}

const zoneHint = "use an IANA name such as Europe/Madrid or UTC"

// zoneNamed finds a time zone by its IANA name; nil for an unknown one.
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

// zoneOf reads a required time zone.
func (p *parser) zoneOf(kind noun, id string, key, zone item) *time.Location {
	if !zone.Given() {
		key.Fault("add one, such as: timezone: Europe/Madrid", "%s %s has no timezone", kind, quote(id))
	}
	return p.zone(zone)
}

// ownZone reports whether a name that the library knows is another zone on each machine.
func ownZone(name string) bool {
	switch name {
	case "", "Local", "localtime", "posixrules", "Factory":
		return true
	}
	return false
}
