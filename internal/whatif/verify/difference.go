package verify

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"tocsin.dev/pkg/events"
)

// Kinds of a [Difference].
const (
	Changed = "changed" // both have the fact, with different fields
	Missing = "missing" // the rules decide a fact that the ledger lacks
	Extra   = "extra"   // the ledger has a fact that the rules do not decide
	Moved   = "moved"   // the same facts in another order
)

// Difference is one fact on which the ledger and the rules disagree.
type Difference struct {
	Kind      string `json:"kind"`
	Partition int    `json:"partition"`
	Record    uint64 `json:"record"`         // its sequence in the ledger
	Fact      int    `json:"fact,omitempty"` // its place within the record, from 1; 0 where the ledger lacks it
	// Input is the id of the event that led to it; empty where time did.
	Input    string `json:"input,omitempty"`
	Incident string `json:"incident,omitempty"`
	Type     string `json:"type"` // "page.requested"
	// Expected is what the ledger has, Got what the rules decide; null for nothing.
	Expected json.RawMessage `json:"expected"`
	Got      json.RawMessage `json:"got"`
	// Diff says in words which fields differ.
	Diff []string `json:"diff"`
}

// maxDifferences is how many differences are kept; the others are only counted.
const maxDifferences = 1000

// keep appends differences up to the limit.
func keep[T any](kept []T, more ...T) []T {
	return append(kept, more[:min(max(0, maxDifferences-len(kept)), len(more))]...)
}

func (v *Verifier) differ(all []Difference) {
	v.verdict.Different += len(all)
	v.verdict.Differences = keep(v.verdict.Differences, all...)
}

// differences pairs the facts of a record with those of the rules by their ids, which both derive.
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

// about fills in the two facts; at most one of them is nil.
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
		d.Diff = []string{"the rules do not decide this fact"}
	case Moved:
		d.Diff = []string{"the rules decide it in another place"}
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

// fields lists the fields in which two facts differ.
func fields(expected, got json.RawMessage) []string {
	was, is := map[string]string{}, map[string]string{}
	flatten("", expected, was)
	flatten("", got, is)
	out := unequal(was, is, func(a, b string) bool { return a == b })
	if len(out) == 0 {
		out = []string{"the same fields, encoded differently"}
	}
	return out
}

// unequal lists the fields whose values are not equal by the function.
func unequal(was, is map[string]string, equal func(a, b string) bool) (out []string) {
	names := maps.Clone(was)
	maps.Copy(names, is)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !equal(was[name], is[name]) {
			out = append(out, fmt.Sprintf("%s: ledger %s, rules %s", name, cmp.Or(was[name], "nothing"), cmp.Or(is[name], "nothing")))
		}
	}
	return out
}

// flatten puts the values of an object into a map by their paths, such as "data.alert.key".
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
