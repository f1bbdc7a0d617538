package catalog

import (
	"slices"
	"strings"

	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/internal/yamlfile"
	"tocsin.dev/pkg/events"
)

// roles are the roles that a target may name, and the kind of name that may follow each; "" for none.
var roles = map[string]noun{
	escalation.RoleLead: team, escalation.RoleManager: person, escalation.RoleOwner: service, escalation.RoleHolder: "",
}

var roleWords = []string{escalation.RoleLead, escalation.RoleManager, escalation.RoleOwner, escalation.RoleHolder}

// named are the kinds of target that have a name.
var named = map[escalation.TargetKind]noun{
	escalation.Person: person, escalation.OnCall: schedule, escalation.Team: team, escalation.Chat: chat, escalation.Webhook: webhook,
}

// narrowings are what may follow the name of a target.
var narrowings = map[escalation.TargetKind][]string{
	escalation.OnCall: {escalation.RoundRobin}, escalation.Team: {escalation.RoundRobin, escalation.TeamOnCall},
}

// holder is whoever has the incident.
var holder = escalation.Target{Kind: escalation.RoleKind, ID: escalation.RoleHolder}

// maxTargets bounds the targets of one list.
const maxTargets = 1000

// targets reads a list of targets, and returns the place of each.
func (p *parser) targets(list item) ([]escalation.Target, []item) {
	var targets []escalation.Target
	var places []item
	for _, one := range list.ListUpTo(maxTargets, "targets in one list") {
		t, ok := p.target(one)
		switch {
		case !ok:
		case slices.Contains(targets, t):
			one.Warn("remove one of them", "%s is given twice", quote(t.String()))
		default:
			targets = append(targets, t)
			places = append(places, one)
		}
	}
	return targets, places
}

// target reads a word such as schedule:payments-primary or role:lead:db-team.
func (p *parser) target(at item) (escalation.Target, bool) {
	if !at.Given() || at.IsMapping() {
		at.Fault("write it without a space: person:ana", "expected a target, found %s", at.Kind())
		return escalation.Target{}, false
	}
	word, ok := at.Scalar()
	if !ok {
		return escalation.Target{}, false
	}
	kind, rest, _ := strings.Cut(word, ":")
	id, of, narrowed := strings.Cut(strings.TrimSpace(rest), ":")
	t := escalation.Target{Kind: escalation.TargetKind(kind), ID: id, Of: of}
	switch {
	case t.Kind == escalation.RoleKind:
		return t, p.roleTarget(at, word, t, narrowed)
	case named[t.Kind] == "":
		at.Fault("write person:, schedule:, team:, role:, chat: or webhook: before the name", "%s is not a target", quote(word))
		return t, false
	case events.CheckID(id) != nil:
		at.Fault("write it like "+kind+":NAME", "%s names no %s", quote(word), named[t.Kind])
		return t, false
	}
	if known := narrowings[t.Kind]; narrowed && !slices.Contains(known, of) {
		hint := "write " + kind + ":" + id
		if len(known) > 0 {
			hint = yamlfile.OneOfHint(known...)
		}
		at.Fault(hint, "%s is not a target: unknown part %s", quote(word), quote(of))
		return t, false
	}
	p.refs = append(p.refs, reference{named[t.Kind], id, at})
	if t.Of == escalation.TeamOnCall {
		p.teamDuties = append(p.teamDuties, teamDuty{id, at})
	}
	return t, true
}

// roleTarget checks a target such as role:manager:ana.
func (p *parser) roleTarget(at item, word string, t escalation.Target, narrowed bool) bool {
	of, known := roles[t.ID]
	switch {
	case !known:
		at.Fault(yamlfile.DidYouMean(t.ID, roleWords), "there is no role %s", quote(t.ID))
	case !narrowed:
		p.usesOwner = p.usesOwner || t.ID == escalation.RoleOwner
		return true
	case of == "":
		at.Fault("write role:"+t.ID, "role:%s takes no name", t.ID)
	case events.CheckID(t.Of) != nil:
		at.Fault("write it like role:"+t.ID+":NAME", "%s names no %s", quote(word), of)
	default:
		p.refs = append(p.refs, reference{of, t.Of, at})
		return true
	}
	return false
}
