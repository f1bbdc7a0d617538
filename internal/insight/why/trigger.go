package why

import (
	"strings"
	"time"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

func (w *walk) fired(e events.Event, d events.EscalationFired) {
	s := w.add(&Step{
		What: Trigger, Seq: e.IncidentSeq, Round: d.Round, Kind: d.Kind, On: d.On, Rule: catalog.PlaceOf(d.Rule),
		DueAt: e.Time, At: e.Time, Outcome: WentOff, Reason: e.Reason, Targets: w.targets(escalation.Step{}, d.Targets, e.Time, nil),
	})
	if len(d.Targets) > 0 && len(d.Pages) == 0 {
		s.Outcome = Nobody
	}
	w.pages(s, d.Round, 0)
	if d.Index < 0 {
		s.What = Command
		return
	}
	w.quiet[d.Index] = true
	if t, known := w.trigger(d.Index); known {
		s.Condition, s.done = w.condition(t.When), doing(t.Do)
	}
}

func (w *walk) skipped(e events.Event, d events.EscalationSkipped) {
	s := w.add(&Step{
		What: Trigger, Seq: e.IncidentSeq, On: d.On, Rule: catalog.PlaceOf(d.Rule), DueAt: e.Time, At: e.Time, Outcome: Skipped, Reason: e.Reason, Targets: []Target{},
	})
	w.quiet[d.Index] = true
	if t, known := w.trigger(d.Index); known {
		s.Condition, s.Kind, s.done = w.condition(t.When), string(t.Do.Kind), doing(t.Do)
		s.Targets = w.targets(escalation.Step{}, escalation.Words(t.Do.Page), e.Time, nil)
	}
}

func (w *walk) trigger(index int) (escalation.Trigger, bool) {
	p := w.policyNow()
	if p == nil || index < 0 || index >= len(p.Triggers) {
		return escalation.Trigger{}, false
	}
	return p.Triggers[index], true
}

// neverDue adds the triggers of the policy that never came due.
func (w *walk) neverDue() {
	p := w.policyNow()
	if p == nil {
		return
	}
	for n, t := range p.Triggers {
		if w.quiet[n] {
			continue
		}
		w.add(&Step{
			What: Trigger, Kind: string(t.Do.Kind), On: string(t.On), Rule: catalog.PlaceOf(t.Place), Outcome: NeverDue,
			Reason: neverSays(t), Targets: w.targets(escalation.Step{}, escalation.Words(t.Do.Page), w.now, nil), done: doing(t.Do),
		})
	}
}

func (w *walk) help(e events.Event, d events.IncidentRespondersAdded) {
	s := w.add(&Step{
		What: Help, Seq: e.IncidentSeq, Round: d.Round, DueAt: e.Time, At: e.Time, Outcome: Reached, Reason: who(d.By, "somebody") + " requested help",
		Targets: w.targets(escalation.Step{}, d.Targets, e.Time, nil),
	})
	w.pages(s, d.Round, 0)
}

// doing says what else an action does.
func doing(do escalation.Action) string {
	var all []string
	if do.Priority != "" {
		all = append(all, "raises the priority to "+do.Priority)
	}
	switch {
	case do.Team != "":
		all = append(all, "transfers it to team "+do.Team)
	case do.Climb == escalation.NextLevel:
		all = append(all, "escalates to the next level")
	case do.Climb > 0:
		all = append(all, "escalates to level "+itoa(do.Climb))
	}
	return strings.Join(all, " and ")
}

// neverSays says why a trigger never came due.
func neverSays(t escalation.Trigger) string {
	switch t.On {
	case escalation.Unacknowledged:
		return "it never went unacknowledged for " + span(t.After)
	case escalation.Unresolved:
		return "it was never acknowledged and unresolved for " + span(t.After)
	case escalation.OpenFor:
		return "it was not open for " + span(t.After)
	case escalation.Response, escalation.Resolution:
		if t.Percent == 100 {
			return "its " + string(t.On) + " goal was not breached"
		}
		return "less than " + itoa(t.Percent) + "% of its " + string(t.On) + " goal was used"
	case escalation.PriorityRaised:
		if t.To != "" {
			return "its priority was not raised to " + t.To
		}
		return "its priority was not raised"
	case escalation.Nobody:
		return "every level that was reached had somebody to page"
	case escalation.Undeliverable:
		return "every page had a working contact method"
	case escalation.OnSpike:
		return "there was no spike of alerts within " + span(t.Spike.Within)
	}
	return "it did not happen"
}

// condition evaluates a condition as of just before the present fact; nil if there is none, or if the
// state is not known.
func (w *walk) condition(c *escalation.Condition) *Condition {
	i := w.incident()
	if c == nil || i == nil {
		return nil
	}
	m := i.Moment(w.now)
	if w.asked != nil {
		m = *w.asked
	}
	out := &Condition{Rule: catalog.PlaceOf(c.Place), Source: c.Text, Values: []escalation.Mention{}}
	holds, err := c.Holds(m)
	if err != nil {
		out.Error = err.Error()
	}
	out.Holds = holds && err == nil
	if c.Mentions != nil {
		out.Values = append(out.Values, c.Mentions(m)...)
	}
	return out
}

// laterThan reports whether an instant is noticeably later than another.
func laterThan(a, b time.Time) bool { return a.Sub(b) >= time.Second }
