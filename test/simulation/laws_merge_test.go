package simulation

import (
	"strings"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

const lawMerge = "10 a merge has two sides"

// overrideKey names an override in one partition.
type overrideKey struct {
	partition int
	id        string
}

// tellMerge folds what moves alerts from one incident to another.
func (l *laws) tellMerge(s *story, m bus.Message, e events.Event) {
	switch d := e.Data.(type) {
	case events.MergeRequested:
		if s.merging != "" && s.merging != d.Into || d.Into == s.id {
			fail(lawMerge, "record %d: incident %s asks for %s while it waits for %q", m.Seq, s.id, d.Into, s.merging)
		}
		s.merging = d.Into
	case events.CommandRefused:
		if d.Ends {
			s.merging = ""
		}
	case events.IncidentAbsorbed:
		l.absorbs(s, m, d)
	case events.IncidentMerged:
		into := l.stories[d.Into]
		if into == nil || !into.absorbed[s.id] {
			fail(lawMerge, "record %d: incident %s is merged into %s, which did not take it in", m.Seq, s.id, d.Into)
		}
		if into.service == s.service {
			s.alerts = map[string]firing{}
		}
		if l.w.count.Merges++; s.merging != "" {
			l.w.count.FarMerges++
		}
		s.merging = ""
	case events.IncidentSplit:
		l.w.count.Splits++
		for _, key := range d.Alerts {
			l.redirect(key, s.id, d.Into)
			s.elsewhere[key] = d.Into
			delete(s.alerts, key)
		}
	}
}

// redirect makes an alert that went to one incident go to another one from here on.
func (l *laws) redirect(key, from, to string) {
	for _, s := range l.stories {
		if s.elsewhere[key] == from {
			s.elsewhere[key] = to
		}
		if s.elsewhere[key] == s.id {
			delete(s.elsewhere, key)
		}
	}
}

// absorbs takes an incident in, with the alerts and the dedup key of one of the same service.
func (l *laws) absorbs(s *story, m bus.Message, d events.IncidentAbsorbed) {
	if s.absorbed[d.From] || s.status == resolved {
		fail(lawMerge, "record %d: incident %s, which is %s, takes %s in; before: %t", m.Seq, s.id, s.status, d.From, s.absorbed[d.From])
	}
	s.absorbed[d.From] = true
	for _, a := range d.Alerts {
		s.hold(a)
	}
	for _, dedup := range d.DedupKeys {
		l.byKey[[2]string{s.service, dedup}] = s
	}
	for _, other := range l.stories {
		for key, to := range other.elsewhere {
			if to == d.From {
				l.redirect(key, d.From, s.id)
			}
		}
	}
	if from := l.stories[d.From]; from != nil && from.service == s.service {
		for key, to := range from.elsewhere {
			if s.elsewhere[key] == "" && to != s.id {
				s.elsewhere[key] = to
			}
		}
	}
}

// checkForwarded checks that what one partition says to another was decided first, and is on LEDGER. It
// runs when LEDGER has been read to its end: a record may need INTAKE before a later record is read.
func (l *laws) checkForwarded() {
	for _, m := range l.forwarded {
		l.checkForwardedMessage(m)
	}
	l.forwarded = nil
}

func (l *laws) checkForwardedMessage(m bus.Message) {
	if !strings.HasSuffix(m.Subject, ".merges") {
		return
	}
	for _, e := range readIntake(m) {
		if !l.facts[e.ID] || m.ID != e.ID || events.Partition(e.Service, l.w.services) != m.Partition {
			fail(lawMerge, "input %d: %s %s of %s at partition %d is no fact, or not for it", m.Seq, e.Data.Name(), e.ID, e.Service, m.Partition)
		}
	}
}
