package rehearsal

import (
	"slices"
	"time"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/yamlfile"
)

// Parse reads one test file. It returns every fault at once, in reading order; use the file only when
// there is none. [File.Check] looks the names in it up in the catalog.
func Parse(name string, source []byte) (File, []catalog.Fault) {
	p := &parser{report: newReport(name)}
	f := File{Name: name}
	if root, ok := p.load(source); ok {
		top := root.Fields("catalog", "start", "cases")
		f.Catalog = top["catalog"].Text()
		start := instant(top["start"])
		if start.IsZero() {
			start = DefaultStart
		}
		for _, one := range top["cases"].List() {
			f.Cases = append(f.Cases, p.oneCase(one, start))
		}
		if len(f.Cases) == 0 && len(p.Faults) == 0 {
			p.fault(place{1, 1}, "write them as a list under cases:", "the file has no cases")
		}
	}
	return f, p.Sorted()
}

type parser struct {
	report
	cases  []string
	alerts []string // the names given in the case so far
	covers []string // the names of overrides in the case so far
}

func (p *parser) oneCase(at yamlfile.Value, start time.Time) Case {
	c := Case{place: placeOf(at), Start: start}
	p.alerts, p.covers = nil, nil
	f, ok := mapping(at, "name", "start", "steps", "expect")
	if !ok {
		return c
	}
	c.Name = f["name"].Text()
	if c.Name == "" {
		at.Fault("say in a sentence what it shows: name: …", "a case without a name")
	} else if slices.Contains(p.cases, c.Name) {
		f["name"].Fault("give each case a name of its own", "a second case named %s", yamlfile.Quote(c.Name))
	}
	p.cases = append(p.cases, c.Name)
	if s := instant(f["start"]); !s.IsZero() {
		c.Start = s
	}
	checks := f["expect"].Given()
	for _, one := range f["steps"].List() {
		s := p.step(one)
		checks = checks || s.Verb == Expect || s.Refused
		c.Steps = append(c.Steps, s)
	}
	c.Expect = p.expectations(f["expect"])
	if !checks {
		at.Fault("add expect:", "a case that expects nothing")
	}
	return c
}

// step reads one step: a mapping with exactly one verb.
func (p *parser) step(at yamlfile.Value) Step {
	s := Step{place: placeOf(at)}
	var verbs []string
	for _, v := range Verbs() {
		verbs = append(verbs, string(v))
	}
	f, ok := mapping(at, append(verbs, "as")...)
	if !ok {
		return s
	}
	for _, v := range Verbs() {
		if _, ok := f[string(v)]; !ok {
			continue
		}
		if s.Verb != "" {
			at.Fault("make a step of each", "a step with two verbs, %s and %s", s.Verb, v)
			return s
		}
		s.Verb = v
	}
	if s.Verb == "" {
		at.Fault(yamlfile.OneOfHint(verbs...), "a step without a verb")
		return s
	}
	body := f[string(s.Verb)]
	switch s.Verb {
	case FireAlert, ClearAlert:
		p.alert(&s, at, body, f["as"])
		return s
	case Advance:
		if s.When = when(body); !body.Given() {
			body.Fault("write it like advance: 5m", "an advance without a duration")
		}
	case Outage:
		if long := duration(body.Fields("for")["for"]); long != nil {
			s.When = When{For: *long, set: true}
		} else {
			at.Fault("write it as outage: {for: 20m}", "an outage without a duration")
		}
	case Contact:
		s.contact(body)
	case Catalog:
		if s.Files = body.Fields("files")["files"].Text(); s.Files == "" {
			at.Fault("write it as catalog: {files: FOLDER}", "a catalog without its folder")
		}
	case Override:
		p.override(&s, at, body)
	case Withdraw:
		p.withdraw(&s, at, body)
	case Expect:
		if s.Expect = p.expectations(body); len(s.Expect) == 0 {
			at.Fault("", "a step that expects nothing")
		}
	default:
		p.command(&s, at, body)
	}
	if f["as"].Given() {
		f["as"].Fault("", "only an alert has a name")
	}
	return s
}

// name reads the name of an alert that an earlier step gave.
func (p *parser) name(at yamlfile.Value) string {
	name := at.Text()
	if name != "" && !slices.Contains(p.alerts, name) {
		at.Fault("name an earlier alert with as:", "there is no alert %s above", yamlfile.Quote(name))
	}
	return name
}
