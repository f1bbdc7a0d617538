package why

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

// policyNow returns the present policy; nil if it is not known.
func (w *walk) policyNow() *escalation.Policy {
	if w.Catalog == nil {
		return nil
	}
	return w.Catalog.Rules.Policies[w.policy]
}

// level returns level n of the present policy, from 1; false if it is not known.
func (w *walk) level(n int) (escalation.Level, bool) {
	p := w.policyNow()
	if p == nil || n < 1 || n > len(p.Levels) {
		return escalation.Level{}, false
	}
	return p.Levels[n-1], true
}

func (w *walk) levelPlace(n int) catalog.Place {
	if w.Catalog == nil {
		return catalog.Place{}
	}
	return w.Catalog.Places.Level(w.policy, n)
}

func (w *walk) advanced(e events.Event, d events.EscalationAdvanced) {
	step := escalation.Step{Round: d.Repeat + 1, Level: d.Level, Again: d.Again}
	s := w.add(&Step{
		What: Level, Seq: e.IncidentSeq, Level: d.Level, Round: d.Round, Again: d.Again, Kind: d.Kind, On: d.Trigger,
		Rule: w.levelPlace(d.Level), DueAt: e.Time, At: e.Time, Reason: e.Reason, Outcome: Reached,
	})
	if w.due.Before(e.Time) && !w.due.IsZero() && (d.Trigger == "unacknowledged" || d.Trigger == "held") {
		s.DueAt = w.due // the hold may have ended early
	}
	level, known := w.level(d.Level)
	own := !known || slices.Equal(level.Words(), d.Targets)
	if known && own && d.Trigger != "assigned" {
		s.Condition = w.condition(level.When)
	}
	s.Targets = w.targets(step, d.Targets, e.Time, d.Picked)
	switch {
	case !d.DueAt.IsZero():
	case strings.Contains(e.Reason, "the condition at "), s.Condition != nil && !s.Condition.Holds:
		s.Outcome = Passed
	case len(d.Pages) == 0:
		s.Outcome = Nobody
	}
	w.pages(s, d.Round, d.Level)
	w.climb, w.due, w.held = step, d.DueAt, nil
}

func (w *walk) heldAt(e events.Event, d events.EscalationHeld) {
	step := escalation.Step{Round: d.Repeat + 1, Level: d.Level, Again: d.Again}
	s := w.add(&Step{
		What: Level, Seq: e.IncidentSeq, Level: d.Level, Round: d.Repeat + 1, Again: d.Again, Rule: w.levelPlace(d.Level),
		DueAt: e.Time, At: e.Time, Until: d.Until, Outcome: Held, Targets: w.targets(step, d.Targets, e.Time, nil),
	})
	if !w.due.IsZero() {
		s.DueAt = w.due
	}
	if level, known := w.level(d.Level); known {
		s.Kind, s.Condition = string(level.Kind), w.condition(level.When)
	}
	s.Reason = "it waits for " + w.waitsFor(d) + ", until " + w.at(d.Until)
	w.held, w.due = s, d.Until
}

// waitsFor says what a level is held for.
func (w *walk) waitsFor(d events.EscalationHeld) string {
	if d.For != string(escalation.WorkingHours) {
		return "somebody to be on call in " + strings.Join(d.Targets, ", ")
	}
	calendar := ""
	if w.Catalog != nil {
		calendar = w.Catalog.Rules.Service(w.told.Service).Calendar
	}
	if calendar == "" {
		return "working hours"
	}
	return "working hours of calendar " + calendar
}

func (w *walk) exhausted(e events.Event, d events.EscalationExhausted) {
	s := w.add(&Step{
		What: Exhausted, Seq: e.IncidentSeq, Round: d.Round, DueAt: e.Time, At: e.Time, Outcome: Reached, Reason: e.Reason,
		Targets: w.targets(escalation.Step{}, d.Targets, e.Time, nil),
	})
	if w.Catalog != nil {
		s.Rule = w.Catalog.Places.Exhausted(w.policy)
	}
	if p := w.policyNow(); p != nil {
		s.done = doing(p.Exhausted)
	}
	if len(d.Targets) > 0 && len(d.Pages) == 0 {
		s.Outcome = Nobody
	}
	w.pages(s, d.Round, 0)
	w.due, w.held = time.Time{}, nil
}

