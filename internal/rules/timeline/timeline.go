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
	Moved   = "moved"   // it feeds another incident now, after a split or a merge
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
	Assignee       string     `json:"assignee"`    // who is answerable for it
	Alerts         []Alert    `json:"alerts"`      // in the order in which they first came
	// Seq is the number of its newest fact, UpdatedAt that fact's time.
	Seq       uint64    `json:"seq"`
	UpdatedAt time.Time `json:"updated_at"`

	SnoozedUntil time.Time `json:"snoozed_until,omitzero"` // zero while it is not snoozed
	// Impact and Urgency are what the priority was made of; empty where something else decided.
	Impact  string `json:"impact,omitempty"`
	Urgency string `json:"urgency,omitempty"`
	Runbook string `json:"runbook,omitempty"` // link of the service
	// Roles are the people by their role in the response, such as "scribe".
	Roles map[string]string `json:"roles,omitempty"`
	// Responders were asked to help, or answered where several had to; in the order in which they came.
	Responders []string `json:"responders,omitempty"`
	Tasks      []Task   `json:"tasks,omitempty"` // follow-ups, in the order of their numbers
	// Documents are kept with it, such as its review; each one's text stands in the fact that added it.
	Documents []Document `json:"documents,omitempty"`
	Notes     int        `json:"notes,omitempty"` // how many there are

	// Clocks measure it by the targets of its priority. ClocksPaused says that they stand still,
	// PausedUntil for how long; zero means until they are resumed by hand.
	Clocks       []Clock   `json:"clocks,omitempty"`
	ClocksPaused bool      `json:"clocks_paused,omitempty"`
	PausedUntil  time.Time `json:"paused_until,omitzero"`

	// MergedInto is the incident in whose favour this one ended, Absorbed are those that ended in
	// favour of this one, SplitFrom is the one that its first alert fed before.
	MergedInto string   `json:"merged_into,omitempty"`
	Absorbed   []string `json:"absorbed,omitempty"`
	SplitFrom  string   `json:"split_from,omitempty"`

	// KnownError is the problem whose known error it is a case of; nil for none.
	KnownError *events.PageKnown `json:"known_error,omitempty"`

	// Outcome and Cause are what the books were closed with; empty while they are not.
	Outcome string `json:"outcome,omitempty"`
	Cause   string `json:"cause,omitempty"`
}

// Task is a follow-up of an incident.
type Task struct {
	Number int    `json:"number"` // from 1, within the incident
	Text   string `json:"text"`
	Owner  string `json:"owner,omitempty"` // "person:bo"
	Done   bool   `json:"done"`
	// AddedAt is when it was noted, DoneAt when it was done; zero where that is not known, or not so.
	AddedAt time.Time `json:"added_at,omitzero"`
	DoneAt  time.Time `json:"done_at,omitzero"`
}

// Document is a text that is kept with an incident.
type Document struct {
	Number int       `json:"number"` // from 1, within the incident
	Title  string    `json:"title"`
	Type   string    `json:"type"`  // its media type
	Bytes  int       `json:"bytes"` // the length of its text
	By     string    `json:"by,omitempty"`
	At     time.Time `json:"at"`
	Seq    uint64    `json:"seq"` // number of the fact that has the text
}

// Alert is one alert of an incident.
type Alert struct {
	events.Alert
	Status string `json:"status"` // firing, cleared, expired, moved
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
