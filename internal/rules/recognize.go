package rules

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"tocsin.dev/pkg/events"
)

// alertName is the label that names a rule of a monitoring system.
const alertName = "alertname"

// recognize looks for a known error that matches an incident when it opens or reopens, so that its
// pages show the workaround. It never prevents a page.
func (d *decider) recognize(i *Incident, labels events.Labels) {
	var found []*notice
	var all map[string]string
	for _, n := range d.s.notices {
		if n.shown() == nil || !slices.Contains(n.Known.Match.Services, i.Service) {
			continue
		}
		if all == nil {
			all = labels.Map()
		}
		if matches(n.Known.Match, i, all) {
			found = append(found, n)
		}
	}
	if len(found) == 0 {
		return
	}
	slices.SortFunc(found, func(a, b *notice) int {
		return cmp.Or(cmp.Compare(specificity(b.Known.Match), specificity(a.Known.Match)), strings.Compare(a.Problem, b.Problem))
	})
	first := found[0]
	if i.Known == first.Problem {
		return // recorded when it opened
	}
	fact := events.IncidentMatched{
		Problem: first.Problem, Title: first.Title, Workaround: first.Known.Workaround, By: matchedBy(first.Known.Match, i.Service),
	}
	for _, n := range found[1:] {
		fact.Others = append(fact.Others, n.Problem)
	}
	d.emit(i, ActorPolicy, "", fact)
}

// matches reports whether an incident satisfies the whole rule except its services, which the caller
// has checked.
func matches(m events.KnownMatch, i *Incident, labels map[string]string) bool {
	if m.Key != "" && m.Key != i.DedupKey || m.Alert != "" && m.Alert != labels[alertName] {
		return false
	}
	for name, value := range m.Labels.Map() {
		if got, ok := labels[name]; !ok || got != value {
			return false
		}
	}
	return true
}

// specificity counts what a rule asks for; a dedup key is the most specific.
func specificity(m events.KnownMatch) int {
	n := len(m.Labels.Map())
	if m.Alert != "" {
		n++
	}
	if m.Key != "" {
		n += 2 * maxMatchers
	}
	return n
}

func matchedBy(m events.KnownMatch, service string) string {
	all := []string{"service " + service}
	if m.Key != "" {
		all = append(all, "dedup key "+m.Key)
	}
	if m.Alert != "" {
		all = append(all, "alert "+m.Alert)
	}
	labels := m.Labels.Map()
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		all = append(all, name+"="+labels[name])
	}
	return strings.Join(all, ", ")
}

// pageKnown is the known error that a page about the incident shows, in its present form; nil for none,
// or if the problem is no longer a known error.
func (s *State) pageKnown(i *Incident) *events.PageKnown {
	n := s.notices[i.Known]
	if i.Known == "" || n == nil || n.shown() == nil {
		return nil
	}
	return &events.PageKnown{Problem: n.Problem, Title: n.Title, Workaround: n.Known.Workaround}
}
