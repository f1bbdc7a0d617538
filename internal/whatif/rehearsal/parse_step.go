package rehearsal

import (
	"cmp"
	"slices"

	"tocsin.dev/internal/yamlfile"
	"tocsin.dev/pkg/events"
)

// alert reads an alert. Its name may also be given by the step, outside the body.
func (p *parser) alert(s *Step, at, body, outside yamlfile.Value) {
	f := body.Fields("as", "of", "service", "key", "dedup_key", "severity", "summary", "labels", "for")
	a := Alert{
		As: f["as"].Text(), Of: p.name(f["of"]), Service: f["service"].Text(), Key: f["key"].Text(), DedupKey: f["dedup_key"].Text(),
		Severity: f["severity"].Text(), Summary: f["summary"].Text(), For: f["for"].Duration(0, 0), Labels: labels(f["labels"]),
	}
	nameAt := f["as"]
	if outside.Given() {
		nameAt, a.As = outside, outside.Text()
	}
	switch {
	case s.Verb == FireAlert && a.Of+a.Service+a.Key+a.Summary == "" && len(a.Labels) == 0:
		at.Fault("give labels, or a service", "an alert without labels, service, key or summary")
	case a.As != "" && s.Verb == ClearAlert:
		nameAt.Fault("say which alert is over with of:", "only an alert that fires gets a name")
	case a.As != "" && slices.Contains(p.alerts, a.As):
		nameAt.Fault("send an alert again with alert: {of: …}", "a second alert named %s", yamlfile.Quote(a.As))
	case a.Of != "" && (a.Service != "" || a.Key != "" || a.DedupKey != "" || len(a.Labels) > 0):
		at.Fault("only severity, summary and for may change", "an alert that is sent again cannot change its labels, service or keys")
	case a.As != "":
		p.alerts = append(p.alerts, a.As)
	}
	s.Alert = a
}

func labels(v yamlfile.Value) map[string]string {
	if !v.Given() {
		return nil
	}
	all, seen := map[string]string{}, map[string]bool{}
	for _, pair := range v.Pairs() {
		if seen[pair.Name] {
			pair.Key.Fault("", "%s is given twice", yamlfile.Quote(pair.Name))
		}
		seen[pair.Name] = true
		if text := pair.Value.Text(); text != "" { // an empty value means that there is no such label
			all[pair.Name] = text
		}
	}
	return all
}

func (s *Step) contact(body yamlfile.Value) {
	f, ok := mapping(body, "to", "by", "outcome")
	if !ok {
		return
	}
	outcomes := []string{events.OutcomeAccepted, events.OutcomeRetryable, events.OutcomePermanent, events.OutcomeUnknown}
	s.To, s.Contact = recipient(f["to"]), f["by"].Text()
	s.Outcome = f["outcome"].OneOf("an outcome of a contact method", outcomes...)
	switch {
	case !f["outcome"].Given():
		body.Fault(yamlfile.OneOfHint(outcomes...), "a contact without an outcome")
	case !f["to"].Given() && s.Contact != "":
		f["by"].Fault("say whose it is with to:", "a contact method without its owner")
	}
}

// override reads a change of who is on call.
func (p *parser) override(s *Step, at, body yamlfile.Value) {
	f := body.Fields("as", "schedule", "kind", "people", "replaces", "from", "to", "shifts", "by", "note", "refused")
	s.By, s.Text, s.Refused = f["by"].Text(), f["note"].Text(), f["refused"].Flag()
	s.Cover = Cover{
		ID: f["as"].Text(), Schedule: f["schedule"].Text(),
		Kind:   cmp.Or(f["kind"].OneOf("a kind of override", "override", "swap", "temporary", "shadow"), "override"),
		People: persons(f["people"]), Replaces: person(f["replaces"]), From: when(f["from"]), To: when(f["to"]),
	}
	for _, one := range f["shifts"].List() {
		g := one.Fields("people", "from", "to")
		s.Cover.Shifts = append(s.Cover.Shifts, Shift{People: persons(g["people"]), From: when(g["from"]), To: when(g["to"])})
	}
	switch {
	case s.Cover.Schedule == "":
		at.Fault("say which: schedule: payments-primary", "an override without a schedule")
	case !f["to"].Given():
		at.Fault("say until when, since the start of the case: to: 8h", "an override without an end")
	case s.Cover.ID != "" && slices.Contains(p.covers, s.Cover.ID):
		f["as"].Fault("give each override a name of its own", "a second override named %s", yamlfile.Quote(s.Cover.ID))
	}
	if s.Cover.ID != "" {
		p.covers = append(p.covers, s.Cover.ID)
	}
}

// withdraw reads that an override is taken back.
func (p *parser) withdraw(s *Step, at, body yamlfile.Value) {
	f := body.Fields("override", "by", "refused")
	s.By, s.Cover.ID, s.Refused = f["by"].Text(), f["override"].Text(), f["refused"].Flag()
	switch {
	case s.Cover.ID == "":
		at.Fault("write it as withdraw: {override: NAME}", "a withdrawal without an override")
	case !slices.Contains(p.covers, s.Cover.ID):
		f["override"].Fault("name an earlier override with as:", "there is no override %s above", yamlfile.Quote(s.Cover.ID))
	}
}
