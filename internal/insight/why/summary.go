package why

import (
	"fmt"
	"slices"
	"strings"

	"tocsin.dev/pkg/events"
)

// explanation puts together the findings of the walk.
func (w *walk) explanation() (Explanation, error) {
	i := w.told
	e := Explanation{
		Incident: i.ID, Title: i.Title, Service: i.Service, Team: i.Team, Policy: i.Policy, Status: i.Status, Priority: i.Priority,
		OpenedAt: i.OpenedAt, Zone: w.Zone.String(), Placed: w.placed, Changes: append([]Change{}, w.log...), Levels: []Step{}, Triggers: []Step{},
	}
	e.Catalog = w.revision()
	for _, s := range w.steps {
		w.finish(s)
		if s.What == Level {
			e.Levels = append(e.Levels, *s)
		} else {
			e.Triggers = append(e.Triggers, *s)
		}
	}
	e.Says = w.summary()
	if w.Person != "" {
		v, err := w.verdict(w.Person)
		if err != nil {
			return Explanation{}, err
		}
		e.Person, e.Says = v, v.Says
	}
	e.Text = w.text(&e)
	return e, nil
}

func (w *walk) revision() Revision {
	r := Revision{Known: w.state != nil, Says: w.broken}
	if len(w.Facts) > 0 {
		if d, ok := w.Facts[0].Data.(events.IncidentTriggered); ok {
			r.Revision = d.Catalog
		}
	}
	return r
}

// finish completes a step once all of its pages are known.
func (w *walk) finish(s *Step) {
	if s.Pages == nil {
		s.Pages = []Page{}
	}
	for n := range s.Pages {
		s.Pages[n].Says = w.pageSays(&s.Pages[n])
	}
	s.NotPaged = w.missing(s)
}

// summary is the short answer for a question about nobody in particular.
func (w *walk) summary() string {
	said := "Nobody was paged"
	if paged := w.everybody(); len(paged) > 0 {
		said = "Paged: " + strings.Join(paged, ", ")
	} else if why := w.silence(); why != "" {
		said += ": " + why
	}
	if end := w.ending(); end != "" {
		return said + "; " + end + "."
	}
	return said + "."
}

// everybody lists who was paged, each once, with the first step that did and the best outcome.
func (w *walk) everybody() []string {
	var order []string
	first, pages := map[string]*Step{}, map[string][]Page{}
	for _, s := range w.steps {
		for _, p := range s.Pages {
			if first[p.Target] == nil {
				first[p.Target] = s
				order = append(order, p.Target)
			}
			pages[p.Target] = append(pages[p.Target], p)
		}
	}
	for n, target := range order {
		best := pages[target][bestOf(pages[target])]
		by := strings.TrimSuffix(first[target].name(), in(first[target].Rule))
		order[n] = fmt.Sprintf("%s by %s (%s)", name(target), by, outcomeOf(best))
	}
	return order
}

// outcomeOf is the outcome of a page in a word or two.
func outcomeOf(p Page) string {
	switch p.Outcome {
	case Delivered:
		return "delivered by " + p.Channel
	case Failed:
		return "failed"
	case Superseded:
		return "no longer needed"
	case Delayed:
		return "not delivered yet"
	}
	return "on its way"
}

// silence says why nobody was paged: the outcome of the first steps.
func (w *walk) silence() string {
	for _, outcome := range []string{Held, NotReached, Ahead, Passed, Nobody} {
		at := slices.IndexFunc(w.steps, func(s *Step) bool { return s.Outcome == outcome })
		if at < 0 {
			continue
		}
		s := w.steps[at]
		switch outcome {
		case Held:
			return s.name() + " was held: " + s.Reason
		case NotReached:
			return s.name() + " was not reached: " + s.Reason
		case Ahead:
			return s.name() + " is due at " + w.at(s.DueAt)
		case Passed:
			return s.name() + " was skipped: " + w.falseSays(s)
		}
		return s.name() + " had nobody to page"
	}
	return ""
}

// ending says how the incident ended up in its present status.
func (w *walk) ending() string {
	switch {
	case w.last != "":
		return w.last
	case w.due.IsZero() && slices.ContainsFunc(w.steps, func(s *Step) bool { return s.What == Exhausted }):
		return "nobody has acknowledged it, and no level is left"
	}
	return "nobody has acknowledged it yet"
}
