package verify

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/insight/measure"
	"tocsin.dev/pkg/events"
)

// Recheck verifies decisions whose inputs are gone: it compares recorded facts of incidents with those of a
// backtest of the same history. Ids differ between the two, so incidents are paired by service and dedup
// key in the order of their openings, and their facts by what they say. The zero value is ready.
type Recheck struct {
	recorded, decided ledger
}

// Rechecked is what a [Recheck] found.
type Rechecked struct {
	Incidents int `json:"incidents"` // recorded ones that opened in the period
	Facts     int `json:"facts"`     // of them, compared
	// Unproven counts facts that cannot be compared, by the reason.
	Unproven map[string]int `json:"unproven"`
	// Elsewhere counts incidents that opened with another catalog than the one that decides now.
	Elsewhere  int         `json:"incidents_of_other_catalogs"`
	Different  int         `json:"different"`
	Deviations []Deviation `json:"differences"` // the first 1000
}

// Deviation is one fact, or a whole incident, on which the record and the rules disagree.
type Deviation struct {
	Kind string `json:"kind"` // [Changed], [Missing] or [Extra]
	// Line is where the record has the fact, from 1; 0 when it has not.
	Line int `json:"line,omitempty"`
	// Incident is the recorded one; empty when the record has none. Service and DedupKey name it in both.
	Incident string    `json:"incident,omitempty"`
	Service  string    `json:"service"`
	DedupKey string    `json:"dedup_key"`
	At       time.Time `json:"at"`
	Type     string    `json:"type"` // "page.requested"
	// About distinguishes facts of one type, such as "level 2 to person:ana, round 1".
	About    string          `json:"about,omitempty"`
	Expected json.RawMessage `json:"expected"`
	Got      json.RawMessage `json:"got"`
	Diff     []string        `json:"diff"`
}

// Why recorded facts are not compared.
const (
	FollowsReceipts = "what receipts led to: whether a page arrives is played anew"
	Uncommanded     = "commands that were refused: the record does not say what they asked"
	Undecidable     = "documents and known errors: they are asked of no incident's rules"
)

// slack is how much later than the rules an engine may have decided.
const slack = time.Second

// Recorded adds one fact of the record and its line. Facts must come in the record's order.
func (c *Recheck) Recorded(line int, e events.Event) { c.recorded.add(line, e) }

// Decided adds one fact of the backtest.
func (c *Recheck) Decided(e events.Event) error {
	c.decided.add(0, e)
	return nil
}

// Verdict compares the incidents that opened in a period. The revision is that of the backtest's catalog.
func (c *Recheck) Verdict(p measure.Period, revision string) Rechecked {
	out := Rechecked{Unproven: map[string]int{}, Deviations: []Deviation{}}
	differ := func(all ...Deviation) {
		out.Different += len(all)
		out.Deviations = keep(out.Deviations, all...)
	}
	for _, was := range c.recorded.incidents {
		if !p.Holds(was.opened) {
			continue
		}
		out.Incidents++
		is := c.decided.byKey[was.incidentKey]
		if is == nil {
			differ(was.unpaired(Extra, "the rules open no such incident"))
			continue
		}
		out.Facts += len(was.facts)
		if was.catalog != revision {
			out.Elsewhere++
		}
		for why, n := range was.unproven {
			out.Unproven[why] += n
		}
		differ(was.compare(is)...)
	}
	for _, is := range c.decided.incidents {
		if c.recorded.byKey[is.incidentKey] == nil && p.Holds(is.opened) {
			differ(is.unpaired(Missing, "the record has no such incident"))
		}
	}
	return out
}

// ledger has the incidents of the record, or of the backtest.
type ledger struct {
	incidents []*incident // in the order of their openings
	byID      map[string]*incident
	byKey     map[incidentKey]*incident
	count     map[incidentKey]int // with the number 0
}

// incidentKey names an incident without its id: the first, second, … of a service's dedup key.
type incidentKey struct {
	service, dedup string
	number         int
}

// incident is one incident and its facts that can be compared.
type incident struct {
	incidentKey
	id       string
	catalog  string
	opened   time.Time
	facts    []fact
	repeats  map[string]int // of facts, by type and what distinguishes them
	unproven map[string]int
}

// fact is one fact and the key by which it is paired.
type fact struct {
	line  int
	key   string
	event events.Event
}

