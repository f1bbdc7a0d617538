package simulation

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"tocsin.dev/internal/bus"
	"tocsin.dev/pkg/events"
)

const (
	triggered    = "triggered"
	acknowledged = "acknowledged"
	snoozed      = "snoozed"
	resolved     = "resolved"
)

// story is one incident as the laws understand it.
type story struct {
	id, service, dedup string
	partition          int
	seq                uint64
	status             string
	byHand             bool
	alerts             map[string]firing
	repaged            bool // its holder was paged again, and may acknowledge again
	dueAt, ackUntil    time.Time
	wakeAt             time.Time
	open               map[string]*page

	merging   string            // the incident that it asks to take it in; empty for none
	absorbed  map[string]bool   // incidents that it took in
	elsewhere map[string]string // alerts that were split off, with the incidents they went to
}

type firing struct {
	firing       bool
	starts, ends time.Time
}

// fires returns the keys of its alerts that fire.
func (s *story) fires() []string {
	keys := slices.Sorted(maps.Keys(s.alerts))
	return slices.DeleteFunc(keys, func(key string) bool { return !s.alerts[key].firing })
}

func (s *story) hold(a events.Alert) { s.alerts[a.Key] = firing{true, a.StartsAt, a.EndsAt} }

const (
	lawWhole = "7 the ledger is whole"
	lawEarly = "6 never early"
	lawAck   = "5 an acknowledgement stops paging"
	lawOnce  = "2 one decision"
)

// fact folds one fact of LEDGER and checks that it may follow.
func (l *laws) fact(p int, m bus.Message, e events.Event) {
	switch d := e.Data.(type) {
	case events.CatalogRevised:
		l.revision[p] = d.Revision
		return
	case events.OverrideAdded:
		l.overrides[overrideKey{p, d.ID}] = d.To
		return
	case events.OverrideRemoved:
		delete(l.overrides, overrideKey{p, d.ID})
		return
	case events.AlertRenewed:
		s := l.stories[d.Incident]
		a := s.alerts[d.Key]
		a.ends = d.EndsAt
		s.alerts[d.Key] = a
		return
	case events.IncidentTriggered:
		l.opened(p, e, d)
	}
	if e.IncidentSeq == 0 {
		l.problems.fact(p, e.Data)
		return
	}
	s := l.stories[e.Subject]
	if s == nil {
		fail(lawWhole, "record %d: %s of incident %s, which was never opened", m.Seq, e.Data.Name(), e.Subject)
	}
	if e.IncidentSeq != s.seq+1 {
		fail(lawWhole, "record %d: fact %d of incident %s follows fact %d", m.Seq, e.IncidentSeq, s.id, s.seq)
	}
	s.seq = e.IncidentSeq
	l.tell(s, m, e)
}

func (l *laws) opened(p int, e events.Event, d events.IncidentTriggered) {
	s := &story{
		id: e.Subject, service: e.Service, dedup: d.DedupKey, partition: p, status: triggered, alerts: map[string]firing{}, open: map[string]*page{},
		absorbed: map[string]bool{}, elsewhere: map[string]string{},
	}
	s.hold(d.Alert)
	l.isNewest(s)
	l.stories[s.id] = s
	l.known = append(l.known, s)
	l.w.count.Incidents++
}

// isNewest lets the incident have its dedup key; two open ones of one key are a decision too many.
func (l *laws) isNewest(s *story) {
	key := [2]string{s.service, s.dedup}
	if old := l.byKey[key]; old != nil && old != s && old.status != resolved {
		fail(lawOnce, "incident %s has the key of %s, which is open", s.id, old.id)
	}
	l.byKey[key] = s
}

