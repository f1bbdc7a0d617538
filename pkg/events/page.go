package events

import "time"

// PageRequested (LEDGER, EVENTS): one person is to be reached about one incident.
// A page that is asked again keeps its id and everything else but Asked, and Known as it stands then.
type PageRequested struct {
	Page   string `json:"page"`   // UUIDv5 of incident, round, level and target
	Target string `json:"target"` // "person:ana", "chat:ops-room" or "webhook:status-page"
	// Via is the level's word that led to the target, such as "schedule:payments-primary".
	Via     string `json:"via,omitempty"`
	Round   int    `json:"round"`
	Level   int    `json:"level"`   // 0 for a page that no level asked for
	Urgency string `json:"urgency"` // "high" or "low"
	Asked   int    `json:"asked"`   // 1 for the first time
	// Late is how much later than due it was asked for, in seconds, when that is worth saying.
	Late int `json:"late,omitempty"`
	// Why says what asked for the page, where no level did: "resolution goal breached".
	Why     string `json:"why,omitempty"`
	Runbook string `json:"runbook,omitempty"` // link of the service
	// Known is the known error that the incident is a case of, with its workaround; nil for none.
	Known *PageKnown `json:"known_error,omitempty"`

	Title    string    `json:"title"`
	Severity string    `json:"severity,omitempty"`
	Priority string    `json:"priority"`
	Link     string    `json:"link,omitempty"`
	Labels   Labels    `json:"labels,omitempty"` // of the alert that opened the incident
	OpenedAt time.Time `json:"opened_at"`
}

// PageSuperseded (LEDGER, EVENTS): the page is no longer wanted; what was not sent stays unsent.
type PageSuperseded struct {
	Page   string `json:"page"`
	Target string `json:"target"`
}

// PageDelivered (LEDGER, EVENTS): a contact method took the page.
type PageDelivered struct {
	Page     string    `json:"page"`
	Target   string    `json:"target"`
	Contact  string    `json:"contact"` // id of the contact method that took it
	Channel  string    `json:"channel"` // "webhook", "email", "console"
	Attempts []Attempt `json:"attempts"`
}

// PageDelayed (LEDGER, EVENTS): no contact method has taken the page yet and all are still tried;
// the climb goes on meanwhile.
type PageDelayed struct {
	Page     string    `json:"page"`
	Target   string    `json:"target"`
	Attempts []Attempt `json:"attempts"`
}

// PageFailed (LEDGER, EVENTS): no contact method took the page.
type PageFailed struct {
	Page     string    `json:"page"`
	Target   string    `json:"target"`
	Attempts []Attempt `json:"attempts"`
}

// The outcomes of an [Attempt].
const (
	OutcomeAccepted  = "accepted"  // the provider took it
	OutcomeDelivered = "delivered" // it is known to have reached the device or person
	OutcomeRecorded  = "recorded"  // deliberately not sent: this is a shadow run
	OutcomeRetryable = "retryable" // not sent; may work later
	OutcomePermanent = "permanent" // not sent, and never will be this way
	OutcomeUnknown   = "unknown"   // it broke off after the point where it may have been taken
)

// Attempt is one delivery: handing one notification to one contact method, and what came of it.
type Attempt struct {
	Contact string    `json:"contact"`
	Channel string    `json:"channel"`
	At      time.Time `json:"at"`
	// Outcome is "accepted", "delivered", "retryable", "permanent" or "unknown"; in a shadow run "recorded":
	// nothing was sent, by intent.
	Outcome string `json:"outcome"`
	Reason  string `json:"reason,omitempty"` // the channel's words, free of secrets
	// PossibleRepeat marks an attempt made because an earlier one had no recorded answer.
	PossibleRepeat bool `json:"possible_repeat,omitempty"`
}

func (PageRequested) Name() string  { return "page.requested" }
func (PageSuperseded) Name() string { return "page.superseded" }
func (PageDelivered) Name() string  { return "page.delivered" }
func (PageDelayed) Name() string    { return "page.delayed" }
func (PageFailed) Name() string     { return "page.failed" }
