// Package channel is the port to the outside: hand one notification to one contact method.
//
// In: a [Notification], ready to be written in the channel's own form. Out: a [Result] that says
// what happened in one of six words. A channel never retries, never waits for a person and
// never decides who is next: the notifier does.
package channel

import (
	"context"
	"time"

	"tocsin.dev/pkg/events"
)

// Outcome is what came of one delivery.
type Outcome string

// The outcomes, as facts name them. Accepted, Delivered and Recorded end the page well.
const (
	Accepted  Outcome = events.OutcomeAccepted
	Delivered Outcome = events.OutcomeDelivered
	Retryable Outcome = events.OutcomeRetryable
	Permanent Outcome = events.OutcomePermanent
	Unknown   Outcome = events.OutcomeUnknown
	Recorded  Outcome = events.OutcomeRecorded
)

// Result is the outcome of one [Channel.Send].
type Result struct {
	Outcome Outcome
	// Reason is one line for the timeline, without any secret; empty when all went well.
	Reason string
	// RetryAfter is how long the provider asked to wait; zero leaves it to the notifier.
	RetryAfter time.Duration
}

// Notification is a page as one contact method gets it.
type Notification struct {
	// ID is the idempotency key: the same for every attempt of one page at one contact method.
	ID string
	// Attempt counts from 1.
	Attempt int
	// PossibleRepeat says that an earlier attempt may have arrived.
	PossibleRepeat bool

	Page     string // id of the page
	Incident string // id of the incident
	Service  string
	Team     string
	Target   string // whom it is for: "person:ana"
	Name     string // the same for a reader: "Ana Ruiz"
	// Level is the one that asked for the page, from 1; 0 when none did, and Why says what did.
	Level int
	Round int
	// Why is what the reader should know about having been asked: what asked where no level did, or
	// that one only looks on. Mostly empty at a level.
	Why      string
	Urgency  string // "high" or "low"
	Priority string // P1 to P5
	Severity string // the source's word, may be empty
	Title    string
	Link     string // the alert's own page, may be empty
	Runbook  string // link of the service, may be empty
	// Problem is the known error that the incident is a case of, Workaround what helps; both empty for none.
	Problem    string
	Workaround string
	Labels     events.Labels // of the alert that opened the incident, may be empty
	Late       time.Duration // how late the page is when that is worth saying
	OpenedAt   time.Time
	SentAt     time.Time // the instant of this attempt
}

// Address is where a contact method leads, with secrets already resolved. A channel reads its own
// field only.
type Address struct {
	Webhook *Webhook
	Email   string // an RFC 5322 address
	Console bool
}

// Webhook is the address of an HTTP receiver.
type Webhook struct {
	URL string
	// Secret signs the request (Standard Webhooks, "whsec_" + base64); empty sends it unsigned.
	Secret string
}

// Channel delivers notifications of one kind.
type Channel interface {
	// Name is the word used in the catalog and in facts: "webhook".
	Name() string
	// Send makes one attempt and returns when its outcome is known or ctx is done; it never
	// panics and puts no secret into the result.
	Send(ctx context.Context, to Address, n Notification) Result
	// Endpoint gives the key under which attempts are limited together, such as host and port.
	Endpoint(to Address) string
}
