package report

import (
	"strings"
	"time"

	"tocsin.dev/internal/insight/suggest"
	"tocsin.dev/pkg/events"
)

// Collector folds facts of the ledger into incidents; history.AsDone makes them of intake facts. The zero
// value is ready; it is not safe for concurrent use.
type Collector struct {
	incidents   map[string]*Incident
	order       []*Incident
	last        time.Time
	unknown     int
	suggestions *suggest.Evaluator
}

// Add takes in the next fact. Facts that say nothing about incidents change nothing.
func (c *Collector) Add(e events.Event) {
	if c.incidents == nil {
		c.incidents = map[string]*Incident{}
	}
	c.Suggestions().Add(e)
	if e.Subject != "" {
		c.fold(e)
	} else if d, ok := e.Data.(events.AlertRenewed); ok && c.incidents[d.Incident] != nil {
		c.incidents[d.Incident].fired(d.Key)
	}
}

// Incidents returns all incidents in the order of their openings; they are the collector's.
func (c *Collector) Incidents() []*Incident { return c.order }

// Suggestions returns the evaluation of suggestions over the facts so far, see [Options].
func (c *Collector) Suggestions() *suggest.Evaluator {
	if c.suggestions == nil {
		c.suggestions = suggest.NewEvaluator(suggest.Options{})
	}
	return c.suggestions
}

// LastOpened returns when the newest incident opened; zero before the first.
func (c *Collector) LastOpened() time.Time { return c.last }

// Unknown returns the number of facts about incidents whose opening is not among the facts.
func (c *Collector) Unknown() int { return c.unknown }

func (c *Collector) opens(id string, e events.Event, a events.Alert) *Incident {
	i := &Incident{
		ID: id, Service: e.Service, Team: e.Team, Title: a.Summary, Opened: e.Time, Alerts: 1,
		Drill: suggest.IsDrill(a.Labels), alerts: map[string]bool{a.Key: true},
	}
	c.incidents[id] = i
	c.order = append(c.order, i)
	if e.Time.After(c.last) {
		c.last = e.Time
	}
	return i
}

// fired counts an alert that fires.
func (i *Incident) fired(key string) {
	fires, known := i.alerts[key]
	switch {
	case !known:
		i.Alerts++
	case !fires:
		i.Returns++
	}
	i.alerts[key] = true
}

func (i *Incident) cleared(key string) {
	if _, known := i.alerts[key]; known {
		i.alerts[key] = false
	}
}

// engaged notes the first thing that a person did.
func (i *Incident) engaged(by string, at time.Time) {
	if i.Engaged.IsZero() && strings.HasPrefix(by, personPrefix) {
		i.Engaged = at
	}
}

const personPrefix = "person:"

func (i *Incident) acknowledged(by string, at time.Time) {
	if i.Acknowledged.IsZero() {
		i.Acknowledged, i.AcknowledgedBy = at, by
	}
	if i.Engaged.IsZero() {
		i.Engaged = at
	}
	for n := len(i.Levels) - 1; n >= 0; n-- {
		if l := &i.Levels[n]; contains(l.Pages, by) {
			l.Answered = true
			return
		}
	}
}

func contains(people []string, by string) bool {
	if by == "" {
		return false
	}
	for _, p := range people {
		if p == by || strings.TrimPrefix(p, personPrefix) == by {
			return true
		}
	}
	return false
}

func (i *Incident) resolved(by string, at time.Time) {
	i.Resolved, i.ResolvedBy = at, by
	i.engaged(by, at)
}

func (i *Incident) reopened(by string, at time.Time) {
	i.Reopened = append(i.Reopened, at)
	i.Resolved, i.ResolvedBy, i.SelfMade = time.Time{}, "", false
	i.Closed, i.Outcome = time.Time{}, ""
	i.engaged(by, at)
}
