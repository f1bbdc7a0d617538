package rehearsal

import (
	"slices"
	"strings"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

// step reads one step: a mapping with exactly one verb.
func (p *parser) step(at item) Step {
	s := Step{place: at.place}
	f := at.fields(append(verbs(), "as")...)
	if at.kind() != "a mapping" {
		if !at.given() {
			at.wrong("a mapping")
		}
		return s
	}
	for _, v := range Verbs() {
		if _, ok := f[string(v)]; !ok {
			continue
		}
		if s.Verb != "" {
			at.fault("make a step of each", "a step with two verbs, %s and %s", s.Verb, v)
			return s
		}
		s.Verb = v
	}
	if s.Verb == "" {
		at.fault("known here: "+strings.Join(verbs(), ", "), "a step without a verb")
		return s
	}
	if body := f[string(s.Verb)]; s.Verb == FireAlert || s.Verb == ClearAlert {
		p.alert(&s, body, f["as"])
	} else {
		p.body(&s, at, body)
		if f["as"].given() {
			f["as"].fault("", "only an alert has a name")
		}
	}
	return s
}

// body reads what a verb is about.
func (p *parser) body(s *Step, at, body item) {
	switch s.Verb {
	case Advance:
		if s.When = body.when(); !body.given() {
			body.fault("write it like advance: 5m", "an advance without a duration")
		}
	case Outage:
		p.outage(s, at, body)
	case Contact:
		s.contact(body)
	case Catalog:
		s.Files = body.fields("files")["files"].text()
		if s.Files == "" {
			at.fault("write it as catalog: {files: FOLDER}", "a catalog without its folder")
		}
	case Override:
		p.override(s, at, body)
	case Withdraw:
		p.withdraw(s, at, body)
	case Expect:
		s.Expect = p.expectations(body)
		if len(s.Expect) == 0 {
			at.fault("", "a step that expects nothing")
		}
	default:
		p.command(s, at, body)
	}
}

func verbs() []string {
	var all []string
	for _, v := range Verbs() {
		all = append(all, string(v))
	}
	return all
}

func (p *parser) outage(s *Step, at, body item) {
	long := body.fields("for")["for"].duration()
	if long == nil {
		at.fault("write it as outage: {for: 20m}", "an outage without a duration")
		return
	}
	s.When = When{For: *long, set: true}
}

// reachable says that a word names what pages go to.
func reachable(word string) bool {
	t, ok := escalation.ParseTarget(word)
	return ok && slices.Contains([]escalation.TargetKind{escalation.Person, escalation.Chat, escalation.Webhook}, t.Kind)
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

func (s *Step) contact(body item) {
	f := body.fields("to", "by", "outcome")
	s.To, s.Contact = f["to"].text(), f["by"].text()
	s.Outcome = f["outcome"].choice(events.OutcomeAccepted, events.OutcomeRetryable, events.OutcomePermanent, events.OutcomeUnknown)
	switch {
	case body.kind() != "a mapping":
		if !body.given() {
			body.wrong("a mapping")
		}
	case !f["outcome"].given():
		body.fault("one of accepted, retryable, permanent, unknown", "a contact without an outcome")
	case s.To != "" && !reachable(s.To):
		f["to"].fault("write it like person:ana", "%s is not a person, a room or a machine", quote(s.To))
	case s.To == "" && s.Contact != "":
		f["by"].fault("say whose it is with to:", "a contact method of nobody")
	}
}
