package catalog

import (
	"strings"
	"time"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

// Defaults of a policy.
const (
	// DefaultAckWithin is the wait at a level that does not say.
	DefaultAckWithin = 5 * time.Minute
	// DefaultReopenWithin is how long a resolved incident takes its alert back; 0s switches it off.
	DefaultReopenWithin = 10 * time.Minute
	// maxRepeat keeps a slip of the finger from paging people for weeks.
	maxRepeat = 100
)

// policyDraft keeps where the levels' targets stand.
type policyDraft struct {
	*escalation.Policy
	targets [][]item
}

func (p *parser) policy(id string, key, body item) {
	f := body.fields("levels", "repeat", "unacknowledge_after", "reopen_within")
	d := &policyDraft{Policy: &escalation.Policy{
		ID:                 id,
		Repeat:             f["repeat"].number(0, maxRepeat),
		UnacknowledgeAfter: f["unacknowledge_after"].duration(0, 0),
		ReopenWithin:       f["reopen_within"].duration(0, DefaultReopenWithin),
	}}
	if f["levels"].empty() {
		key.fault("add one, such as: levels: [{page: [person:ana]}]", "policy %s has no level", quote(id))
	}
	for _, one := range f["levels"].list() {
		level, targets := p.level(one)
		d.Levels = append(d.Levels, level)
		d.targets = append(d.targets, targets)
	}
	p.policies[id] = d
	p.cat.Rules.Policies[id] = d.Policy
}

func (p *parser) level(at item) (escalation.Level, []item) {
	level := escalation.Level{AckTimeout: DefaultAckWithin}
	if !at.given() {
		at.wrong("a mapping")
		return level, nil
	}
	f := at.fields("page", "ack_within", "kind")
	if at.kind() != "a mapping" {
		return level, nil
	}
	level.AckTimeout = f["ack_within"].duration(1, DefaultAckWithin)
	level.Kind = f["kind"].levelKind()
	if f["page"].empty() {
		at.fault("name whom to page, such as: page: [person:ana]", "a level without targets")
	}
	var places []item
	for _, one := range f["page"].list() {
		if target, ok := p.target(one); ok {
			level.Targets = append(level.Targets, target)
			places = append(places, one)
		}
	}
	return level, places
}

func (i item) levelKind() escalation.Kind {
	s, ok := i.scalar()
	switch kind := escalation.Kind(s); {
	case !ok:
		return ""
	case kind == escalation.Functional || kind == escalation.Hierarchical:
		return kind
	}
	i.fault("known here: functional, hierarchical", "%s is not a kind of level", quote(s))
	return ""
}

var roles = []string{escalation.RoleLead, escalation.RoleManager}

// target reads a word such as schedule:payments-primary.
func (p *parser) target(at item) (escalation.Target, bool) {
	if !at.given() || at.kind() == "a mapping" {
		at.fault("write it without a space: person:ana", "a target is expected here, not %s", at.kind())
		return escalation.Target{}, false
	}
	word, ok := at.scalar()
	if !ok {
		return escalation.Target{}, false
	}
	kind, id, _ := strings.Cut(word, ":")
	id = strings.TrimSpace(id)
	t := escalation.Target{Kind: escalation.TargetKind(kind), ID: id}
	nouns := map[escalation.TargetKind]noun{escalation.Person: person, escalation.OnCall: schedule, escalation.Team: team}
	switch {
	case nouns[t.Kind] != "":
		if events.CheckID(id) != nil {
			at.fault("", "%s names no %s", quote(word), nouns[t.Kind])
			return t, false
		}
		p.refs = append(p.refs, reference{nouns[t.Kind], id, at})
	case t.Kind == escalation.RoleKind && !contains(roles, id):
		at.fault(didYouMean(id, roles), "there is no role %s", quote(id))
		return t, false
	case t.Kind != escalation.RoleKind:
		at.fault("write person:, schedule:, team: or role: before the name", "%s is not a target", quote(word))
		return t, false
	}
	return t, true
}
