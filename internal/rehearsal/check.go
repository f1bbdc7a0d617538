package rehearsal

import (
	"maps"
	"slices"
	"strings"

	"tocsin.dev/internal/catalog"
)

// Check looks for names that the catalog does not have: a person that nobody knows is never paged,
// and a test that expects just that would be good for ever.
func (f File) Check(c *catalog.Catalog) []catalog.Fault {
	k := checker{report: report{file: f.Name}, catalog: c}
	for _, one := range f.Cases {
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
	catalog *catalog.Catalog
}

func (k *checker) step(s Step) {
	if service := s.Alert.Service; service != "" {
		k.service(s.place, service)
	}
	if strings.HasPrefix(s.By, personPrefix) {
		k.person(s.place, s.By, "")
	}
	if s.To != "" {
		k.person(s.place, s.To, s.Contact)
	}
	k.expectations(s.Expect)
}

func (k *checker) expectations(all []Expectation) {
	for _, e := range all {
		for _, p := range e.Pages {
			k.person(p.place, p.To, p.By)
		}
		for _, p := range e.NotPaged {
			k.person(p.place, p.Want, "")
		}
		if e.Service != nil {
			k.service(e.Service.place, e.Service.Want)
		}
		if e.Team != nil && k.catalog.Rules.Teams[e.Team.Want] == nil {
			k.unknown(e.Team.place, "team", e.Team.Want, slices.Collect(maps.Keys(k.catalog.Rules.Teams)))
		}
	}
}

func (k *checker) service(at place, id string) {
	if k.catalog.Rules.Services[id] == nil {
		k.unknown(at, "service", id, slices.Collect(maps.Keys(k.catalog.Rules.Services)))
	}
}

// person looks for a person and, where one is named, for one of the person's contact methods.
func (k *checker) person(at place, word, contact string) {
	id := strings.TrimPrefix(word, personPrefix)
	p := k.catalog.People[id]
	if p == nil {
		k.unknown(at, "person", id, slices.Collect(maps.Keys(k.catalog.People)))
		return
	}
	if _, ok := p.Contact(contact); contact != "" && !ok {
		var known []string
		for _, c := range p.Contacts {
			known = append(known, c.ID)
		}
		k.fault(at, hint(known), "%s has no contact method %s", quote(id), quote(contact))
	}
}

func (k *checker) unknown(at place, noun, id string, known []string) {
	k.fault(at, hint(known), "the catalog has no %s %s", noun, quote(id))
}

func hint(known []string) string {
	if len(known) == 0 || len(known) > 20 {
		return ""
	}
	slices.Sort(known)
	return "known there: " + strings.Join(known, ", ")
}
