// Package archive is the port to the memory: incidents, timelines, and where in the ledger it stands.
//
// In: the facts of a stretch of the ledger, in order, with the position after them.
// Out: incidents and timelines, to be asked. The archive holds nothing that cannot be rebuilt from
// the ledger, and a rebuild gives identical content.
package archive

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"tocsin.dev/pkg/events"
)

// ErrNotFound says that the archive has no such incident.
var ErrNotFound = errors.New("no such incident")

// ErrAmbiguous says that a shortened id fits several incidents.
var ErrAmbiguous = errors.New("several incidents begin with that id")

// Fact is one line of the ledger, as the recorder hands it over.
type Fact struct {
	events.Envelope
	// Position is the ledger's sequence of the record it came in, Index its place therein from 0.
	Position uint64
	Index    int
	// Data is the fact's data as it stands in the ledger.
	Data json.RawMessage
	// Hash is SHA-256 over the hash of the incident's fact before it and Line; the chain begins with
	// 32 zero bytes. Set by the recorder; empty for facts without an incident.
	Hash []byte
	// Line is the encoded event as it stands in the ledger.
	Line []byte
}

// Incident is what the archive tells about one incident.
type Incident struct {
	ID             string     `json:"id"`
	Service        string     `json:"service"`
	Team           string     `json:"team"`
	Title          string     `json:"title"`
	Status         string     `json:"status"` // triggered, acknowledged, snoozed, resolved
	Priority       string     `json:"priority"`
	Severity       string     `json:"severity"`
	Policy         string     `json:"policy"`
	Level          int        `json:"level"` // 0 before the first
	Round          int        `json:"round"`
	DedupKey       string     `json:"dedup_key"`
	OpenedAt       time.Time  `json:"opened_at"`
	AcknowledgedAt *time.Time `json:"acknowledged_at"`
	AcknowledgedBy string     `json:"acknowledged_by"`
	ResolvedAt     *time.Time `json:"resolved_at"`
	Assignee       string     `json:"assignee"`
	Alerts         []Alert    `json:"alerts"`
	// Seq is the number of its newest fact, UpdatedAt that fact's time.
	Seq       uint64    `json:"seq"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Alert is one alert of an incident as the archive tells it.
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
	Summary  string          `json:"summary"` // one sentence, written by internal/rules/timeline
	Reason   string          `json:"reason"`
	Actor    string          `json:"actor"`
	Data     json.RawMessage `json:"data"`
	ID       string          `json:"id"`
	Cause    string          `json:"cause,omitempty"`
	Hash     string          `json:"hash"` // hex
}

// Query selects incidents, newest first.
type Query struct {
	// Status is one of the statuses, "open" (all but resolved) or "all". Defaults to "open".
	Status  string
	Service string
	Team    string
	// Limit is the most incidents to return. Defaults to 50; at most 1000.
	Limit int
	// Before pages on: only incidents opened before this one of an earlier answer.
	Before string
}

// Writer is the recorder's side.
type Writer interface {
	// Position gives the ledger's sequence up to which everything is kept; 0 for an empty archive.
	Position(ctx context.Context) (uint64, error)
	// Keep stores facts and the position after them in one transaction, durably. Facts at or
	// below the present position are left out, so that keeping twice is keeping once.
	Keep(ctx context.Context, facts []Fact, position uint64) error
	// Head gives the number and hash of the incident's newest fact; 0 and nil for none.
	Head(ctx context.Context, incident string) (seq uint64, hash []byte, err error)
}

// Reader is the side of those who ask.
type Reader interface {
	// Incidents gives those that fit the query; an empty slice for none.
	Incidents(ctx context.Context, q Query) ([]Incident, error)
	// Incident finds one by its id or by an unambiguous beginning of it of at least 4 characters.
	Incident(ctx context.Context, id string) (Incident, error)
	// Timeline gives the entries of the incident with this full id after seq, in order.
	Timeline(ctx context.Context, id string, after uint64) ([]Entry, error)
	// Caused gives the entries that the input with this id led to; empty when there are none (yet).
	Caused(ctx context.Context, cause string) ([]Entry, error)
	// Digest is a hash over all content in ledger order: equal for equal ledgers.
	Digest(ctx context.Context) (string, error)
}

// Archive is both sides.
type Archive interface {
	Writer
	Reader
	Close() error
}
