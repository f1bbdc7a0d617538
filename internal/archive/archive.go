// Package archive is the port to the memory: incidents, timelines, and where in the ledger it stands.
//
// In: the facts of a stretch of the ledger, in order, with the position after them.
// Out: incidents and timelines, to be asked. The archive holds nothing that cannot be rebuilt from
// the ledger, and a rebuild gives identical content.
package archive

import (
	"context"
	"errors"
	"time"

	"tocsin.dev/internal/rules/timeline"
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
	// Hash is SHA-256 over the hash of the incident's fact before it and Line; the chain begins with
	// 32 zero bytes. Set by the recorder; empty for facts without an incident.
	Hash []byte
	// Line is the encoded event as it stands in the ledger.
	Line []byte
}

// What the archive tells is written by the rules of the timeline.
type (
	// Incident is one incident as it stands.
	Incident = timeline.Incident
	// Alert is one alert of an incident.
	Alert = timeline.Alert
	// Entry is one line of a timeline.
	Entry = timeline.Entry
)

// The number of incidents in one answer.
const (
	DefaultLimit = 50
	MaxLimit     = 1000
)

// MinPrefix is the fewest characters of an id that may stand for it.
const MinPrefix = 4

// Query selects incidents: those that fit all of its fields. They are listed newest first by the
// millisecond in which they opened, and within one by the ledger.
type Query struct {
	// Status is one of the statuses, "open" (all but resolved) or "all". Defaults to "open".
	Status   string
	Service  string
	Team     string
	Priority string // "P1"
	// Person is who was paged for it or answered it, with or without "person:" before the id.
	Person string
	// Labels are names with values that an alert of it has, not necessarily the same alert all of them.
	Labels map[string]string
	// Tasks keeps to incidents that have follow-ups: "open" to those of which some are to do yet, "any"
	// to all. Empty means whatever they have.
	Tasks string
	// Text is words that occur in its title, service, notes, or its alerts' summaries, descriptions
	// and label values: all of them, in any order, whatever their case. Only whole words count,
	// see [Words]. A text without a word fits nothing.
	Text string
	// From and To bound the opening, From included and To not, in milliseconds; what is finer is
	// cut off. Zero means no bound.
	From, To time.Time
	// Limit is the most incidents to return. Defaults to 50; more than [MaxLimit] counts as that.
	Limit int
	// Before pages on: only what is listed after this incident, the last one of an earlier answer.
	Before string
}

// Writer is the recorder's side.
type Writer interface {
	// Position gives the ledger's sequence up to which everything is kept; 0 for an empty archive.
	Position(ctx context.Context) (uint64, error)
	// Keep stores facts, the incidents they touched as they stand after them, and the position
	// after them in one transaction, durably: all or nothing. Facts at or below the present
	// position are left out, and a position at or below it changes nothing at all, so that keeping
	// twice is keeping once.
	Keep(ctx context.Context, facts []Fact, incidents []Incident, position uint64) error
	// Load gives the incidents with these full ids, in any order; those it does not hold are left out.
	Load(ctx context.Context, ids []string) ([]Incident, error)
	// Head gives the number and hash of the incident's newest fact in ledger order; 0 and nil for none.
	Head(ctx context.Context, incident string) (seq uint64, hash []byte, err error)
}

// Builder is the side of a writer that is quicker when it knows that a whole ledger comes.
type Builder interface {
	// Build says that very much will be kept and little asked until [Builder.Settle], which may
	// then take a while. What is kept is as good and as durable as always, and readers get the
	// same answers, some of them slowly. It does nothing where there is something already.
	Build(ctx context.Context) error
	// Settle ends it; opening the archive again does as well.
	Settle(ctx context.Context) error
}

// Reader is the side of those who ask.
type Reader interface {
	// Incidents gives those that fit the query; an empty slice for none.
	Incidents(ctx context.Context, q Query) ([]Incident, error)
	// Incident finds one by its id or by an unambiguous beginning of it of at least 4 characters.
	Incident(ctx context.Context, id string) (Incident, error)
	// Timeline gives the entries of the incident with this full id after seq, in ledger order;
	// an empty slice for none.
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