func (l *laws) tell(s *story, m bus.Message, e events.Event) {
	early := func(due time.Time, what string) {
		if due.IsZero() || due.After(m.At) || due.After(e.Time) {
			fail(lawEarly, "record %d: %s at %s, due at %s", m.Seq, what, e.Time.Format(time.StampMilli), due.Format(time.StampMilli))
		}
	}
	switch d := e.Data.(type) {
	case events.AlertJoined:
		s.hold(d.Alert)
	case events.AlertLeft:
		a := s.alerts[d.Key]
		if d.How == "expired" {
			early(a.ends, "an alert expires")
		}
		a.firing = false
		s.alerts[d.Key] = a
	case events.IncidentAcknowledged:
		if s.status == resolved || s.status == acknowledged && !s.repaged {
			fail(lawOnce, "record %d: incident %s is acknowledged while it is %s", m.Seq, s.id, s.status)
		}
		s.status, s.ackUntil = acknowledged, d.Until
		s.rest()
	case events.IncidentUnacknowledged:
		if e.Reason == "the acknowledgement expired" {
			early(s.ackUntil, "an acknowledgement runs out")
		}
		s.status = triggered
	case events.IncidentSnoozed:
		s.status, s.wakeAt = snoozed, d.Until
		s.rest()
	case events.IncidentWoken:
		if e.Reason == "its time has come" {
			early(s.wakeAt, "a snooze ends")
		}
		s.status = triggered
	case events.IncidentResolved:
		s.status, s.byHand, s.merging = resolved, d.How == "command" || d.How == "merged", ""
		s.rest()
	case events.IncidentReopened:
		l.isNewest(s)
		s.status, s.byHand = triggered, false
		if d.Alert != nil {
			s.hold(*d.Alert)
		}
	case events.EscalationAdvanced:
		if s.status != triggered {
			fail(lawAck, "record %d: incident %s climbs while it is %s", m.Seq, s.id, s.status)
		}
		if d.Trigger == "unacknowledged" || d.Trigger == "held" {
			early(s.dueAt, "a level")
		}
		if !d.DueAt.IsZero() && !d.DueAt.After(e.Time) {
			fail(lawEarly, "record %d: the next step is due at once", m.Seq)
		}
		s.dueAt = d.DueAt
	case events.EscalationExhausted:
		s.dueAt = time.Time{}
	case events.EscalationFired:
		s.repaged = s.repaged || d.On == "unresolved" && len(d.Pages) > 0
	case events.IncidentTransferred:
		if d.Policy != d.WasPolicy {
			s.dueAt = time.Time{}
		}
	default:
		l.tellMerge(s, m, e)
		l.tellPage(s, m, e)
	}
}

// rest is what an acknowledgement, a snooze and a resolution have in common: nothing climbs, and what
// was asked for until then is no longer wanted.
func (s *story) rest() {
	s.dueAt, s.repaged = time.Time{}, false
	for _, pg := range s.open {
		pg.unwanted = true
	}
}

func (l *laws) tellPage(s *story, m bus.Message, e events.Event) {
	switch d := e.Data.(type) {
	case events.PageRequested:
		l.requested(s, m, d)
	case events.PageDelayed:
		l.openPage(s, m, d.Page).delayed = true
	case events.PageDelivered:
		l.ended(s, m, d.Page, delivered)
	case events.PageFailed:
		l.ended(s, m, d.Page, failed)
	case events.PageSuperseded:
		l.ended(s, m, d.Page, superseded)
	}
}

func (l *laws) requested(s *story, m bus.Message, d events.PageRequested) {
	// A level asks while nobody has the incident; helpers and triggers are paged beside whoever has it.
	if s.status == resolved || d.Level > 0 && s.status != triggered {
		fail(lawAck, "record %d: page %s of incident %s is requested while it is %s", m.Seq, d.Page, s.id, s.status)
	}
	if d.Asked == 1 {
		place := fmt.Sprint(s.id, " round ", d.Round, " level ", d.Level, " ", d.Target)
		if l.requests[place] || l.pages[d.Page] != nil {
			fail(lawOnce, "record %d: a second page for %s", m.Seq, place)
		}
		l.requests[place] = true
		pg := &page{id: d.Page, target: d.Target, asked: 1, story: s}
		l.pages[d.Page], s.open[d.Page] = pg, pg
		l.w.count.Pages++
		if d.Level == 0 {
			l.w.count.Beside++
			if d.Why == "" {
				fail(lawOnce, "record %d: page %s of no level does not say what asked for it", m.Seq, d.Page)
			}
		}
		return
	}
	pg := l.openPage(s, m, d.Page)
	if pg.asked++; d.Asked != pg.asked {
		fail(lawOnce, "record %d: page %s is asked for the %d. time after the %d.", m.Seq, d.Page, d.Asked, pg.asked-1)
	}
}

// openPage returns a page that must be open.
func (l *laws) openPage(s *story, m bus.Message, id string) *page {
	pg := s.open[id]
	if pg == nil {
		fail(lawOnce, "record %d: page %s is not an open page of incident %s", m.Seq, id, s.id)
	}
	return pg
}

func (l *laws) ended(s *story, m bus.Message, id, how string) {
	pg := l.openPage(s, m, id)
	if how != superseded && pg.closed != how {
		fail("3 every page ends", "record %d: page %s is said to be %s, the notifier recorded %q", m.Seq, id, how, pg.closed)
	}
	pg.end, pg.endSeq, pg.endAt = how, m.Seq, m.At
	delete(s.open, id)
}

// atRest checks what must hold after a whole record.
func (l *laws) atRest(m bus.Message, facts []events.Event) {
	for _, e := range facts {
		s := l.stories[e.Subject]
		if s == nil {
			continue
		}
		for _, pg := range s.open {
			if pg.unwanted {
				fail(lawAck, "record %d: incident %s is %s and page %s from before is open", m.Seq, s.id, s.status, pg.id)
			}
		}
	}
}
