package catalog

import (
	"slices"
	"strings"
)

// handover is a place where a policy hands an incident over to another team, whose own policy takes it
// from there.
type handover struct {
	from, to *policyDraft
	at       item
	trigger  bool // of a trigger, which fires only once
}

// handovers returns all hand-overs, in the order of the files. A team without a policy is a fault.
func (p *parser) handovers() []handover {
	var all []handover
	note := func(d *policyDraft, team string, at item, trigger bool) {
		t := p.teams[team]
		if team == "" || t == nil {
			return // none, or unknown, which is a fault already
		}
		if t.Policy == "" {
			at.Fault("give the team one: policy:, or a policy of its own name", "team %s has no policy that could take over", quote(team))
		} else if to := p.policyByID[t.Policy]; to != nil {
			all = append(all, handover{d, to, at, trigger})
		}
	}
	for _, d := range p.policies {
		for n, level := range d.Levels {
			if len(level.Targets) == 0 { // with targets, the policy goes on
				note(d, level.Team, d.levels[n].to, false)
			}
		}
		note(d, d.Exhausted.Team, d.exhausted.to, false)
		for n, t := range d.Triggers {
			note(d, t.Do.Team, d.triggers[n].to, true)
		}
	}
	return all
}

// checkHandoverCycles refuses policies that hand over to each other for ever, and warns of triggers
// that lead back to where they were.
func (p *parser) checkHandoverCycles(all []handover) {
	fromLevels := slices.DeleteFunc(slices.Clone(all), func(h handover) bool { return h.trigger })
	reported := map[int]bool{} // by component
	g := newGraph(fromLevels)
	for _, h := range fromLevels {
		if c := g.component[h.from]; c == g.component[h.to] && !reported[c] {
			reported[c] = true
			h.at.Fault("remove one of them", "policies hand over in a cycle: %s", g.cycle(h))
		}
	}
	if len(reported) > 0 {
		return
	}
	g = newGraph(all)
	warned := 0
	for _, h := range all {
		if h.trigger && g.component[h.from] == g.component[h.to] && warned < maxHints {
			warned++
			h.at.Warn("a trigger fires once, so this ends; check that it is meant", "this hand-over may lead back here: %s", g.cycle(h))
		}
	}
}

// graph is the policies and the hand-overs between them.
type graph struct {
	next      map[*policyDraft][]*policyDraft
	component map[*policyDraft]int // policies that lead to each other share one

	index, low map[*policyDraft]int
	stack      []*policyDraft
}

// newGraph finds the strongly connected components by Tarjan's algorithm.
func newGraph(edges []handover) *graph {
	g := &graph{
		next: map[*policyDraft][]*policyDraft{}, component: map[*policyDraft]int{},
		index: map[*policyDraft]int{}, low: map[*policyDraft]int{},
	}
	for _, e := range edges {
		g.next[e.from] = append(g.next[e.from], e.to)
	}
	for _, e := range edges {
		if g.index[e.from] == 0 {
			g.visit(e.from)
		}
	}
	return g
}

func (g *graph) visit(d *policyDraft) {
	g.index[d] = len(g.index) + 1
	g.low[d] = g.index[d]
	g.stack = append(g.stack, d)
	for _, to := range g.next[d] {
		if g.index[to] == 0 {
			g.visit(to)
			g.low[d] = min(g.low[d], g.low[to])
		} else if _, done := g.component[to]; !done {
			g.low[d] = min(g.low[d], g.index[to])
		}
	}
	if g.low[d] != g.index[d] {
		return
	}
	for last := (*policyDraft)(nil); last != d; {
		last = g.stack[len(g.stack)-1]
		g.stack = g.stack[:len(g.stack)-1]
		g.component[last] = g.index[d]
	}
}

// cycle shows the shortest way from a hand-over back to itself.
func (g *graph) cycle(h handover) string {
	before := map[*policyDraft]*policyDraft{h.to: nil}
	for queue := []*policyDraft{h.to}; len(queue) > 0 && queue[0] != h.from; queue = queue[1:] {
		for _, next := range g.next[queue[0]] {
			if _, seen := before[next]; !seen {
				before[next] = queue[0]
				queue = append(queue, next)
			}
		}
	}
	names := []string{}
	for d := h.from; d != nil; d = before[d] {
		names = append(names, d.ID)
	}
	slices.Reverse(names)
	return strings.Join(append([]string{h.from.ID}, names...), " → ")
}
