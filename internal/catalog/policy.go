package catalog

import (
	"time"

	"tocsin.dev/internal/rules/escalation"
)

// Defaults of a policy.
const (
	// DefaultAckWithin is how long a level waits for an acknowledgement.
	DefaultAckWithin = 5 * time.Minute
	// DefaultReopenWithin is how long after its resolution an alert reopens its incident.
	DefaultReopenWithin = 10 * time.Minute
	// maxRepeat keeps a typing mistake from paging people for weeks.
	maxRepeat = 100
	// maxSteps bounds the levels and the triggers of one policy: each input may look at all of them.
	maxSteps = 100
)

// policyDraft keeps the places of a policy's parts.
type policyDraft struct {
	*escalation.Policy
	key       item
	levels    []levelDraft
	exhausted actionDraft
	triggers  []triggerDraft
}

func (p *parser) policy(id string, key, body item) {
	f := fields(body, "policy")
	d := &policyDraft{key: key, Policy: &escalation.Policy{
		ID:                 id,
		Repeat:             f["repeat"].Number(0, maxRepeat),
		UnacknowledgeAfter: f["unacknowledge_after"].Duration(0, 0),
		ReopenWithin:       f["reopen_within"].Duration(0, DefaultReopenWithin),
	}}
	if f["levels"].Empty() {
		key.Fault("add one, such as: levels: [{page: [person:ana]}]", "policy %s has no level", quote(id))
	}
	for _, one := range f["levels"].ListUpTo(maxSteps, "levels in one policy") {
		level, draft := p.level(one)
		d.Levels = append(d.Levels, level)
		d.levels = append(d.levels, draft)
	}
	if x := f["exhausted"]; x.Given() {
		d.Exhausted, d.exhausted = p.exhausted(x)
	}
	for _, one := range f["triggers"].ListUpTo(maxSteps, "triggers in one policy") {
		p.trigger(one, d)
	}
	if short := f["if_not_resolved_within"]; short.Given() {
		d.add(notResolved(short))
	}
	p.suggestions(id, f["suggestions"], len(d.Levels))
	p.policies = append(p.policies, d)
	p.policyByID[id] = d
	p.cat.Rules.Policies[id] = d.Policy
}

// notResolved is the trigger that `if_not_resolved_within` is short for.
func notResolved(at item) (escalation.Trigger, triggerDraft) {
	t := escalation.Trigger{
		On: escalation.Unresolved, Place: at.FileLine(), After: at.Duration(1, time.Hour), Repeat: maxRepeat,
		Do: escalation.Action{Page: []escalation.Target{holder}},
	}
	return t, triggerDraft{at: at, after: at}
}

func (d *policyDraft) add(t escalation.Trigger, draft triggerDraft) {
	d.Triggers = append(d.Triggers, t)
	d.triggers = append(d.triggers, draft)
}
