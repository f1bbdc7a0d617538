package why

import (
	"fmt"
	"slices"
	"strings"
)

// order sorts reasons: what came closest to a page is first.
var order = []string{Answered, Coming, Stopped, WasHeld, ByCondition, Turn, Covered, OffDuty, Quiet, NoTarget, Unknown, Untold}

// verdict answers whether somebody was paged, and why.
func (w *walk) verdict(person string) (*Verdict, error) {
	v := &Verdict{Person: person, Pages: w.pagesTo(person), Reasons: []Reason{}}
	v.Paged = len(v.Pages) > 0
	inCatalog := w.Catalog != nil && w.Catalog.People[person] != nil
	if inCatalog {
		v.Name = w.Catalog.People[person].Name
	}
	if w.Catalog != nil && !inCatalog && !v.Paged {
		return w.stranger(v)
	}
	for n, s := range w.steps {
		if (s.Outcome == NotReached || s.Outcome == Held) && w.reachedLater(n) {
			continue
		}
		if r, ok := w.absent(s, person); ok {
			v.add(r)
		}
	}
	slices.SortStableFunc(v.Reasons, func(a, b Reason) int { return slices.Index(order, a.Code) - slices.Index(order, b.Code) })
	if v.Paged {
		best := v.Pages[bestOf(v.Pages)]
		v.Outcome, v.Says = best.Outcome, w.pagedSays(person, v.Pages, best)
		return v, nil
	}
	if len(v.Reasons) == 0 {
		v.add(w.nothing(person))
	}
	v.Outcome, v.Says = v.Reasons[0].Code, fmt.Sprintf("%s was not paged: %s.", person, v.Reasons[0].Says)
	return v, nil
}

// reachedLater reports whether the level of a step that was held or not reached was reached later, whose
// outcome then says more.
func (w *walk) reachedLater(n int) bool {
	s := w.steps[n]
	return slices.ContainsFunc(w.steps[n+1:], func(later *Step) bool {
		return later.What == Level && later.Policy == s.Policy && later.Level == s.Level && later.Seq != 0
	})
}

// add adds a reason unless one of another round says the same.
func (v *Verdict) add(r Reason) {
	if !slices.ContainsFunc(v.Reasons, func(other Reason) bool { return other.Says == r.Says }) {
		v.Reasons = append(v.Reasons, r)
	}
}

// stranger is the verdict on somebody the catalog of that time does not have.
func (w *walk) stranger(v *Verdict) (*Verdict, error) {
	near := w.Catalog.PersonLike(v.Person)
	if w.Today == nil || w.Today.People[v.Person] == nil {
		return nil, &StrangerError{v.Person, near}
	}
	v.Name = w.Today.People[v.Person].Name
	r := Reason{Code: Unknown, Person: v.Person, Says: fmt.Sprintf(
		"the catalog that the incident opened with (%s) has no person %s; today's has", brief(w.Catalog.Rules.Revision), v.Person)}
	v.add(r)
	v.Outcome, v.Says = r.Code, fmt.Sprintf("%s was not paged: %s.", v.Person, r.Says)
	return v, nil
}

// nothing is the reason if no step concerns a person.
func (w *walk) nothing(person string) Reason {
	if w.state == nil {
		return Reason{Code: Untold, Person: person, Says: "the facts have no page to " + person + "; whom the levels meant is not known, because " + w.broken}
	}
	var levels, policies []string
	for _, s := range w.steps {
		if s.What == Level && s.Seq != 0 && !slices.Contains(levels, s.Policy+itoa(s.Level)) {
			levels = append(levels, s.Policy+itoa(s.Level))
		}
		if !slices.Contains(policies, s.Policy) {
			policies = append(policies, s.Policy)
		}
	}
	r := Reason{Code: NoTarget, Person: person, Rule: w.Catalog.Places.Policy(w.policy)}
	var places []string
	for _, id := range policies {
		places = append(places, id+in(w.Catalog.Places.Policy(id)))
	}
	noun := "policy "
	if len(places) > 1 {
		noun = "policies "
	}
	r.Says = fmt.Sprintf("no level or trigger of %s%s means %s; %s reached", noun, list(places), person, counted(len(levels)))
	return r
}

func counted(levels int) string {
	switch levels {
	case 0:
		return "no level was"
	case 1:
		return "1 level was"
	}
	return itoa(levels) + " levels were"
}

func (w *walk) pagesTo(person string) []Page {
	out := []Page{}
	for _, s := range w.steps {
		for _, p := range s.Pages {
			if p.Target == personPrefix+person {
				out = append(out, p)
			}
		}
	}
	return out
}

// bestOf is the index of the page with the best outcome.
func bestOf(all []Page) int {
	best := 0
	for n, p := range all {
		if slices.Index(outcomes, p.Outcome) < slices.Index(outcomes, all[best].Outcome) {
			best = n
		}
	}
	return best
}

// outcomes are those of pages, the best first.
var outcomes = []string{Delivered, Open, Delayed, Superseded, Failed}

func (w *walk) pagedSays(person string, all []Page, best Page) string {
	s := w.paged[best.ID].step
	often := ""
	if len(all) > 1 {
		often = fmt.Sprintf(" %s. The page that got furthest was requested", times(len(all)))
	}
	lead := "was paged" + often + " at " + w.at(best.At) + " by " + s.name()
	if t := s.meaning(person); t != nil {
		lead += meantSays(t, person)
	} else if best.Via != "" {
		lead += ", through " + best.Via
	}
	if best.Shadow {
		lead += ", as a shadow"
	}
	return fmt.Sprintf("%s %s. %s.", person, lead, capital(strings.TrimSuffix(w.pageSays(&best), ".")))
}

func meantSays(t *Target, person string) string {
	if t.Target == personPrefix+person {
		return ""
	}
	return ", through " + t.Target + ": " + t.Says + in(t.Rule)
}
