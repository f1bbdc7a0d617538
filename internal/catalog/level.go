package catalog

import (
	"slices"
	"strings"

	"tocsin.dev/internal/rules/escalation"
)

// maxResponders bounds how many people a level may wait for.
const maxResponders = 100

// levelDraft keeps where the parts of a level stand.
type levelDraft struct {
	at, to, when, hold item
	targets            []item
	never              bool // its condition is false whatever the incident is
	emptyMeant         bool // skip_if_empty was given: somebody thought of it
	lonelyTold         bool // whom it does not reach was told
}

func (p *parser) level(at item) (escalation.Level, levelDraft) {
	level, draft := escalation.Level{AckTimeout: DefaultAckWithin}, levelDraft{at: at}
	if !at.given() {
		at.wrong("a mapping")
		return level, draft
	}
	f := at.fields(keysLevel)
	if at.kind() != "a mapping" {
		return level, draft
	}
	level.Targets, draft.targets = p.targets(f["page"])
	if f["page"].empty() && !f["to"].given() {
		at.fault("name whom to page, such as: page: [person:ana]", "a level without targets")
	}
	level.AckTimeout = f["ack_within"].duration(1, DefaultAckWithin)
	level.Repeat = f["repeat"].number(0, maxRepeat)
	level.Kind = f["kind"].levelKind()
	level.When, draft.never = p.when(f["when"])
	level.Urgency = f["urgency"].oneOf("an urgency", urgencies...)
	level.Responders = p.responders(f["responders"], f["minimum_responders"])
	level.Hold = escalation.Hold(f["hold_until"].oneOf("something to wait for", holdWords...))
	if skip := f["skip_if_empty"]; skip.given() {
		level.WaitIfEmpty, draft.emptyMeant = !skip.flag(), true
	}
	level.Team = p.refer(team, f["to"])
	draft.to, draft.when, draft.hold = f["to"], f["when"], f["hold_until"]
	noSchedule := level.Hold == escalation.SomeoneThere && !p.onCall(level.Targets)
	switch {
	case noSchedule && (!f["page"].empty() || f["to"].given()):
		draft.hold.fault("name one, such as: page: [schedule:payments-primary]", "hold_until: on_call in a level without a schedule")
	case len(level.Targets) == 0 && f["to"].given():
		mute(f)
	}
	return level, draft
}

// mute warns of what says nothing in a level that only hands over.
func mute(f map[string]item) {
	for _, key := range []string{"ack_within", "repeat", "urgency", "responders", "minimum_responders", "hold_until", "skip_if_empty"} {
		if f[key].given() {
			f[key].warn("", "%s says nothing in a level that pages nobody and hands over", key)
		}
	}
}

// onCall says whether one of the targets is whoever is on call.
func (p *parser) onCall(targets []escalation.Target) bool {
	return slices.ContainsFunc(targets, func(t escalation.Target) bool {
		return t.Kind == escalation.OnCall || t.Kind == escalation.Team && t.Of == escalation.TeamOnCall
	})
}

// responders reads how many people must acknowledge, by its short or its long word.
func (p *parser) responders(short, long item) int {
	switch {
	case short.given() && long.given():
		long.fault("keep one of the two", "responders and minimum_responders are the same")
	case long.given():
		return long.number(1, maxResponders)
	case short.given():
		return short.number(1, maxResponders)
	}
	return 0
}

// The words of levels.
var (
	kindWords = []string{string(escalation.Functional), string(escalation.Hierarchical)}
	holdWords = []string{string(escalation.WorkingHours), string(escalation.SomeoneThere)}
	urgencies = []string{High, Low}
)

func (i item) levelKind() escalation.Kind {
	return escalation.Kind(i.oneOf("a kind of level", kindWords...))
}

// oneOf reads one of a few words; empty when there is none, or a wrong one.
func (i item) oneOf(what string, known ...string) string {
	s, ok := i.scalar()
	if !ok || slices.Contains(known, s) {
		return s
	}
	i.fault("known here: "+strings.Join(known, ", "), "%s is not %s", quote(s), what)
	return ""
}
