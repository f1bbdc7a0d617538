package catalog

import (
	"strings"
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
	f := body.fields("timezone", "layers")
	s := &oncall.Schedule{ID: id, Location: time.UTC}
	if zone := f["timezone"]; !zone.given() {
		key.fault(`add one, such as: timezone: Europe/Madrid`, "schedule %s has no timezone", quote(id))
	} else if loc := p.zone(zone); loc != nil {
		s.Location = loc
	}
	if f["layers"].empty() {
		key.fault("", "schedule %s has no layer", quote(id))
	}
	for _, one := range f["layers"].list() {
		s.Layers = append(s.Layers, p.layer(one))
	}
	p.cat.Rules.Schedules[id] = s
}

func (p *parser) layer(at item) oncall.Layer {
	if !at.given() {
		at.wrong("a mapping")
		return oncall.Layer{}
	}
	f := at.fields("rotation", "handoff", "start", "people")
	if at.kind() != "a mapping" {
		return oncall.Layer{}
	}
	l := oncall.Layer{Rotation: f["rotation"].rotation(), Weekday: time.Monday, Hour: 9}
	if h := f["handoff"]; h.given() {
		h.handoff(&l)
	}
	if !f["start"].given() {
		at.fault("add the date of the first turn, such as start: 2026-01-05", "a layer without a start")
	} else {
		l.Start = f["start"].date()
	}
	l.People = p.referAll(person, f["people"])
	if f["people"].empty() {
		at.fault("", "a layer without people")
	}
	return l
}

func (i item) rotation() oncall.Rotation {
	s, ok := i.scalar()
	switch {
	case !ok || s == string(oncall.Weekly):
		return oncall.Weekly
	case s == string(oncall.Daily):
		return oncall.Daily
	}
	i.fault("known here: daily, weekly", "%s is not a rotation", quote(s))
	return oncall.Weekly
}

// handoff reads "Mon 09:00" into a weekly layer and "09:00" into a daily one.
func (i item) handoff(l *oncall.Layer) {
	s, ok := i.scalar()
	if !ok {
		return
	}
	clock, hint := strings.TrimSpace(s), `write it like "09:00"`
	if l.Rotation == oncall.Weekly {
		hint = `write it like "Mon 09:00"`
		day, rest, _ := strings.Cut(clock, " ")
		weekday, found := dayNamed(day)
		if !found {
			i.fault(hint, "%s is not a weekly hand-off", quote(s))
			return
		}
		l.Weekday, clock = weekday, strings.TrimSpace(rest)
	}
	at, err := time.Parse("15:04", clock)
	if err != nil || len(clock) != len("15:04") {
		i.fault(hint, "%s is not a %s hand-off", quote(s), l.Rotation)
		return
	}
	l.Hour, l.Minute = at.Hour(), at.Minute()
}

// dayNamed finds a weekday by its English name or the first three letters of it.
func dayNamed(word string) (time.Weekday, bool) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if strings.EqualFold(word, day.String()) || strings.EqualFold(word, day.String()[:3]) {
			return day, true
		}
	}
	return 0, false
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
