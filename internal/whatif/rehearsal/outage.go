package rehearsal

import (
	"time"

	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

// Outage lets time pass while the engine is down. Contact methods keep working, but their receipts wait.
// What falls due meanwhile is late: it happens with the next [Rehearsal.Until] or [Rehearsal.Before], after
// all inputs that precede that call.
func (r *Rehearsal) Outage(long time.Duration) {
	r.Until(r.now)
	end := r.now.Add(long)
	r.down = true
	for {
		r.settle()
		at := r.pages.WakeAt()
		if at.IsZero() || at.After(end) {
			break
		}
		r.now = at
	}
	r.down, r.now = false, end
	for _, e := range r.waiting {
		r.decide(e)
	}
	r.waiting = nil
}

// zone returns the time zone of the hours or the schedule that a held level waits for.
func (r *Rehearsal) zone(service string, held events.EscalationHeld) *time.Location {
	c := r.catalog.Rules
	if held.For == string(escalation.WorkingHours) {
		if hours := c.Calendars[c.Service(service).Calendar]; hours != nil && hours.Location != nil {
			return hours.Location
		}
		return time.UTC
	}
	for _, word := range held.Targets {
		if s := c.Schedules[scheduleOf(c, word)]; s != nil && s.Location != nil {
			return s.Location
		}
	}
	return time.UTC
}

// scheduleOf returns the schedule that a target names; empty for none.
func scheduleOf(c *rules.Catalog, word string) string {
	t, _ := escalation.ParseTarget(word)
	switch {
	case t.Kind == escalation.OnCall:
		return t.ID
	case t.Kind == escalation.Team && t.Of == escalation.TeamOnCall:
		return c.Schedule(t.ID)
	}
	return ""
}
