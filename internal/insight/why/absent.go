package why

import (
	"fmt"
	"slices"
	"strings"

	"tocsin.dev/internal/catalog"
)

// absent says why a step did not page somebody; false if it does not concern them, or paged them.
func (w *walk) absent(s *Step, person string) (Reason, bool) {
	if slices.ContainsFunc(s.Pages, func(p Page) bool { return p.Target == personPrefix+person }) {
		return Reason{}, false
	}
	r := Reason{Person: person, Level: s.Level, Round: s.Round, Rule: s.Rule}
	if t := s.meaning(person); t != nil {
		r.Code, r.Says = w.meant(s, t, person)
		return r, true
	}
	for n := range s.Targets {
		t := &s.Targets[n]
		if !slices.Contains(t.others, person) && !slices.Contains(t.usual, person) {
			continue
		}
		r.Code, r.Says = w.offDuty(s, t, person)
		if t.Rule != (catalog.Place{}) {
			r.Rule = t.Rule
		}
		return r, true
	}
	return Reason{}, false
}

// meaning returns the target that means a person; nil for none.
func (s *Step) meaning(person string) *Target {
	for n := range s.Targets {
		if s.Targets[n].means(person) {
			return &s.Targets[n]
		}
	}
	return nil
}

// meant says why a step did not page somebody it meant.
func (w *walk) meant(s *Step, t *Target, person string) (code, says string) {
	verb := "means"
	if t.byTurn() {
		verb = "may mean"
	}
	by := fmt.Sprintf("%s %s %s%s", s.name(), verb, person, via(t, person))
	if s.conditional {
		by += " if its condition holds"
	}
	switch s.Outcome {
	case Passed, Skipped:
		return ByCondition, by + ", but " + w.falseSays(s)
	case Held:
		return WasHeld, fmt.Sprintf("%s, but was held at %s: %s", by, w.at(s.At), s.Reason)
	case NotReached:
		return Stopped, fmt.Sprintf("%s, and was not reached: %s", by, s.Reason)
	case Ahead:
		return Coming, fmt.Sprintf("%s, and is due at %s: %s", by, w.at(s.DueAt), s.Reason)
	case NeverDue:
		return Quiet, fmt.Sprintf("%s, and never came due: %s", by, s.Reason)
	}
	return Answered, fmt.Sprintf("%s, but %s had responded already", by, person)
}

func via(t *Target, person string) string {
	if t.Target == personPrefix+person {
		return ""
	}
	return " through " + t.Target
}

// falseSays says that a condition was false. Without the catalog the fact's reason says it.
func (w *walk) falseSays(s *Step) string {
	if s.Condition == nil {
		return s.Reason
	}
	said := "its condition was false"
	if !s.Condition.Holds && s.Condition.Error == "" {
		return fmt.Sprintf("%s at %s: %s", said, w.at(s.At), conditionSays(s.Condition))
	}
	if s.Condition.Error != "" {
		return conditionSays(s.Condition)
	}
	return s.Reason
}

// offDuty says why a target did not mean somebody it might have.
func (w *walk) offDuty(s *Step, t *Target, person string) (code, says string) {
	head := s.name()
	onCall := had(t.pool)
	if s.Outcome == NotReached || s.Outcome == Ahead || s.Outcome == NeverDue {
		onCall = list(t.pool) + " would have been on call"
	}
	switch {
	case t.Turn != "" && slices.Contains(t.pool, person):
		return Turn, fmt.Sprintf("%s pages one of %s in turn, and it was the turn of %s", head, t.Target, t.Turn)
	case t.Override != nil && slices.Contains(t.usual, person):
		return Covered, fmt.Sprintf("%s pages %s, and there %s instead of %s, by %s", head, t.Target, onCall, person, w.overrideSays(t.Override))
	case t.Schedule != "":
		return OffDuty, fmt.Sprintf("%s pages %s, and there %s%s", head, t.Target, onCall, w.entrySays(t))
	}
	return OffDuty, fmt.Sprintf("%s pages %s, which did not mean %s", head, t.Target, person)
}

// had says who was on call: "bo was on call".
func had(people []string) string {
	if len(people) > 1 {
		return list(people) + " were on call"
	}
	return list(people) + " was on call"
}

// entrySays names the entry of a schedule that decided.
func (w *walk) entrySays(t *Target) string {
	switch {
	case t.Override != nil:
		return " by " + w.overrideSays(t.Override)
	case t.Imported && len(t.pool) == 0:
		return " in the imported calendar"
	case t.Imported:
		return " by an imported shift"
	case t.Layer > 0:
		return fmt.Sprintf(" by layer %d%s", t.Layer, in(t.Rule))
	}
	return ""
}

// name names a step in a sentence, with its place in the catalog.
func (s *Step) name() string {
	switch s.What {
	case Level:
		round := ""
		if s.Round > 1 {
			round = fmt.Sprintf(" of round %d", s.Round)
		}
		return fmt.Sprintf("level %d%s%s", s.Level, round, in(s.Rule))
	case Trigger:
		return fmt.Sprintf("the trigger on %s%s", strings.ReplaceAll(s.On, "_", " "), in(s.Rule))
	case Exhausted:
		if len(s.Targets) == 0 && s.done == "" {
			return "the end of the escalation"
		}
		return "the last resort" + in(s.Rule)
	case Command:
		return "the escalation by hand"
	}
	return "the request for help"
}

// missing returns why a step did not page people it might have paged.
func (w *walk) missing(s *Step) []Reason {
	out := []Reason{}
	for _, person := range s.candidates() {
		if r, ok := w.absent(s, person); ok {
			out = append(out, r)
		}
	}
	return out
}

// candidates are everybody a step's targets can mean, each once.
func (s *Step) candidates() []string {
	var all []string
	for n := range s.Targets {
		t := &s.Targets[n]
		for _, person := range slices.Concat(t.People, t.usual, t.others) {
			if !slices.Contains(all, person) {
				all = append(all, person)
			}
		}
	}
	return all
}
