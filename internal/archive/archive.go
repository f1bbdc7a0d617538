// Package archive is the port to stored timelines and incidents.
//
// In: facts in ledger order, with the position after them. Out: answers about incidents and timelines. Except
// for holds and removals the archive has nothing that cannot be rebuilt from the ledger, and a rebuild has
// identical content. What all stores have in common is in this package too, see [Tx].
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

// ErrAmbiguous says that a shortened id matches several incidents.
var ErrAmbiguous = errors.New("several incidents begin with that id")

// Fact is one line of the ledger.
type Fact struct {
	events.Envelope
	// Position is the ledger's sequence of its record, Index its place in the record from 0.
	Position uint64
	Index    int
	// Hash is SHA-256 over the hash of the incident's fact before it and Line; the chain begins with
	// 32 zero bytes. Set by the recorder; empty for facts without an incident.
	Hash []byte
	// Line is the encoded event, byte for byte as in the ledger.
	Line []byte
}

// The archive stores and returns the types of package timeline.
type (
	// Incident is the current state of one incident.
	Incident = timeline.Incident
	// Alert is one alert of an incident.
	Alert = timeline.Alert
	// Entry is one line of a timeline.
	Entry = timeline.Entry
)

// How many incidents one query returns.
const (
	DefaultLimit = 50
	MaxLimit     = 1000
)

// MinPrefix is the fewest characters of an id that may stand for it.
const MinPrefix = 4

// Query selects the incidents that match all of its fields. They are listed newest first by the millisecond
// in which they opened, and within one by their order in the ledger.
type Query struct {
	// Status is one of the statuses, "open" (all but resolved) or "all". Defaults to "open".
	Status   string
	Service  string
	Team     string
	Priority string // "P1"
	// Person was paged for it or answered it, with or without "person:" before the id.
	Person string
	// Labels are names and values that its alerts have, not necessarily all on the same alert.
	Labels map[string]string
	// Tasks selects incidents with follow-up tasks: "open" for those with an open one, "any" for all with
	// tasks. Empty selects all incidents.
	Tasks string
	// Text is words that must all occur in its title, service, notes, or its alerts' summaries, descriptions
	// and label values, in any order and any case. Only whole words count, see [Words]. A text without a
	// word matches nothing.
	Text string
	// From and To bound the opening, From included and To not, truncated to milliseconds. Zero means no
	// bound.
	From, To time.Time
	// Limit is the most incidents to return. Defaults to [DefaultLimit]; at most [MaxLimit].
	Limit int
	// Before is the last incident of the previous page: only what is listed after it is returned.
	Before string
}

// Writer is what the recorder uses.
type Writer interface {
	// Position returns the ledger's sequence up to which everything is kept; 0 for an empty archive.
	Position(ctx context.Context) (uint64, error)
	// Keep durably stores facts, the state of their incidents after them, and the position after them, in
	// one transaction. Facts at or below the present position are skipped, and a position at or below it
	// changes nothing, so keeping twice is the same as keeping once.
	Keep(ctx context.Context, facts []Fact, incidents []Incident, position uint64) error
	// Load returns the incidents with these full ids that it has, in any order.
	Load(ctx context.Context, ids []string) ([]Incident, error)
	// Head returns the number and hash of the incident's newest fact in ledger order; 0 and nil for none.
	Head(ctx context.Context, incident string) (seq uint64, hash []byte, err error)
}

// Builder is a writer that is faster when it knows that a whole ledger follows.
type Builder interface {
	// Build announces many writes and few reads until [Builder.Settle], which may then take a while. Writes
	// are as durable as always, and readers get the same answers, some of them slowly. It does nothing when
	// the archive is not empty.
	Build(ctx context.Context) error
	// Settle ends building; so does reopening the archive.
	Settle(ctx context.Context) error
}

// Reader answers questions.
type Reader interface {
	// Incidents returns those that match the query; an empty slice for none.
	Incidents(ctx context.Context, q Query) ([]Incident, error)
	// Incident finds one by its id or by an unambiguous beginning of it of at least 4 characters.
	Incident(ctx context.Context, id string) (Incident, error)
	// Timeline returns the entries of the incident with this full id after seq, in ledger order;
	// an empty slice for none.
	Timeline(ctx context.Context, id string, after uint64) ([]Entry, error)
	// Caused returns the entries that the input with this id caused; empty when there are none (yet).
	Caused(ctx context.Context, cause string) ([]Entry, error)
	// Digest is a hash over all content in ledger order: equal for equal ledgers.
	Digest(ctx context.Context) (string, error)
}

// Archive writes and reads.
type Archive interface {
	Writer
	Reader
	Close() error
}
