// Package timeline turns facts into what people read: an incident as it stands, and the story of
// how it came to stand so.
//
// In: the facts of one incident, in order. Out: an [Incident] by [Fold], and one [Entry] with one
// plain sentence for each fact by [Tell]. Facts of types that this build does not know are told by
// their name and change nothing else, so an old reader survives a newer engine.
//
// The package decides nothing, reads no clock and never changes what it was given.
package timeline

import (
	"encoding/json"
	"time"

	"tocsin.dev/pkg/events"
)

// The statuses of an incident. Open is every one but Resolved.
const (
	Triggered    = "triggered"
	Acknowledged = "acknowledged"
	Snoozed      = "snoozed"
	Resolved     = "resolved"
)

// The statuses of an alert within an incident.
const (
	Firing  = "firing"
	Cleared = "cleared" // its source says that it is over
	Expired = "expired" // its source fell silent
)

// Incident is what is known about one incident. The zero value is an incident before its first fact.
type Incident struct {
	ID             string     `json:"id"`
	Service        string     `json:"service"`
	Team           string     `json:"team"`
	Title          string     `json:"title"`
	Status         string     `json:"status"`   // triggered, acknowledged, snoozed, resolved
	Priority       string     `json:"priority"` // P1 to P5
	Severity       string     `json:"severity"` // the source's word, may be empty
	Policy         string     `json:"policy"`
	Level          int        `json:"level"` // the last level reached, from 1; 0 before the first
	Round          int        `json:"round"` // the round of that level, from 1; 0 before the first
	DedupKey       string     `json:"dedup_key"`
	OpenedAt       time.Time  `json:"opened_at"`
	AcknowledgedAt *time.Time `json:"acknowledged_at"` // nil while nobody has it
	AcknowledgedBy string     `json:"acknowledged_by"`
	ResolvedAt     *time.Time `json:"resolved_at"` // nil while it is open
	Assignee       string     `json:"assignee"`
	Alerts         []Alert    `json:"alerts"` // in the order in which they first came
	// Seq is the number of its newest fact, UpdatedAt that fact's time.
	Seq       uint64    `json:"seq"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Alert is one alert of an incident.
type Alert struct {
	events.Alert
	Status string `json:"status"` // firing, cleared, expired
}

// Entry is one line of a timeline.
type Entry struct {
	Seq      uint64          `json:"seq"`
	At       time.Time       `json:"at"`
	Type     string          `json:"type"` // the fact's name: "incident.acknowledged"
	Incident string          `json:"incident"`
	Summary  string          `json:"summary"` // one sentence
	Reason   string          `json:"reason"`  // why, in the engine's words; may be empty
	Actor    string          `json:"actor"`   // "person:ana", "alert", "policy", "clock"
	Data     json.RawMessage `json:"data"`    // the fact's data as it stands in the ledger
	ID       string          `json:"id"`      // the fact's id
	Cause    string          `json:"cause,omitempty"`
	Hash     string          `json:"hash"` // hex of the chain's hash after this fact
}
