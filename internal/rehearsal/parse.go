package rehearsal

import (
	"slices"
	"strings"
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
}

func (p *parser) oneCase(at item, start time.Time) Case {
	c := Case{place: at.place, Start: start}
	p.alerts = nil
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

var verbs = []string{"alert", "clear", "ack", "unack", "resolve", "reopen", "escalate", "note", "contact", "advance", "expect"}

// step reads one step: a mapping with exactly one verb.
func (p *parser) step(at item) Step {
	s := Step{place: at.place}
	f := at.fields(append(slices.Clone(verbs), "as")...)
	if at.kind() != "a mapping" {
		if !at.given() {
			at.wrong("a mapping")
		}
		return s
	}
	for _, v := range verbs {
		if _, ok := f[v]; !ok {
			continue
		}
		if s.Verb != "" {
			at.fault("make a step of each", "a step with two verbs, %s and %s", s.Verb, v)
			return s
		}
		s.Verb = Verb(v)
	}
	if s.Verb == "" {
		at.fault("known here: "+strings.Join(verbs, ", "), "a step without a verb")
		return s
	}
	body := f[string(s.Verb)]
	switch s.Verb {
	case FireAlert, ClearAlert:
		p.alert(&s, body, f["as"])
		return s
	case Advance:
		s.advance(body)
	case Contact:
		s.contact(body)
	case Expect:
		s.Expect = p.expectations(body)
		if len(s.Expect) == 0 {
			at.fault("", "a step that expects nothing")
		}
	default:
		p.command(&s, body)
	}
	if f["as"].given() {
		f["as"].fault("", "only an alert has a name")
	}
	return s
}

func (p *parser) alert(s *Step, body, beside item) {
	f := body.fields("as", "of", "service", "key", "dedup_key", "severity", "summary", "labels", "for")
	a := Alert{
		As: f["as"].text(), Of: p.name(f["of"]), Service: f["service"].text(), Key: f["key"].text(), DedupKey: f["dedup_key"].text(),
		Severity: f["severity"].text(), Summary: f["summary"].text(),
	}
	if d := f["for"].duration(); d != nil {
		a.For = *d
	}
	names, values := f["labels"].pairs()
	for n, name := range names {
		if a.Labels == nil {
			a.Labels = map[string]string{}
		}
		if v := values[n].text(); v != "" { // an empty value means that there is no such label
			a.Labels[name] = v
		}
	}
	nameAt := f["as"]
	if beside.given() {
		nameAt, a.As = beside, beside.text()
	}
	said := a.Of + a.Service + a.Key + a.Summary
	switch {
	case said == "" && len(a.Labels) == 0 && s.Verb == FireAlert:
		s.at(p).fault("give labels, or a service", "an alert that says nothing")
	case a.As != "" && s.Verb == ClearAlert:
		nameAt.fault("say which alert is over with of:", "only an alert that fires gets a name")
	case a.As != "" && slices.Contains(p.alerts, a.As):
		nameAt.fault("send an alert again with alert: {of: …}", "a second alert of the name %s", quote(a.As))
	case a.Of != "" && (a.Service != "" || a.Key != "" || a.DedupKey != "" || len(a.Labels) > 0):
		s.at(p).fault("only severity, summary and for may change", "an alert of another's name with labels, service or keys of its own")
	case a.As != "":
		p.alerts = append(p.alerts, a.As)
	}
	s.Alert = a
}

// at makes an item of where the step stands, for faults.
func (s *Step) at(p *parser) item { return item{place: s.place, out: p.report} }

// name reads the name of an alert that an earlier step gave.
func (p *parser) name(at item) string {
	name := at.text()
	if name != "" && !slices.Contains(p.alerts, name) {
		at.fault("name an earlier alert with as:", "there is no alert %s above", quote(name))
	}
	return name
}

func (p *parser) command(s *Step, body item) {
	known := []string{"of", "by", "note", "refused"}
	switch s.Verb {
	case Escalate:
		known = append(known, "level")
	case Note:
		known = []string{"of", "by", "text", "refused"}
	}
	f := body.fields(known...)
	s.Of, s.By, s.Text = p.name(f["of"]), f["by"].text(), f["note"].text()
	if s.Verb == Note {
		if s.Text = f["text"].text(); s.Text == "" {
			s.at(p).fault("write it as note: {text: …}", "a note without text")
		}
	}
	if n := f["level"].number(1, 1000); n != nil {
		s.Level = *n
	}
	if v := f["refused"].flag(); v != nil {
		s.Refused = *v
	}
}

func (s *Step) contact(body item) {
	f := body.fields("to", "by", "outcome")
	s.To, s.Contact = f["to"].text(), f["by"].text()
	s.Outcome = f["outcome"].choice("accepted", "retryable", "permanent", "unknown")
	switch {
	case body.kind() != "a mapping":
		if !body.given() {
			body.wrong("a mapping")
		}
	case !f["outcome"].given():
		body.fault("one of accepted, retryable, permanent, unknown", "a contact without an outcome")
	case s.To != "" && !strings.HasPrefix(s.To, personPrefix):
		f["to"].fault("write it like person:ana", "%s is not a person", quote(s.To))
	case s.To == "" && s.Contact != "":
		f["by"].fault("say whose it is with to:", "a contact method without its person")
	}
}

// advance reads a duration or an instant.
func (s *Step) advance(body item) {
	if word := body.text(); strings.Contains(word, "T") {
		s.At = body.instant()
		return
	}
	d := body.duration()
	if d != nil {
		s.For = *d
	} else if !body.given() {
		body.fault("write it like advance: 5m", "an advance without a duration")
	}
}
