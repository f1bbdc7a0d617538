package events

import "time"

// PageRequested (LEDGER, EVENTS): one person is to be reached about one incident.
// A page that is requested again keeps its id; only Asked and Known may change.
type PageRequested struct {
	Page   string `json:"page"`   // UUIDv5 of incident, round, level and target
	Target string `json:"target"` // "person:ana", "chat:ops-room" or "webhook:status-page"
	// Via is the target as written in the level, such as "schedule:payments-primary".
	Via     string `json:"via,omitempty"`
	Round   int    `json:"round"`
	Level   int    `json:"level"`   // 0 if the page was not requested by a level
	Urgency string `json:"urgency"` // "high" or "low"
	Asked   int    `json:"asked"`   // how many times it was requested, from 1
	// Late is how much later than due the page was requested, in seconds; 0 for a negligible delay.
	Late int `json:"late,omitempty"`
	// Why is the cause of a page that was not requested by a level: "resolution goal breached".
	Why     string `json:"why,omitempty"`
	Runbook string `json:"runbook,omitempty"` // link of the service
	// Known is the known error that matches the incident, with its workaround; nil if none does.
	Known *PageKnown `json:"known_error,omitempty"`

	Title    string    `json:"title"`
	Severity string    `json:"severity,omitempty"`
	Priority string    `json:"priority"`
	Link     string    `json:"link,omitempty"`
	Labels   Labels    `json:"labels,omitempty"` // of the alert that opened the incident
	OpenedAt time.Time `json:"opened_at"`
}

// PageSuperseded (LEDGER, EVENTS): the page is no longer wanted; pending attempts are dropped.
type PageSuperseded struct {
	Page   string `json:"page"`
	Target string `json:"target"`
}

// PageDelivered (LEDGER, EVENTS): a contact method accepted the page.
type PageDelivered struct {
	Page     string    `json:"page"`
	Target   string    `json:"target"`
	Contact  string    `json:"contact"` // id of the contact method that accepted it
	Channel  string    `json:"channel"` // "webhook", "email", "console"
	Attempts []Attempt `json:"attempts"`
}

// PageDelayed (LEDGER, EVENTS): no contact method has accepted the page yet; attempts
// continue, and so does the escalation.
type PageDelayed struct {
	Page     string    `json:"page"`
	Target   string    `json:"target"`
	Attempts []Attempt `json:"attempts"`
}

// PageFailed (LEDGER, EVENTS): no contact method accepted the page.
type PageFailed struct {
	Page     string    `json:"page"`
	Target   string    `json:"target"`
	Attempts []Attempt `json:"attempts"`
}

// The outcomes of an [Attempt].
const (
	OutcomeAccepted  = "accepted"  // the provider accepted it
	OutcomeDelivered = "delivered" // it is known to have reached the device or person
	OutcomeRecorded  = "recorded"  // deliberately not sent: this is a shadow run
	OutcomeRetryable = "retryable" // not sent; may work later
	OutcomePermanent = "permanent" // not sent, and never will be this way
	OutcomeUnknown   = "unknown"   // the connection broke after the provider may have accepted it
)

// Attempt is one delivery: one notification handed to one contact method, and the outcome.
type Attempt struct {
	Contact string    `json:"contact"`
	Channel string    `json:"channel"`
	At      time.Time `json:"at"`
	// Outcome is "accepted", "delivered", "retryable", "permanent" or "unknown"; in a shadow run "recorded":
	// nothing was sent, deliberately.
	Outcome string `json:"outcome"`
	Reason  string `json:"reason,omitempty"` // in the channel's words, without secrets
	// PossibleRepeat marks an attempt made because an earlier one had no recorded answer.
	PossibleRepeat bool `json:"possible_repeat,omitempty"`
}

func (PageRequested) Name() string  { return "page.requested" }
func (PageSuperseded) Name() string { return "page.superseded" }
func (PageDelivered) Name() string  { return "page.delivered" }
func (PageDelayed) Name() string    { return "page.delayed" }
func (PageFailed) Name() string     { return "page.failed" }
