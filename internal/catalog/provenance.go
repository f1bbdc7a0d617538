package catalog

import (
	"strconv"
	"strings"
)

// Place is where something of a catalog stands. The zero value is nowhere.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"` // from 1
}

// String gives the place as facts tell it, "policies.yaml:31"; empty for nowhere.
func (p Place) String() string {
	if p.File == "" {
		return ""
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}

// PlaceOf reads a place as facts tell it. What is none gives the zero value.
func PlaceOf(told string) Place {
	at := strings.LastIndexByte(told, ':')
	if at < 1 {
		return Place{}
	}
	line, err := strconv.Atoi(told[at+1:])
	if err != nil || line < 1 {
		return Place{}
	}
	return Place{told[:at], line}
}

// Places tells where the parts of a catalog stand, for whoever explains what came of them. It gives
// the zero [Place] for what the catalog does not have.
type Places struct {
	named    map[noun]map[string]Place
	levels   map[string][]Place // by policy
	exhausts map[string]Place   // by policy
	layers   map[string][]Place // by schedule
	notifies map[string]Place   // by person and urgency
}

// Person is where a person stands; Team, Schedule, Service, Policy, Chat and Webhook are its like.
func (p *Places) Person(id string) Place   { return p.named[person][id] }
func (p *Places) Team(id string) Place     { return p.named[team][id] }
func (p *Places) Schedule(id string) Place { return p.named[schedule][id] }
func (p *Places) Service(id string) Place  { return p.named[service][id] }
func (p *Places) Policy(id string) Place   { return p.named[policy][id] }
func (p *Places) Chat(id string) Place     { return p.named[chat][id] }
func (p *Places) Webhook(id string) Place  { return p.named[webhook][id] }

// Level is where a level of a policy stands, counted from 1. A trigger has its place itself.
func (p *Places) Level(policy string, level int) Place { return nth(p.levels[policy], level) }

// Exhausted is where a policy says what is done when nobody answered.
func (p *Places) Exhausted(policy string) Place { return p.exhausts[policy] }

// Layer is where a layer of a schedule stands, counted from 1.
func (p *Places) Layer(schedule string, layer int) Place { return nth(p.layers[schedule], layer) }

// Notify is where a person's contact methods of an urgency stand: under `notify`, or the person where
// nothing is said about that urgency.
func (p *Places) Notify(id, urgency string) Place {
	if at, said := p.notifies[id+" "+urgency]; said {
		return at
	}
	return p.Person(id)
}

func nth(all []Place, n int) Place {
	if n < 1 || n > len(all) {
		return Place{}
	}
	return all[n-1]
}

// place is where the item stands, for [Places].
func placeOf(i item) Place { return Place{i.File(), i.Line()} }

// placedNouns are the nouns whose places are kept. Of the others no decision tells.
var placedNouns = []noun{person, team, schedule, service, policy, chat, webhook}

// keepPlaces notes where things stand, once everything is read and sound.
func (p *parser) keepPlaces() {
	at := &p.cat.Places
	at.named = make(map[noun]map[string]Place, len(placedNouns))
	for _, kind := range placedNouns {
		at.named[kind] = make(map[string]Place, len(p.defined[kind]))
		for id, key := range p.defined[kind] {
			at.named[kind][id] = placeOf(key)
		}
	}
	at.levels, at.exhausts = make(map[string][]Place, len(p.policies)), map[string]Place{}
	for _, d := range p.policies {
		places := make([]Place, len(d.levels))
		for n, level := range d.levels {
			places[n] = placeOf(level.at)
		}
		at.levels[d.ID] = places
		if d.exhausted.at.Present() {
			at.exhausts[d.ID] = placeOf(d.exhausted.at)
		}
	}
	at.layers, at.notifies = p.layers, map[string]Place{}
	for _, d := range p.people {
		for urgency, list := range d.notify {
			at.notifies[d.ID+" "+urgency] = placeOf(list)
		}
	}
}
