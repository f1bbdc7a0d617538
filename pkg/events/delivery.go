package events

import "time"

// DeliveryClaimed (DELIVERIES): the notifier is about to send. It is on disk before the first packet.
type DeliveryClaimed struct {
	Page     string `json:"page"`
	Incident string `json:"incident"`
	Attempt  int    `json:"attempt"` // from 1 over all contact methods of the page
	Contact  string `json:"contact"`
	Channel  string `json:"channel"`
	Step     int    `json:"step"` // place in the person's plan, from 1: a plan may name a contact method twice
	// PossibleRepeat is set when an earlier attempt at this contact has no recorded answer.
	PossibleRepeat bool `json:"possible_repeat,omitempty"`
}

// DeliveryAnswered (DELIVERIES): the outcome of one attempt.
type DeliveryAnswered struct {
	Page    string `json:"page"`
	Attempt int    `json:"attempt"`
	Outcome string `json:"outcome"` // as in [Attempt]
	Reason  string `json:"reason,omitempty"`
	// RetryAt is the earliest instant for the next attempt at this contact; zero leaves it to the rules.
	RetryAt time.Time `json:"retry_at,omitzero"`
}

// DeliveryOpened (DELIVERIES): the notifier took a page on. It carries the whole request, so the
// log alone is enough to go on after a crash.
type DeliveryOpened struct {
	Incident string        `json:"incident"`
	Service  string        `json:"service"`
	Team     string        `json:"team,omitempty"`
	Page     PageRequested `json:"page"`
}

// DeliveryClosed (DELIVERIES): the notifier is done with a page.
type DeliveryClosed struct {
	Page string `json:"page"`
	// How is "delivered", "failed" or "superseded".
	How string `json:"how"`
}

// ReceiptReceived (INTAKE): the notifier tells the engine what became of a page.
type ReceiptReceived struct {
	Incident  string `json:"incident"`
	Page      string `json:"page"`
	Target    string `json:"target"`
	Delivered bool   `json:"delivered"`
	// Final is false while contact methods are still tried: the page is late, not lost.
	Final    bool      `json:"final"`
	Attempts []Attempt `json:"attempts"`
}

func (DeliveryOpened) Name() string   { return "delivery.opened" }
func (DeliveryClaimed) Name() string  { return "delivery.claimed" }
func (DeliveryAnswered) Name() string { return "delivery.answered" }
func (DeliveryClosed) Name() string   { return "delivery.closed" }
func (ReceiptReceived) Name() string  { return "receipt.received" }
