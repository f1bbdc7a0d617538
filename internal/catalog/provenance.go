package catalog

import (
	"strconv"
	"strings"
)

// Place is a place in the files of a catalog. The zero value is nowhere.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line"` // from 1
}

// String formats the place as in facts, "policies.yaml:31"; empty for nowhere.
func (p Place) String() string {
	if p.File == "" {
		return ""
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}

// PlaceOf parses what [Place.String] returns. Anything else is the zero value.
func PlaceOf(text string) Place {
	at := strings.LastIndexByte(text, ':')
	if at < 1 {
		return Place{}
	}
	line, err := strconv.Atoi(text[at+1:])
	if err != nil || line < 1 {
		return Place{}
	}
	return Place{text[:at], line}
}

// Places holds the places of a catalog's parts, for explanations. Its methods return the zero [Place]
// for what the catalog does not have.
type Places struct {
	named    map[noun]map[string]Place
	levels   map[string][]Place // by policy
	exhausts map[string]Place   // by policy
	layers   map[string][]Place // by schedule
	notifies map[string]Place   // by person and urgency
}

// Person is the place of a person; the other methods are alike.
func (p *Places) Person(id string) Place   { return p.named[person][id] }
func (p *Places) Team(id string) Place     { return p.named[team][id] }
func (p *Places) Schedule(id string) Place { return p.named[schedule][id] }
func (p *Places) Service(id string) Place  { return p.named[service][id] }
func (p *Places) Policy(id string) Place   { return p.named[policy][id] }
func (p *Places) Chat(id string) Place     { return p.named[chat][id] }
func (p *Places) Webhook(id string) Place  { return p.named[webhook][id] }

// Level is the place of a level of a policy, counted from 1.
func (p *Places) Level(policy string, level int) Place { return nth(p.levels[policy], level) }

// Exhausted is the place where a policy says what to do when nobody answered.
func (p *Places) Exhausted(policy string) Place { return p.exhausts[policy] }

// Layer is the place of a layer of a schedule, counted from 1.
func (p *Places) Layer(schedule string, layer int) Place { return nth(p.layers[schedule], layer) }

// Notify is the place of a person's contact methods for an urgency: under `notify`, or else the
// person.
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

func placeOf(i item) Place { return Place{i.File(), i.Line()} }

// placedNouns are the nouns whose places are kept: those that decisions mention.
var placedNouns = []noun{person, team, schedule, service, policy, chat, webhook}

// keepPlaces notes the places, once everything is read and without faults.
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
