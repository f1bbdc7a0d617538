package rehearsal

import (
	"maps"
	"slices"
	"strings"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/oncall"
	"tocsin.dev/internal/yamlfile"
)

// Check looks for names that no catalog of a case has: a person who does not exist is never paged, and
// a test that expects just that would always pass. The catalogs are those of [File.Run].
func (f File) Check(with Catalogs) []catalog.Fault {
	k := checker{report: newReport(f.Name)}
	for _, one := range f.Cases {
		k.catalogs = []*catalog.Catalog{with[""]}
		for _, folder := range one.folders() {
			k.catalogs = append(k.catalogs, with[folder])
		}
		for _, s := range one.Steps {
			k.step(s)
		}
		k.expectations(one.Expect)
	}
	return k.Sorted()
}

type checker struct {
	report
	catalogs []*catalog.Catalog // of the present case, the first one first
}

func (k *checker) step(s Step) {
	if service := s.Alert.Service; service != "" {
		k.service(s.place, service)
	}
	k.people(s.place, s.By)
	if s.To != "" {
		k.paged(s.place, s.To, s.Contact)
	}
	k.request(s.place, s.Request)
	if id := s.Cover.Schedule; id != "" {
		exists(k, s.place, "schedule", id, func(c *catalog.Catalog) map[string]*oncall.Schedule { return c.Rules.Schedules })
	}
	k.people(s.place, append(s.Cover.People, s.Cover.Replaces)...)
	for _, one := range s.Cover.Shifts {
		k.people(s.place, one.People...)
	}
	k.expectations(s.Expect)
}

func (k *checker) request(at place, r Request) {
	k.people(at, r.Person)
	if r.Team != "" {
		k.team(at, r.Team)
	}
	for _, word := range r.Targets {
		t, _ := escalation.ParseTarget(word)
		switch t.Kind {
		case escalation.Person:
			k.people(at, word)
		case escalation.Team:
			k.team(at, t.ID)
		case escalation.OnCall:
			exists(k, at, "schedule", t.ID, func(c *catalog.Catalog) map[string]*oncall.Schedule { return c.Rules.Schedules })
		case escalation.Chat, escalation.Webhook:
			k.paged(at, word, "")
		}
	}
}

func (k *checker) expectations(all []Expectation) {
	for _, e := range all {
		if e.Pages != nil {
			for _, p := range e.Pages.Want {
				k.paged(p.place, p.To, p.By)
			}
		}
		if e.Triggers != nil {
			for _, t := range e.Triggers.Want {
				for _, to := range t.Pages {
					k.paged(t.place, to, "")
				}
			}
		}
		for _, p := range e.NotPaged {
			k.paged(p.place, p.Want, "")
		}
		if e.Assignee != nil {
			k.people(e.Assignee.place, e.Assignee.Want)
		}
		if e.Service != nil {
			k.service(e.Service.place, e.Service.Want)
		}
		if e.Team != nil {
			k.team(e.Team.place, e.Team.Want)
		}
		if e.Policy != nil {
			exists(k, e.Policy.place, "policy", e.Policy.Want, func(c *catalog.Catalog) map[string]*escalation.Policy { return c.Rules.Policies })
		}
	}
}

func (k *checker) service(at place, id string) {
	exists(k, at, "service", id, func(c *catalog.Catalog) map[string]*rules.Service { return c.Rules.Services })
}

func (k *checker) team(at place, id string) {
	exists(k, at, "team", id, func(c *catalog.Catalog) map[string]*rules.Team { return c.Rules.Teams })
}

// people looks for the people among some words; other words are not names in the catalog.
func (k *checker) people(at place, words ...string) {
	for _, word := range words {
		if strings.HasPrefix(word, personPrefix) {
			k.paged(at, word, "")
		}
	}
}

// paged looks for a recipient of pages and, if one is named, for its contact method.
func (k *checker) paged(at place, word, contact string) {
	t, _ := escalation.ParseTarget(word)
	if !k.target(at, t) || contact == "" {
		return
	}
	var methods []string
	for _, c := range k.catalogs {
		if _, ok := c.TargetContact(word, contact); ok {
			return
		}
		for _, step := range c.TargetPlan(word, catalog.High).Steps {
			methods = append(methods, step.Contact)
		}
	}
	k.fault(at, hint(contact, methods), "%s has no contact method %s", yamlfile.Quote(t.ID), yamlfile.Quote(contact))
}

// target looks for a person, a room or a machine.
func (k *checker) target(at place, t escalation.Target) bool {
	switch t.Kind {
	case escalation.Chat:
		return exists(k, at, "chat", t.ID, func(c *catalog.Catalog) map[string]*catalog.Chat { return c.Chats })
	case escalation.Webhook:
		return exists(k, at, "webhook", t.ID, func(c *catalog.Catalog) map[string]*catalog.Webhook { return c.Webhooks })
	}
	return exists(k, at, "person", t.ID, func(c *catalog.Catalog) map[string]*catalog.Person { return c.People })
}

// exists reports whether one of the catalogs has a name in a table; otherwise it adds a fault.
func exists[T any](k *checker, at place, noun, id string, table func(*catalog.Catalog) map[string]T) bool {
	var all []string
	for _, c := range k.catalogs {
		if _, ok := table(c)[id]; ok {
			return true
		}
		all = slices.AppendSeq(all, maps.Keys(table(c)))
	}
	k.fault(at, hint(id, all), "the catalog has no %s %s", noun, yamlfile.Quote(id))
	return false
}

func hint(id string, known []string) string {
	slices.Sort(known)
	return yamlfile.DidYouMean(id, slices.Compact(known))
}
