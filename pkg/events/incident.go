package events

import "time"

// IncidentTriggered (LEDGER, EVENTS): an alert opened an incident.
type IncidentTriggered struct {
	Title    string `json:"title"`
	DedupKey string `json:"dedup_key"`
	Severity string `json:"severity,omitempty"`
	Priority string `json:"priority"` // P1 to P5
	Policy   string `json:"policy"`
	// Catalog is the revision that applies to the incident for its whole life.
	Catalog string `json:"catalog"`
	// Impact and Urgency are what the priority was derived from; empty if it follows from the severity.
	Impact  string `json:"impact,omitempty"`
	Urgency string `json:"urgency,omitempty"`
	// SplitFrom is the incident that the alert was split from, if any.
	SplitFrom string `json:"split_from,omitempty"`
	// Runbook is the link of the service; may be empty.
	Runbook string `json:"runbook,omitempty"`
	// Alert is the first one.
	Alert Alert `json:"alert"`
}

// IncidentAcknowledged (LEDGER, EVENTS): somebody has it; escalation pauses.
type IncidentAcknowledged struct {
	By  string `json:"by"`
	Via string `json:"via,omitempty"`
	// Responders are all who answered, if the level needs more than one.
	Responders []string `json:"responders,omitempty"`
	// Until is when the acknowledgement runs out by policy; zero means never.
	Until time.Time `json:"until,omitzero"`
}

// IncidentUnacknowledged (LEDGER, EVENTS): nobody has it any more; escalation starts over.
type IncidentUnacknowledged struct {
	By  string `json:"by,omitempty"`  // empty when the policy's time ran out
	Was string `json:"was,omitempty"` // who had it
}

// IncidentResolved (LEDGER, EVENTS): the incident is over.
type IncidentResolved struct {
	By string `json:"by,omitempty"` // empty when its alerts cleared
	// How is "command", "cleared", "expired" or "merged".
	How string `json:"how"`
}

// IncidentReopened (LEDGER, EVENTS): a resolved incident is open again.
type IncidentReopened struct {
	By string `json:"by,omitempty"` // empty when an alert did it
	// Alert is the one that fired again; nil when a person reopened it.
	Alert *Alert `json:"alert,omitempty"`
}

// IncidentPrioritized (LEDGER, EVENTS): severity or priority changed.
type IncidentPrioritized struct {
	Severity string `json:"severity,omitempty"`
	Priority string `json:"priority"`
	Was      string `json:"was"`          // the priority before
	By       string `json:"by,omitempty"` // the person who asked for it; empty when an alert or a rule did
	// Pinned means that a person set the priority: alerts no longer change it.
	Pinned  bool   `json:"pinned,omitempty"`
	Impact  string `json:"impact,omitempty"`
	Urgency string `json:"urgency,omitempty"`
}

// IncidentAnnotated (LEDGER, EVENTS): somebody left a note.
type IncidentAnnotated struct {
	By   string `json:"by,omitempty"`
	Note string `json:"note"`
}

// IncidentSnoozed (LEDGER, EVENTS): it is left alone until an instant.
type IncidentSnoozed struct {
	By    string    `json:"by,omitempty"`
	Until time.Time `json:"until"`
}

// IncidentWoken (LEDGER, EVENTS): the snooze is over; escalation starts over.
type IncidentWoken struct {
	By string `json:"by,omitempty"` // empty when the time was up
}

// IncidentAssigned (LEDGER, EVENTS): a person is accountable for it.
type IncidentAssigned struct {
	To  string `json:"to"`            // "person:bo"
	Was string `json:"was,omitempty"` // who was before
	By  string `json:"by,omitempty"`
}

// IncidentTransferred (LEDGER, EVENTS): another team owns it from here on (functional escalation).
// The envelope of this and all later facts names the new team.
type IncidentTransferred struct {
	To        string `json:"to"`
	Was       string `json:"was"`
	Policy    string `json:"policy"` // whose levels apply from here on
	WasPolicy string `json:"was_policy"`
	// Kind is "functional" (to a team with the expertise) or "hierarchical" (up the chain of management).
	Kind string `json:"kind,omitempty"`
	By   string `json:"by,omitempty"`
}

// IncidentRespondersAdded (LEDGER, EVENTS): more people are asked to help.
type IncidentRespondersAdded struct {
	By      string   `json:"by,omitempty"`
	Targets []string `json:"targets"`
	Pages   []string `json:"pages,omitempty"` // whom they resolved to; empty for nobody
	Round   int      `json:"round"`           // the round of the pages, see [EscalationAdvanced]
}

