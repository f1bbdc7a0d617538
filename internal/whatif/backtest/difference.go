package backtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"tocsin.dev/pkg/events"
)

// Kinds of a [Difference].
const (
	Changed = "changed" // the ledger and the rules give the same fact, and it says something else
	Missing = "missing" // the rules give a fact that the ledger lacks
	Extra   = "extra"   // the ledger has a fact that the rules do not give
	Moved   = "moved"   // the same facts in another order
)

// Difference is one fact on which the ledger and the rules do not agree.
type Difference struct {
	Kind      string `json:"kind"`
	Partition int    `json:"partition"`
	Record    uint64 `json:"record"`         // its sequence in the ledger
	Fact      int    `json:"fact,omitempty"` // its place within the record, from 1; 0 where the ledger lacks it
	// Line is the line of the file, where the history is one.
	Line int `json:"line,omitempty"`
	// Input is the id of the event that led to it; empty where time did.
	Input    string `json:"input,omitempty"`
	Incident string `json:"incident,omitempty"`
	Type     string `json:"type"` // "page.requested"
	// Expected is what the ledger has, Got what the rules give; nil for nothing.
	Expected json.RawMessage `json:"expected"`
	Got      json.RawMessage `json:"got"`
	// Diff tells the fields that differ, in words.
	Diff []string `json:"diff"`
}

const mostDifferences = 1000

// differ keeps differences, as many as are asked for.
func (v *Verifier) differ(all []Difference) {
	most := v.Most
	if most == 0 {
		most = mostDifferences
	}
	v.verdict.Different += len(all)
	room := max(0, most-len(v.verdict.Differences))
	v.verdict.Differences = append(v.verdict.Differences, all[:min(room, len(all))]...)
}

// differences pairs the facts of a record with those of the rules by their ids, which are derived.
func (r *verification) differences(rec Record, facts []events.Event, got []decision) []Difference {
	byID := make(map[string]int, len(got))
	for n := range got {
		byID[got[n].fact.ID] = n
	}
	var all []Difference
	last, moved := -1, false
	for n := range facts {
		at, ok := byID[facts[n].ID]
		expected := decision{facts[n], rec.Lines[n]}
		switch {
		case !ok:
			all = append(all, r.difference(rec, n+1, Extra, &expected, nil))
			continue
		case string(rec.Lines[n]) != string(got[at].line):
			all = append(all, r.difference(rec, n+1, Changed, &expected, &got[at]))
		case at < last && !moved:
			all, moved = append(all, r.difference(rec, n+1, Moved, &expected, &got[at])), true
		}
		last = max(last, at)
		delete(byID, facts[n].ID)
	}
	for n := range got {
		if at, left := byID[got[n].fact.ID]; left && at == n {
			all = append(all, r.difference(rec, 0, Missing, nil, &got[n]))
		}
	}
	return all
}

func (r *verification) difference(rec Record, fact int, kind string, expected, got *decision) Difference {
	d := Difference{Kind: kind, Partition: r.p.Number, Record: rec.Seq, Fact: fact}
	d.about(expected, got)
	return d
}

// about fills in what the two facts are, at least one of which there is.
func (d *Difference) about(expected, got *decision) {
	one := expected
	if one == nil {
		one = got
	}
	d.Input, d.Incident, d.Type = one.fact.CausationID, one.fact.Subject, events.NameOf(one.fact.Type)
	d.Expected, d.Got = expected.json(), got.json()
	switch d.Kind {
	case Missing:
		d.Diff = []string{"the ledger has no such fact"}
	case Extra:
		d.Diff = []string{"the rules give no such fact"}
	case Moved:
		d.Diff = []string{"the rules give it in another place"}
	default:
		d.Diff = fields(d.Expected, d.Got)
	}
}

func (d *decision) json() json.RawMessage {
	if d == nil {
		return json.RawMessage("null")
	}
	if d.line != nil {
		return json.RawMessage(d.line)
	}
	line, err := d.fact.Encode()
	if err != nil {
		return json.RawMessage("null")
	}
	return line
}

// fields tells which fields of two facts differ.
func fields(expected, got json.RawMessage) []string {
	was, is := map[string]string{}, map[string]string{}
	flatten("", expected, was)
	flatten("", got, is)
	out := unlike(was, is, func(a, b string) bool { return a == b })
	if len(out) == 0 {
		out = []string{"the same fields, written differently"}
	}
	return out
}

// unlike tells the fields whose values are not alike.
func unlike(was, is map[string]string, alike func(a, b string) bool) (out []string) {
	names := map[string]bool{}
	for name := range was {
		names[name] = true
	}
	for name := range is {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !alike(was[name], is[name]) {
			out = append(out, fmt.Sprintf("%s: ledger %s, rules %s", name, orNothing(was[name]), orNothing(is[name])))
		}
	}
	return out
}

func orNothing(value string) string {
	if value == "" {
		return "nothing"
	}
	return value
}

// flatten gives the values of an object by their paths, objects within it taken apart.
func flatten(path string, raw json.RawMessage, to map[string]string) {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil || object == nil {
		to[path] = string(raw)
		return
	}
	for name, value := range object {
		at := name
		if path != "" {
			at = path + "." + name
		}
		flatten(at, value, to)
	}
}
