package backtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin.dev/pkg/events"
)

// Recheck verifies decisions without what was asked: recorded facts of incidents beside those of a
// [Backtest] of the same history. Ids of two systems differ, so incidents are paired by service and dedup
// key in the order of their openings, and their facts by what they say. The zero value is ready.
type Recheck struct {
	// Most is how many deviations are kept; the others are counted. Defaults to 1000.
	Most int

	recorded, decided side
}

// Rechecked is what a [Recheck] found.
type Rechecked struct {
	Incidents int `json:"incidents"` // recorded ones that opened in the period
	Facts     int `json:"facts"`     // of them, compared
	// Unproven counts facts that cannot be compared, by why.
	Unproven map[string]int `json:"unproven"`
	// Elsewhere counts incidents that opened with another revision than the catalog that decides now.
	Elsewhere  int         `json:"incidents_of_other_catalogs"`
	Different  int         `json:"different"` // how many deviations there are
	Deviations []Deviation `json:"differences"`
}

// Deviation is one fact on which the record and the rules do not agree, or a whole incident.
type Deviation struct {
	Kind string `json:"kind"` // [Changed], [Missing] or [Extra]
	// Line is where the record has it, from 1; 0 where it lacks it.
	Line int `json:"line,omitempty"`
	// Incident is the recorded one; empty where the record has none. Service and DedupKey name it in both.
	Incident string    `json:"incident,omitempty"`
	Service  string    `json:"service"`
	DedupKey string    `json:"dedup_key"`
	At       time.Time `json:"at"`
	Type     string    `json:"type"` // "page.requested"
	// About tells facts of one type apart, such as "level 2 to person:ana, round 1".
	About    string          `json:"about,omitempty"`
	Expected json.RawMessage `json:"expected"`
	Got      json.RawMessage `json:"got"`
	Diff     []string        `json:"diff"`
}

// Why recorded facts are not compared.
const (
	FollowsReceipts = "what receipts led to: whether a page arrives is played anew"
	Uncommanded     = "commands that were refused: the record does not say what they asked"
	Beside          = "documents and known errors: they are asked of no incident's rules"
)

// slack is how much later than the rules an engine may have decided: it is never as prompt as they are.
const slack = time.Second

// Recorded takes in one fact of the record and its line. Facts must come in the record's order.
func (c *Recheck) Recorded(line int, e events.Event) { c.recorded.fact(line, e) }

// Decided takes in one fact of the backtest.
func (c *Recheck) Decided(e events.Event) error {
	c.decided.fact(0, e)
	return nil
}

// Verdict compares incidents that opened in a period, decided by a catalog of a revision.
func (c *Recheck) Verdict(p Period, revision string) Rechecked {
	out := Rechecked{Unproven: map[string]int{}, Deviations: []Deviation{}}
	most := c.Most
	if most == 0 {
		most = mostDifferences
	}
	differ := func(all ...Deviation) {
		out.Different += len(all)
		out.Deviations = append(out.Deviations, all[:min(len(all), most-len(out.Deviations))]...)
	}
	for _, was := range c.recorded.incidents {
		is := c.decided.nth[was.name]
		switch {
		case !p.Holds(was.opened):
		case is == nil:
			out.Incidents++
			differ(was.alone(Extra, "the rules open no such incident"))
		default:
			out.Incidents++
			out.Facts += len(was.facts)
			if was.catalog != revision {
				out.Elsewhere++
			}
			for why, n := range was.unproven {
				out.Unproven[why] += n
			}
			differ(was.beside(is)...)
		}
	}
	for _, is := range c.decided.incidents {
		if c.recorded.nth[is.name] == nil && p.Holds(is.opened) {
			differ(is.alone(Missing, "the record has no such incident"))
		}
	}
	return out
}

// side is the incidents of one of the two.
type side struct {
	incidents []*told // in the order of their openings
	byID      map[string]*told
	nth       map[naming]*told
	count     map[naming]int // with the number 0
}

// naming is an incident without its id: the so-manieth of a service's dedup key.
type naming struct {
	service, key string
	number       int
}

// told is one incident and its facts that can be compared.
type told struct {
	name     naming
	id       string
	catalog  string
	opened   time.Time
	facts    []saying
	again    map[string]int
	unproven map[string]int
}

// saying is one fact, and by what it is found on the other side.
type saying struct {
	line int
	key  string
	fact events.Event
}

func (s *side) fact(line int, e events.Event) {
	if opening, ok := e.Data.(events.IncidentTriggered); ok && s.byID[e.Subject] == nil {
		s.open(e, opening)
	}
	i := s.byID[e.Subject]
	if i == nil || e.IncidentSeq == 0 {
		return
	}
	if why := unproven(e.Data); why != "" {
		i.unproven[why]++
		return
	}
	key := events.NameOf(e.Type) + " " + distinct(e.Data)
	i.again[key]++
	i.facts = append(i.facts, saying{line, fmt.Sprint(key, " ", i.again[key]), e})
}

func (s *side) open(e events.Event, opening events.IncidentTriggered) {
	if s.byID == nil {
		s.byID, s.nth, s.count = map[string]*told{}, map[naming]*told{}, map[naming]int{}
	}
	name := naming{service: e.Service, key: opening.DedupKey}
	if opening.SplitFrom != "" {
		name.key = "split" // the key has the id of where it was split off
	}
	s.count[name]++
	name.number = s.count[name]
	i := &told{name: name, id: e.Subject, catalog: opening.Catalog, opened: e.Time, again: map[string]int{}, unproven: map[string]int{}}
	s.incidents = append(s.incidents, i)
	s.byID[i.id], s.nth[name] = i, i
}

