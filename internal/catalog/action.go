package catalog

import (
	"fmt"
	"slices"
	"strconv"

	"tocsin.dev/internal/rules/escalation"
)

// actionDraft keeps the places of an action's parts.
type actionDraft struct {
	at, to  item
	targets []item
}

// action reads what a trigger, or an exhausted policy, does. The caller reads climb.
func (p *parser) action(at item, f map[string]item) (escalation.Action, actionDraft) {
	do := escalation.Action{Kind: readLevelKind(f["kind"]), Team: p.refer(team, f["to"])}
	draft := actionDraft{at: at, to: f["to"]}
	do.Page, draft.targets = p.targets(f["page"])
	if page := f["page"]; page.Present() && page.Empty() {
		page.Fault("leave it out, or name somebody: page: [role:lead]", "page: is empty")
	}
	if f["priority"].Given() {
		do.Priority = readPriority(f["priority"])
	}
	if kind := f["kind"]; kind.Given() && acts(f) && !f["page"].Given() && !f["to"].Given() {
		kind.Warn("leave it out", "kind has no effect where nobody is paged")
	}
	return do, draft
}

// exhausted reads what to do when nobody answered the last level of the last round.
func (p *parser) exhausted(at item) (escalation.Action, actionDraft) {
	f := fields(at, "exhausted")
	if !at.IsMapping() {
		return escalation.Action{}, actionDraft{at: at}
	}
	do, draft := p.action(at, f)
	if !acts(f) {
		at.Fault("add page: [role:lead], to: or priority:", "exhausted does nothing")
	}
	return do, draft
}

const actionHint = "add page: [role:lead], climb: next, to: or priority:"

// acts reports whether a mapping has any of the keys that do something.
func acts(f map[string]item) bool {
	return slices.ContainsFunc([]string{"page", "climb", "to", "priority"}, func(key string) bool { return f[key].Present() })
}

// readClimb reads "next" or the number of one of a policy's levels; 0 for neither.
func readClimb(i item, policy string, levels int) int {
	word, ok := i.Scalar()
	if !ok {
		return 0
	}
	if word == "next" {
		return escalation.NextLevel
	}
	n, err := strconv.Atoi(word)
	switch {
	case err != nil:
		i.Fault("write climb: next, or the number of a level", "%s is not a level", quote(word))
	case levels == 0: // a fault already
	case n < 1 || n > levels:
		i.Fault(fmt.Sprintf("write next, or a number from 1 to %d", levels), "there is no level %d in policy %s, which has %s", n, quote(policy), count(levels, "level"))
	default:
		return n
	}
	return 0
}
