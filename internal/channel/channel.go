// Package channel is the port for delivering one notification to one contact method.
//
// In: a [Notification], which the channel formats. Out: a [Result] with one of six outcomes. A channel
// never retries, never waits for a person and never decides who is next: the notifier does.
package channel

import (
	"context"
	"time"

	"tocsin.dev/pkg/events"
)

// Outcome is the outcome of one delivery attempt.
type Outcome string

// The outcomes, as facts name them. Accepted, Delivered and Recorded are successes.
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
	// Reason is one line for the timeline, without secrets; empty on success.
	Reason string
	// RetryAfter is how long the provider asked to wait; zero means that the notifier decides.
	RetryAfter time.Duration
}

// Notification is a page to one contact method.
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
	Target   string // the recipient: "person:ana"
	Name     string // its display name: "Ana Ruiz"
	// Level is the level that requested the page, from 1; 0 if none did, and Why says what did.
	Level int
	Round int
	// Why says what requested the page if no level did, or that the recipient is a shadow. Otherwise
	// empty.
	Why      string
	Urgency  string // "high" or "low"
	Priority string // P1 to P5
	Severity string // as the source names it, may be empty
	Title    string
	Link     string // the alert's own page, may be empty
	Runbook  string // link of the service, may be empty
	// Problem is the known error that the incident matches, with its Workaround; both empty for none.
	Problem    string
	Workaround string
	Labels     events.Labels // of the alert that opened the incident, may be empty
	Late       time.Duration // how late the page is; 0 if not noticeably
	OpenedAt   time.Time
	SentAt     time.Time // the instant of this attempt
}

// Address is the address of a contact method, with secrets already resolved. A channel reads only its own
// field.
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
	// Name is the channel's name in the catalog and in facts: "webhook".
	Name() string
	// Send makes one attempt and returns when its outcome is known or ctx is done. It never panics and
	// puts no secret into the result.
	Send(ctx context.Context, to Address, n Notification) Result
	// Endpoint is the key by which attempts are limited together, such as host and port.
	Endpoint(to Address) string
}
