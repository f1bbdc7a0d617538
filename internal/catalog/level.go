package catalog

import (
	"slices"

	"tocsin.dev/internal/rules/escalation"
)

// maxResponders bounds how many people a level may wait for.
const maxResponders = 100

// levelDraft keeps the places of a level's parts.
type levelDraft struct {
	at, to, when, hold item
	targets            []item
	never              bool // its condition is false whatever the incident is
	emptyIsMeant       bool // skip_if_empty was given
	emptyWarned        bool // a warning was given
}

func (p *parser) level(at item) (escalation.Level, levelDraft) {
	level, draft := escalation.Level{AckTimeout: DefaultAckWithin}, levelDraft{at: at}
	f, ok := mapping(at, "level")
	if !ok {
		return level, draft
	}
	level.Targets, draft.targets = p.targets(f["page"])
	if f["page"].Empty() && !f["to"].Given() {
		at.Fault("name whom to page, such as: page: [person:ana]", "the level pages nobody")
	}
	level.AckTimeout = f["ack_within"].Duration(1, DefaultAckWithin)
	level.Repeat = f["repeat"].Number(0, maxRepeat)
	level.Kind = readLevelKind(f["kind"])
	level.When, draft.never = p.when(f["when"])
	level.Urgency = f["urgency"].OneOf("an urgency", urgencies...)
	level.Responders = p.responders(f["responders"], f["minimum_responders"])
	level.Hold = escalation.Hold(f["hold_until"].OneOf("a value of hold_until", holdWords...))
	if skip := f["skip_if_empty"]; skip.Given() {
		level.WaitIfEmpty, draft.emptyIsMeant = !skip.Flag(), true
	}
	level.Team = p.refer(team, f["to"])
	draft.to, draft.when, draft.hold = f["to"], f["when"], f["hold_until"]
	noSchedule := level.Hold == escalation.SomeoneThere && !p.onCall(level.Targets)
	switch {
	case noSchedule && (!f["page"].Empty() || f["to"].Given()):
		draft.hold.Fault("name one, such as: page: [schedule:payments-primary]", "hold_until: on_call in a level without a schedule")
	case len(level.Targets) == 0 && f["to"].Given():
		warnUnused(f)
	}
	return level, draft
}

// warnUnused warns of keys that have no effect in a level that only hands over.
func warnUnused(f map[string]item) {
	for _, key := range []string{"ack_within", "repeat", "urgency", "responders", "minimum_responders", "hold_until", "skip_if_empty"} {
		if f[key].Given() {
			f[key].Warn("leave it out", "%s has no effect in a level that only hands over", key)
		}
	}
}

// onCall reports whether one of the targets is whoever is on call.
func (p *parser) onCall(targets []escalation.Target) bool {
	return slices.ContainsFunc(targets, func(t escalation.Target) bool {
		return t.Kind == escalation.OnCall || t.Kind == escalation.Team && t.Of == escalation.TeamOnCall
	})
}

// responders reads how many people must acknowledge, by either of its keys.
func (p *parser) responders(short, long item) int {
	switch {
	case short.Given() && long.Given():
		long.Fault("keep one of the two", "responders and minimum_responders are the same")
	case long.Given():
		return long.Number(1, maxResponders)
	case short.Given():
		return short.Number(1, maxResponders)
	}
	return 0
}

// The words of levels.
var (
	kindWords = []string{string(escalation.Functional), string(escalation.Hierarchical)}
	holdWords = []string{string(escalation.WorkingHours), string(escalation.SomeoneThere)}
	urgencies = []string{High, Low}
)

func readLevelKind(i item) escalation.Kind {
	return escalation.Kind(i.OneOf("a kind of level", kindWords...))
}
