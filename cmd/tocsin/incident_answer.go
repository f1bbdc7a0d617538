package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tocsin.dev/pkg/client"
)

// deed is what the facts that answer commands say, each of them some of it.
type deed struct {
	By       string    `json:"by"`
	Until    time.Time `json:"until"`
	To       string    `json:"to"`
	Was      string    `json:"was"`
	Into     string    `json:"into"`
	Role     string    `json:"role"`
	Person   string    `json:"person"`
	Task     int       `json:"task"`
	Text     string    `json:"text"`
	Document int       `json:"document"`
	Title    string    `json:"title"`
	Owner    string    `json:"owner"`
	Outcome  string    `json:"outcome"`
	Cause    string    `json:"cause"`
	Pages    []string  `json:"pages"`
	// Alerts are keys where alerts were split off, and alerts elsewhere.
	Alerts   json.RawMessage `json:"alerts"`
	Priority string          `json:"priority"`
}

// happened tells a fact as the answer to a command: what was done, until when, and by whom. What has no
// words here is told as in the timeline.
func (a *app) happened(f client.Entry) string {
	var d deed
	if json.Unmarshal(f.Data, &d) != nil {
		return f.Summary
	}
	by := ""
	if d.By != "" {
		by = " by " + name(d.By)
	} else if answers[f.Type] {
		return f.Summary
	}
	if told := a.sentence(f.Type, d, by); told != "" {
		return told
	}
	return f.Summary
}

// answers are the facts that a command or something else may lead to: without somebody who asked, they
// are told as in the timeline.
var answers = map[string]bool{
	"incident.acknowledged": true, "incident.unacknowledged": true, "incident.resolved": true, "incident.reopened": true,
	"incident.woken": true, "incident.prioritized": true, "incident.transferred": true, "incident.clocks_paused": true, "incident.clocks_resumed": true,
}

// sentence says what was done; empty for what is no answer to a command.
func (a *app) sentence(fact string, d deed, by string) string {
	switch fact {
	case "incident.acknowledged":
		return "acknowledged" + a.until(d.Until) + by
	case "incident.unacknowledged":
		return "given back" + by
	case "incident.resolved":
		return "resolved" + by
	case "incident.reopened":
		return "reopened" + by
	case "incident.snoozed":
		return "snoozed" + a.until(d.Until) + by
	case "incident.woken":
		return "woken" + by
	case "incident.prioritized":
		return "priority changed from " + d.Was + " to " + d.Priority + by
	case "incident.merged":
		return "merged into " + brief(d.Into) + by
	case "merge.requested":
		return "merge into " + brief(d.Into) + " asked for" + by
	case "incident.split":
		return keys(d.Alerts) + " split off to " + brief(d.Into) + by
	case "incident.closed":
		return "closed as " + d.Outcome + by + because(d.Cause)
	case "incident.clocks_paused":
		return "clocks paused" + a.until(d.Until) + by
	case "incident.clocks_resumed":
		return "clocks resumed" + by
	case "incident.clocks_cancelled":
		return "clocks cancelled" + by
	}
	return cast(fact, d, by)
}

// cast tells who does what from now on.
func cast(fact string, d deed, by string) string {
	switch fact {
	case "incident.assigned":
		return "assigned to " + name(d.To) + by
	case "incident.transferred":
		return "handed to team " + d.To + by
	case "incident.responders_added":
		var all []string
		for _, one := range d.Pages {
			all = append(all, name(one))
		}
		return "help of " + strings.Join(all, ", ") + " asked for" + by
	case "incident.role_assigned":
		return d.Role + " is " + nobody(name(d.Person)) + " now, set" + by
	case "incident.task_added":
		owner := ""
		if d.Owner != "" {
			owner = " for " + name(d.Owner)
		}
		return fmt.Sprintf("task %d%s noted%s: %s", d.Task, owner, by, d.Text)
	case "incident.document_added":
		return fmt.Sprintf("document %d kept%s: %s", d.Document, by, d.Title)
	case "incident.task_completed":
		return fmt.Sprintf("task %d ticked off%s", d.Task, by)
	}
	return ""
}

func keys(alerts json.RawMessage) string {
	var all []string
	if json.Unmarshal(alerts, &all) != nil || len(all) == 0 {
		return "alerts"
	}
	return strings.Join(all, ", ")
}

func because(cause string) string {
	if cause == "" {
		return ""
	}
	return " (" + cause + ")"
}

func (a *app) until(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " until " + a.moment(t)
}

// name gives a person's id without the word before it.
func name(actor string) string { return strings.TrimPrefix(actor, "person:") }

// lost adds where to look to an error about an incident.
func lost(err error) error {
	if code := classify(err).code; code == codeNotFound {
		return fault{err: err, hint: "'tocsin incident list --status all' lists them; an id may be shortened to 4 characters or more"}
	}
	return err
}
