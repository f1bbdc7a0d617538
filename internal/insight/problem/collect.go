package problem

import (
	"errors"
	"strconv"
	"time"

	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

// ErrMixed says that facts of both kinds were given: what was asked would be counted twice.
var ErrMixed = errors.New("decisions and intake facts together: give the ledger's facts, or a history of intake facts")

// Collector folds facts into cases: those of the ledger, or the intake facts of a history, of which
// what was asked is taken as done. The zero value is ready; it is not safe for concurrent use.
type Collector struct {
	decided map[string]*told
	asked   map[string]*intake // the newest of each dedup key, which commands of a history name
	times   map[string]int     // how many there were of each
	order   []func() *Case
}

// told is an incident of the ledger with what people wrote.
type told struct {
	incident timeline.Incident
	facts    []events.Event // that hold words
}

// Add takes in the next fact. Facts that say nothing about incidents change nothing.
func (c *Collector) Add(e events.Event) {
	if c.decided == nil {
		c.decided, c.asked, c.times = map[string]*told{}, map[string]*intake{}, map[string]int{}
	}
	if e.Subject != "" {
		c.decide(e)
		return
	}
	switch d := e.Data.(type) {
	case events.AlertReceived:
		c.alert(e, d.Alert)
	case events.AlertCleared:
		if i := c.asked[d.Dedup()]; i != nil && i.Service == e.Service {
			i.clear(d.Key, e.Time)
		}
	case events.CommandData:
		if i := c.asked[d.Ask().Incident]; i != nil {
			i.ask(e, d)
		}
	}
}

// Cases gives all but those that ended in favour of another, in the order of their first facts. It
// fails with [ErrMixed].
func (c *Collector) Cases() ([]*Case, error) {
	if len(c.decided) > 0 && len(c.asked) > 0 {
		return nil, ErrMixed
	}
	out := make([]*Case, 0, len(c.order))
	for _, made := range c.order {
		if one := made(); one != nil {
			out = append(out, one)
		}
	}
	return out, nil
}

func (c *Collector) decide(e events.Event) {
	t := c.decided[e.Subject]
	if t == nil {
		t = &told{}
		c.decided[e.Subject] = t
		c.order = append(c.order, t.made)
	}
	t.incident = timeline.Fold(t.incident, e)
	switch e.Data.(type) {
	case events.IncidentAnnotated, events.IncidentResolved, events.IncidentClosed:
		t.facts = append(t.facts, e)
	}
}

func (t *told) made() *Case {
	if t.incident.MergedInto != "" || t.incident.OpenedAt.IsZero() {
		return nil
	}
	one := CaseOf(t.incident, nil)
	for _, e := range t.facts {
		one.said(e.Data, e.Reason)
	}
	return one
}

// ReopenWithin is within what time an alert of a history opens a resolved incident again; a later one
// begins another. There is no policy in a history that would say.
const ReopenWithin = 10 * time.Minute

// intake is an incident of a history, with its alerts that fire.
type intake struct {
	*Case
	firing map[string]bool
}

// alert opens a case under the alert's dedup key, or adds to the one that is there.
func (c *Collector) alert(e events.Event, a events.Alert) {
	dedup := a.Dedup()
	one := c.asked[dedup]
	if one == nil || one.Service != e.Service || one.Outcome != "" || !one.Open() && e.Time.Sub(one.ResolvedAt) > ReopenWithin {
		c.open(e, a)
		return
	}
	if !one.Open() {
		one.reopened()
	}
	if a.Summary != one.Title {
		one.write(a.Summary)
	}
	one.firing[a.Key] = true
}

func (c *Collector) open(e events.Event, a events.Alert) {
	id := a.Dedup()
	if c.times[id]++; c.times[id] > 1 {
		id += "#" + strconv.Itoa(c.times[id])
	}
	one := &intake{firing: map[string]bool{a.Key: true}, Case: &Case{
		ID: id, Service: e.Service, Team: e.Team, Title: a.Summary, DedupKey: a.Dedup(), Labels: a.Labels.Map(),
		Texts: []string{a.Summary, a.Description}, OpenedAt: e.Time,
	}}
	c.asked[a.Dedup()] = one
	c.order = append(c.order, func() *Case { return one.Case })
}

// clear resolves it once none of its alerts fires.
func (i *intake) clear(key string, at time.Time) {
	if delete(i.firing, key); len(i.firing) == 0 && i.Open() {
		i.ResolvedAt = at
	}
}

func (c *Case) reopened() { c.ResolvedAt, c.ResolvedBy, c.Outcome, c.Cause = time.Time{}, "", "", "" }

// ask takes a command of a history as done.
func (c *Case) ask(e events.Event, data events.CommandData) {
	note := data.Ask().Note
	switch d := data.(type) {
	case events.PriorityReceived:
		if d.Priority != "" {
			c.Priority = d.Priority
		}
	case events.ResolutionReceived:
		c.ResolvedAt, c.ResolvedBy = e.Time, data.Ask().By
		c.resolution(note)
	case events.ReopeningReceived:
		c.reopened()
	case events.ClosureReceived:
		c.Outcome, c.Cause = d.Outcome, d.Cause
		c.write(d.Cause)
		c.resolution(note)
	case events.EscalationReceived:
		if d.To != "" {
			c.Team = d.To
		}
	}
	c.write(note)
}
