package why

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// text is the explanation as prose: first the answer, then what led to it, in order. For a question
// about a person it covers only them.
func (w *walk) text(e *Explanation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", e.Says)
	fmt.Fprintf(&b, "%s: %s. %s, %s. Incident %s.\n", e.Service, e.Title, e.Priority, e.Status, e.Incident)
	if e.Person != nil {
		w.sourceText(&b, e)
		w.personText(&b, e.Person)
		return b.String()
	}
	fmt.Fprintf(&b, "Why here: %s.\n", e.Placed.Says)
	w.sourceText(&b, e)
	b.WriteString("\n")
	for _, l := range w.lines() {
		b.WriteString(l.text)
	}
	w.quietText(&b)
	return b.String()
}

func (w *walk) sourceText(b *strings.Builder, e *Explanation) {
	policy := "Policy " + e.Policy
	if w.Catalog != nil {
		policy += in(w.Catalog.Places.Policy(e.Policy))
	}
	fmt.Fprintf(b, "%s of team %s, by catalog %s.\n", policy, e.Team, brief(e.Catalog.Revision))
	if !e.Catalog.Known {
		fmt.Fprintf(b, "What follows comes from the facts alone: %s.\n", e.Catalog.Says)
	}
}

// personText lists a person's pages and the further reasons.
func (w *walk) personText(b *strings.Builder, v *Verdict) {
	for n, p := range v.Pages {
		if len(v.Pages) == 1 {
			break // the answer says it already
		}
		fmt.Fprintf(b, "  page %d, %s: %s.\n", n+1, w.at(p.At), p.Says)
	}
	rest := v.Reasons
	if !v.Paged {
		rest = rest[1:]
	}
	for n, r := range rest {
		if n == 0 {
			b.WriteString("Also:\n")
		}
		fmt.Fprintf(b, "  %s.\n", r.Says)
	}
}

// line is one part of the text, with its place in the order.
type line struct {
	at   time.Time
	seq  uint64
	text string
}

// lines are steps and changes in order. What did not happen is where it was due.
func (w *walk) lines() []line {
	var all []line
	for _, s := range w.steps {
		if s.Outcome != NeverDue {
			all = append(all, line{cmp.Or(s.At, s.DueAt), s.Seq, w.stepText(s)})
		}
	}
	for _, c := range w.log {
		all = append(all, line{c.At, c.Seq, fmt.Sprintf("%s  %s.\n", w.at(c.At), strings.TrimSuffix(c.Says, "."))})
	}
	slices.SortStableFunc(all, func(a, b line) int {
		if a.seq != 0 && b.seq != 0 {
			return cmp.Compare(a.seq, b.seq)
		}
		return a.at.Compare(b.at)
	})
	return all
}

func (w *walk) stepText(s *Step) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s: %s.\n", w.at(cmp.Or(s.At, s.DueAt)), capital(s.name()), strings.TrimSuffix(w.outcomeText(s), "."))
	if s.Condition != nil && s.Condition.Holds {
		fmt.Fprintf(&b, "    Its condition held: %s.\n", conditionSays(s.Condition))
	}
	for n := range s.Targets {
		if t := &s.Targets[n]; t.Says != "" && t.Says != "named" {
			fmt.Fprintf(&b, "    %s: %s%s.\n", t.Target, t.Says, in(t.Rule))
		}
	}
	for n := range s.Pages {
		fmt.Fprintf(&b, "    %s: %s.\n", name(s.Pages[n].Target), s.Pages[n].Says)
	}
	if s.Outcome == Reached || s.Outcome == WentOff || s.Outcome == Nobody {
		b.WriteString(notPaged(s))
	}
	return b.String()
}

// outcomeText describes the outcome of a step.
func (w *walk) outcomeText(s *Step) string {
	switch s.Outcome {
	case Passed:
		return "skipped, because " + w.falseSays(s)
	case Held:
		return "held: " + s.Reason
	case HandedOver:
		return "handed over: " + s.Reason
	case NotReached:
		return "not reached: " + s.Reason + w.wouldBe(s)
	case Ahead:
		return "still to come" + w.wouldBe(s)
	case Skipped:
		return "skipped: " + w.falseSays(s)
	}
	return w.pagedText(s)
}