func (l *ledger) add(line int, e events.Event) {
	if opening, ok := e.Data.(events.IncidentTriggered); ok && l.byID[e.Subject] == nil {
		l.open(e, opening)
	}
	i := l.byID[e.Subject]
	if i == nil || e.IncidentSeq == 0 {
		return
	}
	if why := unproven(e.Data); why != "" {
		i.unproven[why]++
		return
	}
	key := events.NameOf(e.Type) + " " + distinct(e.Data)
	i.repeats[key]++
	i.facts = append(i.facts, fact{line, fmt.Sprint(key, " ", i.repeats[key]), e})
}

func (l *ledger) open(e events.Event, opening events.IncidentTriggered) {
	if l.byID == nil {
		l.byID, l.byKey, l.count = map[string]*incident{}, map[incidentKey]*incident{}, map[incidentKey]int{}
	}
	key := incidentKey{service: e.Service, dedup: opening.DedupKey}
	if opening.SplitFrom != "" {
		key.dedup = "split" // the dedup key contains the id of the incident it was split off from
	}
	l.count[key]++
	key.number = l.count[key]
	i := &incident{incidentKey: key, id: e.Subject, catalog: opening.Catalog, opened: e.Time, repeats: map[string]int{}, unproven: map[string]int{}}
	l.incidents = append(l.incidents, i)
	l.byID[i.id], l.byKey[key] = i, i
}

// unproven returns why a fact cannot be compared; empty when it can.
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
		return Undecidable
	}
	return ""
}

// distinct distinguishes facts of one type within an incident.
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
	case events.IncidentClockStarted:
		return d.Clock
	case events.IncidentClockBreached:
		return d.Clock
	case events.IncidentClockMet:
		return d.Clock
	}
	return ""
}

// unpaired is the deviation of an incident that the other ledger does not have.
func (i *incident) unpaired(kind, why string) Deviation {
	d := i.deviation(kind, &i.facts[0], why)
	if kind == Missing {
		d.Incident = ""
	}
	return d
}

// compare compares the facts of a recorded incident with those that the rules decide.
func (i *incident) compare(is *incident) (all []Deviation) {
	got := make(map[string]*fact, len(is.facts))
	for n := range is.facts {
		got[is.facts[n].key] = &is.facts[n]
	}
	for n := range i.facts {
		was := &i.facts[n]
		now := got[was.key]
		delete(got, was.key)
		if now == nil {
			all = append(all, i.deviation(Extra, was, "the rules do not decide this fact"))
		} else if diff := unequal(fieldsOf(was.event), fieldsOf(now.event), equal); len(diff) > 0 {
			d := i.deviation(Changed, was, diff...)
			d.Got = now.json()
			all = append(all, d)
		}
	}
	for n := range is.facts {
		if now := &is.facts[n]; got[now.key] != nil {
			all = append(all, i.deviation(Missing, now, "the record has no such fact"))
		}
	}
	slices.SortStableFunc(all, func(a, b Deviation) int { return a.At.Compare(b.At) })
	return all
}

func (i *incident) deviation(kind string, f *fact, diff ...string) Deviation {
	d := Deviation{
		Kind: kind, Line: f.line, Incident: i.id, Service: i.service, DedupKey: i.dedup,
		At: f.event.Time, Type: events.NameOf(f.event.Type), About: distinct(f.event.Data),
		Expected: f.json(), Got: json.RawMessage("null"), Diff: diff,
	}
	if kind == Missing {
		d.Expected, d.Got = d.Got, d.Expected
	}
	return d
}

func (f *fact) json() json.RawMessage { return (&decision{fact: f.event}).json() }

// ignored are fields that name ids, or repeat what others say.
var ignored = map[string]bool{
	"data.page": true, "data.catalog": true, "data.into": true, "data.from": true, "data.split_from": true,
	"data.dedup_key": true, "data.alert.dedup_key": true, "data.by": true, "data.known_error": true, "data.arithmetic": true,
}

// fieldsOf returns the fields of a fact by their paths. The reason is left out: it mixes a command's
// note with the rules' own words.
func fieldsOf(e events.Event) map[string]string {
	all := map[string]string{}
	if raw, err := json.Marshal(e.Data); err == nil { // it was decoded, or decided
		flatten("data", raw, all)
	}
	maps.DeleteFunc(all, func(name, _ string) bool { return ignored[name] })
	all["time"], all["actor"], all["team"] = e.Time.Format(time.RFC3339Nano), e.Actor, e.Team
	return all
}

// equal reports whether two values are the same, or instants or durations less than the slack apart.
func equal(was, is string) bool {
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