// IncidentResponderJoined (LEDGER, EVENTS): somebody answered, and the level needs more people.
type IncidentResponderJoined struct {
	By   string `json:"by"`
	Via  string `json:"via,omitempty"`
	Have int    `json:"have"`
	Need int    `json:"need"`
}

// IncidentMerged (LEDGER, EVENTS): it ends in favour of another one.
type IncidentMerged struct {
	Into        string `json:"into"`
	IntoService string `json:"into_service"`
	By          string `json:"by,omitempty"`
}

// IncidentAbsorbed (LEDGER, EVENTS): another incident ended in favour of this one.
type IncidentAbsorbed struct {
	From        string `json:"from"`
	FromService string `json:"from_service"`
	Title       string `json:"title"`
	By          string `json:"by,omitempty"`
	// Alerts of the same service keep this incident open from here on; those of another service are
	// listed only.
	Alerts []Alert `json:"alerts,omitempty"`
	// DedupKeys are those of the other incident if it belongs to the same service: their alerts
	// feed this one from here on.
	DedupKeys []string `json:"dedup_keys,omitempty"`
}

// IncidentSplit (LEDGER, EVENTS): some of its alerts feed a new incident from here on.
type IncidentSplit struct {
	Into   string   `json:"into"`
	Alerts []string `json:"alerts"` // keys
	By     string   `json:"by,omitempty"`
}

// IncidentRoleAssigned (LEDGER, EVENTS): a person has a role in the response.
type IncidentRoleAssigned struct {
	Role   string `json:"role"`             // "incident-manager", "communications" or "scribe"
	Person string `json:"person,omitempty"` // empty: nobody has the role any more
	By     string `json:"by,omitempty"`
}

// IncidentTaskAdded (LEDGER, EVENTS): a follow-up.
type IncidentTaskAdded struct {
	Task  int    `json:"task"` // from 1, within the incident
	Text  string `json:"text"`
	Owner string `json:"owner,omitempty"`
	By    string `json:"by,omitempty"`
}

// IncidentTaskCompleted (LEDGER, EVENTS): a follow-up is done.
type IncidentTaskCompleted struct {
	Task int    `json:"task"`
	By   string `json:"by,omitempty"`
}

// IncidentDocumentAdded (LEDGER, EVENTS): a document was added to the incident.
type IncidentDocumentAdded struct {
	Document int    `json:"document"` // from 1, within the incident
	Title    string `json:"title"`
	Type     string `json:"type"` // its media type, such as "text/markdown"
	Text     string `json:"text"`
	By       string `json:"by,omitempty"`
}

// IncidentClosed (LEDGER, EVENTS): it is closed; the next alert opens a new incident.
type IncidentClosed struct {
	Outcome string `json:"outcome"` // "fixed", "workaround", "duplicate", "false-alarm", "expected" or "unexplained"
	Cause   string `json:"cause,omitempty"`
	By      string `json:"by,omitempty"`
}

func (IncidentTriggered) Name() string       { return "incident.triggered" }
func (IncidentAcknowledged) Name() string    { return "incident.acknowledged" }
func (IncidentUnacknowledged) Name() string  { return "incident.unacknowledged" }
func (IncidentResolved) Name() string        { return "incident.resolved" }
func (IncidentReopened) Name() string        { return "incident.reopened" }
func (IncidentPrioritized) Name() string     { return "incident.prioritized" }
func (IncidentAnnotated) Name() string       { return "incident.annotated" }
func (IncidentSnoozed) Name() string         { return "incident.snoozed" }
func (IncidentWoken) Name() string           { return "incident.woken" }
func (IncidentAssigned) Name() string        { return "incident.assigned" }
func (IncidentTransferred) Name() string     { return "incident.transferred" }
func (IncidentRespondersAdded) Name() string { return "incident.responders_added" }
func (IncidentResponderJoined) Name() string { return "incident.responder_joined" }
func (IncidentMerged) Name() string          { return "incident.merged" }
func (IncidentAbsorbed) Name() string        { return "incident.absorbed" }
func (IncidentSplit) Name() string           { return "incident.split" }
func (IncidentRoleAssigned) Name() string    { return "incident.role_assigned" }
func (IncidentTaskAdded) Name() string       { return "incident.task_added" }
func (IncidentTaskCompleted) Name() string   { return "incident.task_completed" }
func (IncidentDocumentAdded) Name() string   { return "incident.document_added" }
func (IncidentClosed) Name() string          { return "incident.closed" }
