package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tocsin.dev/pkg/client"
)

// outcome prints what a command or an alert led to, one line per fact.
func (a *app) outcome(out client.Outcome) error {
	return a.show(out, func() {
		for _, f := range out.Facts {
			fmt.Fprintf(a.stdout, "%s  %s\n", brief(f.Incident), clean(a.answer(f)))
		}
		if !out.Done {
			fmt.Fprintln(a.stderr, pending)
		}
	})
}

// pending is printed for what is stored safely but was not decided in time.
const pending = "accepted; the outcome is not known yet"

// answered holds the fields of the facts that answer commands. Each fact has some of them.
type answered struct {
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
	Priority string    `json:"priority"`
	// Alerts are the keys of the alerts in incident.split, and objects elsewhere.
	Alerts json.RawMessage `json:"alerts"`
}

// unattended lists the facts that also happen without a person. Without one the timeline's summary is
// printed.
var unattended = map[string]bool{
	"incident.acknowledged": true, "incident.unacknowledged": true, "incident.resolved": true, "incident.reopened": true, "incident.woken": true,
	"incident.prioritized": true, "incident.transferred": true, "incident.clocks_paused": true, "incident.clocks_resumed": true,
}

// answer describes a fact as the answer to a command: what was done, and by whom. Other facts are described
// as in the timeline.
func (a *app) answer(f client.Entry) string {
	var d answered
	if json.Unmarshal(f.Data, &d) != nil || d.By == "" && unattended[f.Type] {
		return f.Summary
	}
	did, detail := a.did(f.Type, d)
	if did == "" {
		return f.Summary
	}
	if d.By != "" {
		did += " by " + name(d.By)
	}
	return did + detail
}

// did returns what a command did, without who did it, and the detail that follows that. Both are empty for
// facts that do not answer a command.
func (a *app) did(fact string, d answered) (did, detail string) {
	switch fact {
	case "incident.acknowledged":
		return "acknowledged" + a.until(d.Until), ""
	case "incident.unacknowledged":
		return "acknowledgement withdrawn", ""
	case "incident.resolved":
		return "resolved", ""
	case "incident.reopened":
		return "reopened", ""
	case "incident.snoozed":
		return "snoozed" + a.until(d.Until), ""
	case "incident.woken":
		return "snooze ended", ""
	case "incident.prioritized":
		return "priority changed from " + d.Was + " to " + d.Priority, ""
	case "incident.merged":
		return "merged into " + brief(d.Into), ""
	case "merge.requested":
		return "merge into " + brief(d.Into) + " requested", ""
	case "incident.split":
		return keys(d.Alerts) + " moved to new incident " + brief(d.Into), ""
	case "incident.closed":
		if d.Cause != "" {
			detail = " (" + d.Cause + ")"
		}
		return "closed as " + d.Outcome, detail
	case "incident.clocks_paused":
		return "clocks paused" + a.until(d.Until), ""
	case "incident.clocks_resumed":
		return "clocks resumed", ""
	case "incident.clocks_cancelled":
		return "clocks cancelled", ""
	case "incident.assigned":
		return "assigned to " + name(d.To), ""
	case "incident.transferred":
		return "handed over to team " + d.To, ""
	case "incident.responders_added":
		return names(d.Pages) + " asked to help", ""
	case "incident.role_assigned":
		return d.Role + " set to " + nobody(name(d.Person)), ""
	case "incident.task_added":
		owner := ""
		if d.Owner != "" {
			owner = " for " + name(d.Owner)
		}
		return fmt.Sprintf("task %d%s added", d.Task, owner), ": " + d.Text
	case "incident.task_completed":
		return fmt.Sprintf("task %d completed", d.Task), ""
	case "incident.document_added":
		return fmt.Sprintf("document %d added", d.Document), ": " + d.Title
	}
	return "", ""
}

func keys(alerts json.RawMessage) string {
	var all []string
	if json.Unmarshal(alerts, &all) != nil || len(all) == 0 {
		return "alerts"
	}
	return strings.Join(all, ", ")
}

func (a *app) until(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return " until " + a.moment(t)
}