// transferred records a transfer. One by a level is a step of its own, because such a level pages nobody.
func (w *walk) transferred(e events.Event, d events.IncidentTransferred) {
	if d.Policy != d.WasPolicy {
		if n := w.handingOver(d.To); n > 0 && w.byLevel(e) {
			level, _ := w.level(n)
			w.add(&Step{
				What: Level, Seq: e.IncidentSeq, Level: n, Round: w.told.Round, Kind: string(level.Kind), On: "unacknowledged", Rule: w.levelPlace(n),
				DueAt: cmp.Or(w.due, e.Time), At: e.Time, Outcome: HandedOver, Condition: w.condition(level.When), Targets: []Target{},
				Reason: "it was transferred to team " + d.To + ", and policy " + d.Policy + " took over",
			})
			w.due = time.Time{}
		}
		w.stop(e)
		w.neverDue()
		w.policy, w.climb, w.quiet = d.Policy, escalation.Step{}, map[int]bool{}
	}
	w.log = append(w.log, w.changed(e))
}

// byLevel reports whether a level transferred the incident, not a trigger in the same decision.
func (w *walk) byLevel(e events.Event) bool {
	if len(w.steps) == 0 {
		return e.Actor == "policy"
	}
	last := w.steps[len(w.steps)-1]
	return (last.What == Level || last.At.Before(e.Time)) && e.Actor == "policy"
}

// handingOver returns the next level that transfers the incident to a team; 0 for none.
func (w *walk) handingOver(to string) int {
	p := w.policyNow()
	if p == nil {
		return 0
	}
	for n := w.climb.Level; n < len(p.Levels); n++ {
		if p.Levels[n].Team == to && len(p.Levels[n].Targets) == 0 {
			return n + 1
		}
	}
	return 0
}

// stop ends the escalation for now: what was still due is not reached.
func (w *walk) stop(e events.Event) {
	if w.due.IsZero() {
		return
	}
	w.known(e.Time.Add(-1)) // to find whom it would have paged
	w.ahead(NotReached, w.did(e)+" at "+w.at(e.Time))
	w.due, w.held = time.Time{}, nil
}

// ahead adds the levels after the present one. The next one is due at a known instant, the others when
// the waits between them are over.
func (w *walk) ahead(outcome, why string) {
	p, due := w.policyNow(), w.due
	if due.IsZero() {
		return
	}
	if w.held != nil {
		w.heldToo(outcome, why)
		return
	}
	if p == nil {
		w.add(&Step{What: Level, Level: w.climb.Level + 1, DueAt: due, Outcome: outcome, Reason: w.early(outcome, why, due), Targets: []Target{}})
		return
	}
	round := w.told.Round
	for next, more := p.Next(w.climb); more; {
		if next.Again > 0 {
			round++ // a repeated level starts a new round
		}
		at := escalation.Step{Round: next.Round, Level: next.Level, Again: next.Again}
		level := p.Level(next)
		w.add(&Step{
			conditional: level.When != nil, What: Level, Level: next.Level, Round: round + next.Round - w.climb.Round, Again: next.Again, Kind: string(level.Kind), Rule: w.levelPlace(next.Level),
			DueAt: due, Outcome: outcome, Reason: w.early(outcome, why, due), Targets: w.targets(at, level.Words(), later(due, w.now), nil),
		})
		if level.Team != "" || level.Hold != "" || next.Round > w.climb.Round {
			return // what follows is not predictable
		}
		due = due.Add(level.AckTimeout * time.Duration(level.Repeat-next.Again+1))
		next, more = p.Above(next)
	}
}

// early adds how long before it was due a level became unnecessary.
func (w *walk) early(outcome, why string, due time.Time) string {
	if early := due.Sub(w.now); outcome == NotReached && early > 0 {
		return fmt.Sprintf("%s, %s before it was due", why, span(early))
	}
	return why
}

// heldToo adds the level that is held when the escalation stops.
func (w *walk) heldToo(outcome, why string) {
	was := *w.held
	was.Seq, was.DueAt, was.At, was.Until, was.Outcome = 0, w.due, time.Time{}, time.Time{}, outcome
	was.Reason, was.NotPaged, was.Pages = "it was held until "+w.at(w.due)+"; "+why, nil, nil
	if level, known := w.level(was.Level); known {
		at := escalation.Step{Round: max(w.climb.Round, 1), Level: was.Level, Again: was.Again}
		was.Targets = w.targets(at, level.Words(), w.due, nil)
	}
	w.add(&was)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
