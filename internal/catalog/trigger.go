package catalog

import (
	"slices"
	"strings"

	"tocsin.dev/internal/rules/escalation"
)

// triggerDraft keeps the places of a trigger's parts.
type triggerDraft struct {
	actionDraft
	at, after, raised item
	never             bool // its condition is false whatever the incident is
}

// triggerKeys are the values of `on`, and the keys that only they may have.
var triggerKeys = map[escalation.On][]string{
	escalation.Unacknowledged: {"after", "repeat"},
	escalation.Unresolved:     {"after", "repeat"},
	escalation.OpenFor:        {"after", "repeat"},
	escalation.Response:       {"at"},
	escalation.Resolution:     {"at"},
	escalation.PriorityRaised: {"to_priority"},
	escalation.Nobody:         nil,
	escalation.Undeliverable:  nil,
	escalation.OnSpike:        {"more_than", "times_usual", "within", "by"},
}

var onWords = []string{
	string(escalation.Unacknowledged), string(escalation.Unresolved), string(escalation.OpenFor), string(escalation.Response),
	string(escalation.Resolution), string(escalation.PriorityRaised), string(escalation.Nobody), string(escalation.Undeliverable),
	string(escalation.OnSpike),
}

// Bounds far above what is usual.
const (
	maxPercent = 1000
	maxAlerts  = 1_000_000
	maxTimes   = 1000
)

func (p *parser) trigger(at item, d *policyDraft) {
	f, ok := mapping(at, "trigger")
	if !ok {
		return
	}
	t := escalation.Trigger{On: escalation.On(f["on"].OneOf("a value of on", onWords...)), Place: at.FileLine()}
	draft := triggerDraft{at: at, after: f["after"], raised: f["to_priority"]}
	t.When, draft.never = p.when(f["when"])
	t.Do, draft.actionDraft = p.action(at, f)
	t.Do.Climb = readClimb(f["climb"], d.ID, len(d.Levels))
	if t.On == "" {
		if !f["on"].Given() {
			at.Fault("add on: with one of "+strings.Join(onWords, ", "), "a trigger without on:")
		}
		return
	}
	checkTriggerKeys(t.On, f)
	p.triggerDetails(at, &t, f)
	if !acts(f) {
		if t.On == escalation.Unresolved {
			t.Do.Page = []escalation.Target{holder}
		} else {
			at.Fault(actionHint, "a trigger that does nothing")
		}
	}
	d.add(t, draft)
}

// checkTriggerKeys reports keys that belong to triggers of other kinds.
func checkTriggerKeys(on escalation.On, f map[string]item) {
	for _, word := range onWords {
		for _, key := range triggerKeys[escalation.On(word)] {
			if f[key].Present() && !slices.Contains(triggerKeys[on], key) {
				f[key].Fault("leave it out", "%s cannot be used with on: %s", key, on)
				delete(f, key) // one fault is enough
			}
		}
	}
}

// triggerDetails reads the keys that belong to the value of `on`.
func (p *parser) triggerDetails(at item, t *escalation.Trigger, f map[string]item) {
	switch t.On {
	case escalation.Unacknowledged, escalation.Unresolved, escalation.OpenFor:
		if !f["after"].Given() {
			at.Fault("add after: 30m", "on: %s needs after:", t.On)
		}
		t.After = f["after"].Duration(1, 0)
		t.Repeat = f["repeat"].Number(0, maxRepeat)
	case escalation.Response, escalation.Resolution:
		t.Percent = readPercent(f["at"], maxPercent, 100)
	case escalation.PriorityRaised:
		if f["to_priority"].Given() {
			t.To = readPriority(f["to_priority"])
		}
	case escalation.OnSpike:
		t.Spike = spike(at, f)
	}
}

func spike(at item, f map[string]item) escalation.Spike {
	s := escalation.Spike{Within: f["within"].Duration(1, 0), By: f["by"].Text()}
	most, times := f["more_than"], f["times_usual"]
	switch {
	case most.Given() && times.Given():
		times.Fault("keep one of the two", "a spike is more_than a number or times_usual, not both")
	case most.Given():
		s.MoreThan = most.Number(1, maxAlerts)
	case times.Given():
		s.Times = times.Number(2, maxTimes)
	default:
		at.Fault("add more_than: 50 or times_usual: 5", "a spike needs more_than: or times_usual:")
	}
	if !f["within"].Given() {
		at.Fault("add within: 10m", "a spike needs within:")
	}
	return s
}
