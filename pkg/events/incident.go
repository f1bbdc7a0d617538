package events

import "time"

// IncidentTriggered (LEDGER, EVENTS): an alert opened an incident.
type IncidentTriggered struct {
	Title    string `json:"title"`
	DedupKey string `json:"dedup_key"`
	Severity string `json:"severity,omitempty"`
	Priority string `json:"priority"` // P1 to P5
	Policy   string `json:"policy"`
	// Catalog is the revision the incident keeps for its whole life.
	Catalog string `json:"catalog"`
	// Alert is the first one.
	Alert Alert `json:"alert"`
}

// IncidentAcknowledged (LEDGER, EVENTS): somebody has it; escalation pauses.
type IncidentAcknowledged struct {
	By  string `json:"by"`
	Via string `json:"via,omitempty"`
	// Until is when the acknowledgement runs out by policy; zero means never.
	Until time.Time `json:"until,omitzero"`
}

// IncidentUnacknowledged (LEDGER, EVENTS): nobody has it any more; escalation starts anew.
type IncidentUnacknowledged struct {
	By string `json:"by,omitempty"` // empty when the policy's time ran out
}

// IncidentResolved (LEDGER, EVENTS): the incident is over.
type IncidentResolved struct {
	By string `json:"by,omitempty"` // empty when its alerts cleared
	// How is "command", "cleared" or "expired".
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
	Was      string `json:"was"` // the priority before
}

// IncidentAnnotated (LEDGER, EVENTS): somebody left a note.
type IncidentAnnotated struct {
	By   string `json:"by,omitempty"`
	Note string `json:"note"`
}

func (IncidentTriggered) Name() string      { return "incident.triggered" }
func (IncidentAcknowledged) Name() string   { return "incident.acknowledged" }
func (IncidentUnacknowledged) Name() string { return "incident.unacknowledged" }
func (IncidentResolved) Name() string       { return "incident.resolved" }
func (IncidentReopened) Name() string       { return "incident.reopened" }
func (IncidentPrioritized) Name() string    { return "incident.prioritized" }
func (IncidentAnnotated) Name() string      { return "incident.annotated" }
