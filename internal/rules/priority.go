package rules

import (
	"regexp"

	"tocsin.dev/internal/rules/alert"
	"tocsin.dev/internal/rules/escalation"
	"tocsin.dev/pkg/events"
)

// judge derives the priority of an alert about a service.
func (c *Catalog) judge(service Service, a events.Alert) alert.Judgement {
	impact, urgency := "", ""
	if c.Matrix != nil {
		impact, urgency = a.Labels.Get("impact"), a.Labels.Get("urgency")
	}
	return alert.Judge(c.Matrix, c.Priorities, service.Impact, impact, urgency, a.Severity)
}

// raise raises an open incident's priority to that of an alert, and reports whether it did. No alert
// lowers a priority or changes one that a person set.
func (d *decider) raise(i *Incident, a events.Alert) bool {
	if !i.Status.Open() || i.Pinned {
		return false
	}
	judged := i.catalog.judge(i.catalog.Service(i.Service), a)
	if !alert.Higher(judged.Priority, i.Priority) {
		return false
	}
	reason := "the alert's severity rose to " + a.Severity
	switch {
	case judged.Impact != "":
		reason = "the alert has impact " + judged.Impact + " and urgency " + judged.Urgency
	case a.Severity == "":
		reason = "an alert without a severity counts as " + judged.Priority
	}
	d.prioritized(i, ActorAlert, reason, events.IncidentPrioritized{
		Severity: a.Severity, Priority: judged.Priority, Was: i.Priority, Impact: judged.Impact, Urgency: judged.Urgency,
	})
	return true
}

// prioritized records a new priority and what follows from it: other goals, and triggers.
func (d *decider) prioritized(i *Incident, actor, reason string, fact events.IncidentPrioritized) {
	d.emit(i, actor, reason, fact)
	d.retime(i, "the priority changed from "+fact.Was+" to "+fact.Priority+": its goals count from the start")
	if alert.Higher(fact.Priority, fact.Was) {
		d.signal(i, escalation.PriorityRaised, "the priority rose from "+fact.Was+" to "+fact.Priority)
	}
}

var priorityPattern = regexp.MustCompile(`^P[1-5]$`)

// setPriority sets a priority by command, up or down.
func (d *decider) setPriority(i *Incident, ask events.PriorityReceived) {
	priority := ask.Priority
	refusal := ""
	switch {
	case priority == "" && i.catalog.Matrix == nil:
		refusal = "the catalog has no matrix of impact and urgency: name a priority"
	case priority == "":
		if priority = i.catalog.Matrix.Priority(ask.Impact, ask.Urgency); priority == "" {
			refusal = "the catalog's matrix does not have this impact and urgency"
		}
	case !priorityPattern.MatchString(priority):
		refusal = "a priority is one of P1, P2, P3, P4, P5"
	}
	if refusal == "" && priority == i.Priority {
		refusal = "it is " + priority + " already"
	}
	if refusal != "" {
		d.refuse(i, ask, refusal)
		return
	}
	d.prioritized(i, ask.By, ask.Note, events.IncidentPrioritized{
		Severity: i.Severity, Priority: priority, Was: i.Priority, By: ask.By, Impact: ask.Impact, Urgency: ask.Urgency, Pinned: true,
	})
}
