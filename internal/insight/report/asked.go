package report

import (
	"tocsin.dev/pkg/events"
)

// ask folds one intake fact; it says whether e is one that concerns incidents. Without the rules
// nothing is decided here: what was asked is taken as done.
func (c *Collector) ask(e events.Event) bool {
	switch d := e.Data.(type) {
	case events.AlertReceived:
		c.alert(e, d.Alert)
		return true
	case events.AlertCleared:
		c.clear(e, d.Alert)
		return true
	}
	command, ok := e.Data.(events.CommandData)
	if !ok {
		return false
	}
	ask := command.Ask()
	i := c.incidents[ask.Incident]
	if i == nil {
		c.unknown++
		return true
	}
	i.engaged(ask.By, e.Time)
	i.asked(e, ask)
	return true
}

// alert opens an incident under the alert's dedup key, which is what commands of a history name it
// by, or joins the one that is there. A closed incident's key opens a new one under the same name.
func (c *Collector) alert(e events.Event, a events.Alert) {
	at := key{e.Service, a.Dedup()}
	i := c.keys[at]
	switch {
	case i == nil, !i.Closed.IsZero():
		i = c.opens(a.Dedup(), e, a)
		c.keys[at] = i
	case !i.Open():
		i.reopened("", e.Time)
		i.fired(a.Key)
	default:
		i.fired(a.Key)
	}
	switch a.Annotations.Map()["made_sla"] { // the history's own word for its resolution target
	case "true":
		i.Resolution = Target{Met: true}
	case "false":
		i.Resolution = Target{Breached: true}
	}
}

// clear resolves an incident once none of its alerts fires.
func (c *Collector) clear(e events.Event, a events.Alert) {
	i := c.keys[key{e.Service, a.Dedup()}]
	if i == nil {
		return
	}
	i.cleared(a.Key)
	for _, fires := range i.alerts {
		if fires {
			return
		}
	}
	if i.Open() {
		i.resolved("", e.Time)
		i.SelfMade = true
	}
}

// asked takes a command as done.
func (i *Incident) asked(e events.Event, ask events.Command) {
	switch d := e.Data.(type) {
	case events.AcknowledgementReceived:
		i.acknowledged(ask.By, e.Time)
	case events.ResolutionReceived:
		i.resolved(ask.By, e.Time)
	case events.ReopeningReceived:
		i.reopened(ask.By, e.Time)
	case events.ClosureReceived:
		if i.Open() {
			i.resolved(ask.By, e.Time)
		}
		i.Closed, i.Outcome = e.Time, d.Outcome
	case events.PriorityReceived:
		if d.Priority != "" {
			i.Priority = d.Priority
		}
	case events.MergeReceived:
		i.Merged = true
	case events.EscalationReceived:
		if d.To != "" {
			i.Team = d.To
		}
		if d.Up {
			i.escalated("hierarchical")
		} else {
			i.escalated("functional")
		}
	}
}
