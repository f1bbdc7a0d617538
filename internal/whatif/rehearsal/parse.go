package rehearsal

import (
	"slices"
	"time"

	"tocsin.dev/internal/catalog"
)

// Parse reads one test file. It gives every fault at once, in reading order; the file is to be used
// only when there is none. Whether the names in it are in the catalog is for [File.Check].
func Parse(name string, source []byte) (File, []catalog.Fault) {
	p := &parser{report: &report{file: name}}
	f := File{Name: name}
	root, ok := p.load(source)
	if ok {
		top := root.fields("catalog", "start", "cases")
		f.Catalog = top["catalog"].text()
		start := top["start"].instant()
		if start.IsZero() {
			start = DefaultStart
		}
		for _, one := range top["cases"].list() {
			f.Cases = append(f.Cases, p.oneCase(one, start))
		}
		if len(f.Cases) == 0 && len(p.faults) == 0 {
			p.fault(place{1, 1}, "write them as a list under cases:", "the file has no cases")
		}
	}
	p.sort()
	return f, p.faults
}

func (r *report) sort() {
	slices.SortStableFunc(r.faults, func(a, b catalog.Fault) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}

type parser struct {
	*report
	cases  []string
	alerts []string // the names given in the case so far
	covers []string // the names of overrides in the case so far
}

func (p *parser) oneCase(at item, start time.Time) Case {
	c := Case{place: at.place, Start: start}
	p.alerts, p.covers = nil, nil
	if !at.given() {
		at.wrong("a mapping")
		return c
	}
	f := at.fields("name", "start", "steps", "expect")
	c.Name = f["name"].text()
	switch {
	case at.kind() != "a mapping":
		return c
	case c.Name == "":
		at.fault("say in a sentence what it shows: name: …", "a case without a name")
	case slices.Contains(p.cases, c.Name):
		f["name"].fault("give each case a name of its own", "a second case of the name %s", quote(c.Name))
	}
	p.cases = append(p.cases, c.Name)
	if s := f["start"].instant(); !s.IsZero() {
		c.Start = s
	}
	checks := f["expect"].given()
	for _, one := range f["steps"].list() {
		s := p.step(one)
		checks = checks || s.Verb == Expect || s.Refused
		c.Steps = append(c.Steps, s)
	}
	c.Expect = p.expectations(f["expect"])
	if !checks {
		at.fault("add expect:", "a case that expects nothing")
	}
	return c
}
