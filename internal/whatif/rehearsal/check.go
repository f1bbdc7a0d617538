package rehearsal

import (
	"maps"
	"slices"
	"strings"

	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/rules"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/rules/oncall"
)

// Check looks for names that no catalog of a case has: a person that nobody knows is never paged,
// and a test that expects just that would be good for ever. The catalogs are those of [File.Run].
func (f File) Check(with Catalogs) []catalog.Fault {
	k := checker{report: report{file: f.Name}}
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
	k.sort()
	return k.faults
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
		known(k, s.place, "schedule", id, func(c *catalog.Catalog) map[string]*oncall.Schedule { return c.Rules.Schedules })
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
			known(k, at, "schedule", t.ID, func(c *catalog.Catalog) map[string]*oncall.Schedule { return c.Rules.Schedules })
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
			known(k, e.Policy.place, "policy", e.Policy.Want, func(c *catalog.Catalog) map[string]*escalation.Policy { return c.Rules.Policies })
		}
	}
}

func (k *checker) service(at place, id string) {
	known(k, at, "service", id, func(c *catalog.Catalog) map[string]*rules.Service { return c.Rules.Services })
}

func (k *checker) team(at place, id string) {
	known(k, at, "team", id, func(c *catalog.Catalog) map[string]*rules.Team { return c.Rules.Teams })
}

// people looks for those of some words that are people; other words are names that mean nothing here.
func (k *checker) people(at place, words ...string) {
	for _, word := range words {
		if strings.HasPrefix(word, personPrefix) {
			k.paged(at, word, "")
		}
	}
}

// paged looks for what pages go to and, where one is named, for one of its contact methods.
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
	k.fault(at, hint(methods), "%s has no contact method %s", quote(t.ID), quote(contact))
}

// target looks for a person, a room or a machine.
func (k *checker) target(at place, t escalation.Target) bool {
	switch t.Kind {
	case escalation.Chat:
		return known(k, at, "chat", t.ID, func(c *catalog.Catalog) map[string]*catalog.Chat { return c.Chats })
	case escalation.Webhook:
		return known(k, at, "webhook", t.ID, func(c *catalog.Catalog) map[string]*catalog.Webhook { return c.Webhooks })
	}
	return known(k, at, "person", t.ID, func(c *catalog.Catalog) map[string]*catalog.Person { return c.People })
}

// known says whether one of the catalogs has a name in a table; where none has, that is a fault.
func known[T any](k *checker, at place, noun, id string, table func(*catalog.Catalog) map[string]T) bool {
	var all []string
	for _, c := range k.catalogs {
		if _, ok := table(c)[id]; ok {
			return true
		}
		all = slices.AppendSeq(all, maps.Keys(table(c)))
	}
	k.fault(at, hint(all), "the catalog has no %s %s", noun, quote(id))
	return false
}

func hint(known []string) string {
	if len(known) == 0 || len(known) > 20 {
		return ""
	}
	slices.Sort(known)
	return "known there: " + strings.Join(slices.Compact(known), ", ")
}