// unproven gives why a fact cannot be compared; empty where it can.
func unproven(data events.Data) string {
	switch d := data.(type) {
	case events.PageDelivered, events.PageDelayed, events.PageFailed, events.PageSuperseded:
		return FollowsReceipts
	case events.PageRequested:
		if d.Asked > 1 {
			return FollowsReceipts
		}
	case events.CommandRefused:
		return Uncommanded
	case events.IncidentDocumentAdded, events.IncidentMatched:
		return Beside
	}
	return ""
}

// distinct tells facts of one type within an incident apart.
func distinct(data events.Data) string {
	switch d := data.(type) {
	case events.PageRequested:
		if d.Level == 0 {
			return fmt.Sprintf("to %s, round %d", d.Target, d.Round)
		}
		return fmt.Sprintf("level %d to %s, round %d", d.Level, d.Target, d.Round)
	case events.EscalationAdvanced:
		return fmt.Sprintf("level %d, round %d", d.Level, d.Round)
	case events.EscalationHeld:
		return fmt.Sprintf("level %d", d.Level)
	case events.EscalationFired:
		return fmt.Sprintf("%s %d, time %d", d.On, d.Index, d.Count)
	case events.EscalationSkipped:
		return fmt.Sprintf("%s %d, time %d", d.On, d.Index, d.Count)
	case events.AlertJoined:
		return d.Key
	case events.AlertLeft:
		return d.Key
	case events.IncidentClockAtRisk:
		return fmt.Sprintf("%s %d %%", d.Clock, d.Percent)
	}
	return clockOf(data)
}

func clockOf(data events.Data) string {
	switch d := data.(type) {
	case events.IncidentClockStarted:
		return d.Clock
	case events.IncidentClockBreached:
		return d.Clock
	case events.IncidentClockMet:
		return d.Clock
	}
	return ""
}

// alone is an incident that the other side does not have.
func (i *told) alone(kind, why string) Deviation {
	opening := &i.facts[0]
	d := i.deviation(kind, opening)
	d.Diff = []string{why}
	if kind == Missing {
		d.Incident, d.Got = "", opening.json()
	} else {
		d.Expected = opening.json()
	}
	return d
}

// beside compares the facts of a recorded incident with those of the same one as the rules decide it.
func (i *told) beside(is *told) (all []Deviation) {
	got := make(map[string]*saying, len(is.facts))
	for n := range is.facts {
		got[is.facts[n].key] = &is.facts[n]
	}
	for n := range i.facts {
		was := &i.facts[n]
		now := got[was.key]
		delete(got, was.key)
		if now == nil {
			d := i.deviation(Extra, was)
			d.Expected, d.Diff = was.json(), []string{"the rules give no such fact"}
			all = append(all, d)
			continue
		}
		if diff := deviating(was.fact, now.fact); len(diff) > 0 {
			d := i.deviation(Changed, was)
			d.Expected, d.Got, d.Diff = was.json(), now.json(), diff
			all = append(all, d)
		}
	}
	for n := range is.facts {
		if now := &is.facts[n]; got[now.key] != nil {
			d := i.deviation(Missing, now)
			d.Got, d.Diff = now.json(), []string{"the record has no such fact"}
			all = append(all, d)
		}
	}
	slices.SortStableFunc(all, func(a, b Deviation) int { return a.At.Compare(b.At) })
	return all
}

func (i *told) deviation(kind string, s *saying) Deviation {
	return Deviation{
		Kind: kind, Line: s.line, Incident: i.id, Service: i.name.service, DedupKey: i.name.key,
		At: s.fact.Time, Type: events.NameOf(s.fact.Type), About: distinct(s.fact.Data),
		Expected: json.RawMessage("null"), Got: json.RawMessage("null"),
	}
}

func (s *saying) json() json.RawMessage {
	one := decision{fact: s.fact}
	return one.json()
}

// idle are fields that name ids, or say once more what others do.
var idle = map[string]bool{
	"data.page": true, "data.catalog": true, "data.into": true, "data.from": true, "data.split_from": true,
	"data.dedup_key": true, "data.alert.dedup_key": true, "data.by": true, "data.known_error": true, "data.arithmetic": true,
}

// deviating tells the fields in which two facts differ by more than ids and an engine's delay.
func deviating(expected, got events.Event) []string { return unlike(said(expected), said(got), alike) }

// said is what a fact says, by the paths of its fields. The reason is left out: a command's note stands in it
// together with the rules' own words.
func said(e events.Event) map[string]string {
	all := map[string]string{"time": e.Time.Format(time.RFC3339Nano), "actor": e.Actor, "team": e.Team}
	raw, err := json.Marshal(e.Data)
	if err != nil {
		return all // it was decoded, or decided
	}
	fields := map[string]string{}
	flatten("data", raw, fields)
	for name, value := range fields {
		if !idle[name] {
			all[name] = value
		}
	}
	return all
}

// alike says that two values are the same, or instants or durations that a delay keeps apart.
func alike(was, is string) bool {
	if was == is {
		return true
	}
	was, is = strings.Trim(was, `"`), strings.Trim(is, `"`)
	a, err := time.Parse(time.RFC3339Nano, was)
	if err == nil {
		b, err := time.Parse(time.RFC3339Nano, is)
		return err == nil && a.Sub(b).Abs() < slack
	}
	c, err := time.ParseDuration(was)
	d, other := time.ParseDuration(is)
	return err == nil && other == nil && (c-d).Abs() < slack
}
