// Package timeline turns facts into what people read: the present state of an incident, and its
// history.
//
// In: the facts of one incident, in order. Out: an [Incident] by [Fold], and by [Tell] an [Entry]
// with one plain sentence per fact. A fact of an unknown type is described by its name and changes
// nothing else, so an old reader survives a newer engine.
//
// The package decides nothing, reads no clock and never modifies its arguments.
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
	Cleared = "cleared" // its sender says that it is over
	Expired = "expired" // its sender fell silent
	Moved   = "moved"   // it feeds another incident, after a split or a merge
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
	AcknowledgedAt *time.Time `json:"acknowledged_at"` // nil if nobody has it
	AcknowledgedBy string     `json:"acknowledged_by"`
	ResolvedAt     *time.Time `json:"resolved_at"` // nil while it is open
	Assignee       string     `json:"assignee"`    // who is responsible for it
	Alerts         []Alert    `json:"alerts"`      // in the order in which they first fired
	// Seq is the number of its newest fact, UpdatedAt the time of that fact.
	Seq       uint64    `json:"seq"`
	UpdatedAt time.Time `json:"updated_at"`

	SnoozedUntil time.Time `json:"snoozed_until,omitzero"` // zero if it is not snoozed
	// Impact and Urgency led to the priority; empty if something else did.
	Impact  string `json:"impact,omitempty"`
	Urgency string `json:"urgency,omitempty"`
	Runbook string `json:"runbook,omitempty"` // link of the service
	// Roles are the people by their role in the response, such as "scribe".
	Roles map[string]string `json:"roles,omitempty"`
	// Responders were requested to help, or responded where several had to; in that order.
	Responders []string `json:"responders,omitempty"`
	Tasks      []Task   `json:"tasks,omitempty"` // follow-ups, in the order of their numbers
	// Documents are kept with it, such as its review. Their texts are in the facts that added them.
	Documents []Document `json:"documents,omitempty"`
	Notes     int        `json:"notes,omitempty"` // how many there are

	// Clocks measure it against the goals of its priority. If ClocksPaused, PausedUntil is when they
	// resume; zero means by command.
	Clocks       []Clock   `json:"clocks,omitempty"`
	ClocksPaused bool      `json:"clocks_paused,omitempty"`
	PausedUntil  time.Time `json:"paused_until,omitzero"`

	// MergedInto is the incident that this one was merged into, Absorbed are those merged into this
	// one, SplitFrom is the one it was split off from.
	MergedInto string   `json:"merged_into,omitempty"`
	Absorbed   []string `json:"absorbed,omitempty"`
	SplitFrom  string   `json:"split_from,omitempty"`

	// KnownError is the known error that it matches; nil for none.
	KnownError *events.PageKnown `json:"known_error,omitempty"`

	// Outcome and Cause are those it was closed with; empty until then.
	Outcome string `json:"outcome,omitempty"`
	Cause   string `json:"cause,omitempty"`
}

// Task is a follow-up of an incident.
type Task struct {
	Number int    `json:"number"` // from 1, within the incident
	Text   string `json:"text"`
	Owner  string `json:"owner,omitempty"` // "person:bo"
	Done   bool   `json:"done"`
	// DoneAt is zero until it is done; either is zero if it is not known.
	AddedAt time.Time `json:"added_at,omitzero"`
	DoneAt  time.Time `json:"done_at,omitzero"`
}

// Document is a text kept with an incident.
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
	Reason   string          `json:"reason"`  // the engine's reason; may be empty
	Actor    string          `json:"actor"`   // "person:ana", "alert", "policy", "clock"
	Data     json.RawMessage `json:"data"`    // the fact's data, byte for byte as in the ledger
	ID       string          `json:"id"`      // the fact's id
	Cause    string          `json:"cause,omitempty"`
	Hash     string          `json:"hash"` // hex of the chain's hash after this fact
}
