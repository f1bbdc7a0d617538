package suggest

import "tocsin.dev/pkg/events"

// asked folds one intake fact. Without the rules nothing is decided here: what was asked is taken as
// done, as reports do.
func (l *Learner) asked(e events.Event) {
	switch d := e.Data.(type) {
	case events.AlertReceived:
		l.hasAsked = true
		l.fired(e, d.Alert)
	case events.AlertCleared:
		l.cleared(e, d.Alert)
	case events.CommandData:
		if i, ok := l.lives.get(d.Ask().Incident); ok {
			l.command(i, e)
		}
	}
}

// fired opens an incident under the alert's dedup key, by which commands of a history name it, or
// joins or opens again the one that is there. A closed one's key opens a new one under the same name.
func (l *Learner) fired(e events.Event, a events.Alert) {
	if rehearsed(a.Labels) {
		return
	}
	u := l.alerted(e.Service)
	at := key{e.Service, a.Dedup()}
	i, ok := l.keys.get(at)
	switch {
	case !ok, i.closed:
		i = l.open(a.Dedup(), e, a, "")
		l.keys.put(at, i)
		l.opening(i, u)
	case i.over:
		l.again(i)
	}
	if i.fires == nil {
		i.fires = map[string]bool{}
	}
	i.fires[a.Key] = true
}

// cleared ends an incident once none of its alerts fires.
func (l *Learner) cleared(e events.Event, a events.Alert) {
	i, ok := l.keys.get(key{e.Service, a.Dedup()})
	if !ok || i.over {
		return
	}
	delete(i.fires, a.Key)
	if len(i.fires) == 0 {
		l.ended(i)
	}
}

// command takes a command as done.
func (l *Learner) command(i *life, e events.Event) {
	switch d := e.Data.(type) {
	case events.ResolutionReceived:
		l.ended(i)
	case events.ClosureReceived:
		i.closed = true
		l.ended(i)
	case events.ReopeningReceived:
		l.again(i)
	case events.MergeReceived:
		l.mergedAway(i)
	case events.PriorityReceived:
		if d.Priority != "" {
			i.now.priority = d.Priority
		}
	case events.EscalationReceived:
		i.acted = i.acted || d.By == By
		i.escalated = true
		if d.To != "" {
			i.now.team = d.To
		}
	}
}