// pagedText is the outcome of a step that paged, or had nobody to page.
func (w *walk) pagedText(s *Step) string {
	var who []string
	for _, p := range s.Pages {
		who = append(who, name(p.Target))
	}
	said := "paged " + list(who)
	switch {
	case len(who) == 0 && len(s.Targets) == 0 && s.What == Exhausted && s.done == "":
		return s.Reason
	case len(who) == 0 && len(s.Targets) == 0:
		said = "paged nobody"
	case len(who) == 0:
		said = "there was nobody to page"
	}
	if s.What == Level {
		said += because(s.On)
	} else if s.Reason != "" {
		said = s.Reason + "; " + said
	}
	if s.done != "" {
		said += "; it " + s.done
	}
	if s.What == Level && laterThan(s.At, s.DueAt) {
		said += fmt.Sprintf(". It was due at %s and taken %s late", w.at(s.DueAt), span(s.At.Sub(s.DueAt)))
	}
	return said
}

// wouldBe says whom a step that did not happen would have paged.
func (w *walk) wouldBe(s *Step) string {
	var who []string
	for n := range s.Targets {
		t := &s.Targets[n]
		switch {
		case t.byTurn():
			who = append(who, "one of "+list(t.pool))
		case len(t.People) > 0:
			who = append(who, t.People...)
		case strings.HasPrefix(t.Target, "chat:") || strings.HasPrefix(t.Target, "webhook:"):
			who = append(who, t.Target)
		}
	}
	if len(who) == 0 {
		return ""
	}
	slices.Sort(who)
	verb := "It would page "
	if s.Outcome == NotReached {
		verb = "It would have paged "
	}
	if s.conditional {
		return ". " + verb + list(slices.Compact(who)) + ", if its condition held"
	}
	return ". " + verb + list(slices.Compact(who))
}

// notPaged groups those whom a step did not page by the reason. The line about the target has the
// details, except for overrides.
func notPaged(s *Step) string {
	var order []string
	people := map[string][]string{}
	for _, r := range s.NotPaged {
		said := map[string]string{OffDuty: "not on call", Turn: "not their turn", Answered: "they had answered already"}[r.Code]
		if said == "" {
			said = strings.TrimPrefix(r.Says, s.name()+" ")
		}
		if r.Code == Covered {
			said = "replaced by the override"
		}
		if people[said] == nil {
			order = append(order, said)
		}
		people[said] = append(people[said], r.Person)
	}
	var b strings.Builder
	for _, said := range order {
		fmt.Fprintf(&b, "    Not %s: %s.\n", list(people[said]), said)
	}
	return b.String()
}

// causes say why the escalation advanced to a level.
var causes = map[string]string{
	"triggered": "because an alert opened the incident", "reopened": "because it was reopened", "returned": "because the acknowledgement ended",
	"woken": "because the snooze was over", "unacknowledged": "because nobody had acknowledged it in time",
	"undeliverable": "because nobody at the previous level could be reached", "nobody": "because the previous level had nobody to page",
	"condition": "because the previous level was skipped", "held": "because the hold was over", "transferred": "because it was transferred to the team",
	"assigned": "because it was assigned", "trigger": "because a trigger asked for it", "command": "because somebody escalated it",
}

func because(on string) string {
	if causes[on] == "" {
		return ""
	}
	return ", " + causes[on]
}

// quietText names the triggers that never came due, in one paragraph.
func (w *walk) quietText(b *strings.Builder) {
	first := true
	for _, s := range w.steps {
		if s.Outcome != NeverDue {
			continue
		}
		if first {
			b.WriteString("\nNever due:\n")
			first = false
		}
		fmt.Fprintf(b, "  %s: %s.\n", s.name(), s.Reason)
	}
}
