package archive

import (
	"context"
	"time"
)

// View is everything that an archive holds at one instant, for checks and exports. It can be walked
// several times. Close it soon: the store cannot clean up what an open view sees.
type View interface {
	// Head returns the head of the chain.
	Head(ctx context.Context) (Head, error)
	// Chain, Facts, Incidents, Removals and Holds call each with every chain entry, fact and so on: chain
	// entries and facts in order, incidents as in lists but oldest first, removals and holds by incident. An
	// error from each ends the walk and is returned unchanged. A fact's line and hash are valid only until
	// each returns.
	Chain(ctx context.Context, each func(ChainEntry) error) error
	// Facts sets the fields of the envelope that the archive keeps next to the line: Subject, IncidentSeq,
	// Type, Time and CausationID.
	Facts(ctx context.Context, each func(Fact) error) error
	Incidents(ctx context.Context, each func(Kept) error) error
	Removals(ctx context.Context, each func(Removal) error) error
	Holds(ctx context.Context, each func(Hold) error) error
	// Terms calls each with every search term of every incident, in any order. open means the index of open
	// incidents, which not every store has.
	Terms(ctx context.Context, each func(place int64, open bool, term string) error) error
	// Inspect calls each with every fault that the store finds in its own tables and indexes.
	Inspect(ctx context.Context, each func(problem string) error) error
	// Close ends the view.
	Close() error
}

// Kept is an incident as stored, with the columns for lists and searches.
type Kept struct {
	ID, Service, Team, Status string
	Place                     int64
	// Resolved is when it was resolved, for retention; zero while it is open.
	Resolved time.Time
	Document []byte
	Told     string
	Mark     int64
}

// Removal is what remains of an incident that retention removed.
type Removal struct {
	ID string
	At time.Time // when it was removed
	// Seq and Hash are those of its last fact. Later facts continue from there.
	Seq  uint64
	Hash []byte
	// Document is the incident as JSON without anything about people or alerts.
	Document []byte
	// Taken are the facts that were removed, summed up by record; see [Removal.TakenRecords].
	Taken []byte
}

// Viewer opens views.
type Viewer interface {
	View(ctx context.Context) (View, error)
}

// Follower reads new facts.
type Follower interface {
	// After calls each with up to most facts whose [Fact.Key] is higher than key (0 for all), in ledger
	// order, and returns how many there were. Facts are as in [View.Facts].
	After(ctx context.Context, key int64, most int, each func(Fact) error) (int, error)
}

// Hold keeps an incident from being removed, for a legal reason.
type Hold struct {
	Incident string    `json:"incident"`
	Since    time.Time `json:"since"`
	Reason   string    `json:"reason"` // may be empty
}

// Keeper puts incidents on hold and removes old ones. Only the archive has holds: the ledger does not, and
// a rebuilt archive has none. A keeper may work while a writer has the archive open.
type Keeper interface {
	// Hold keeps the incident with this full id until it is released; a second hold replaces the
	// reason. [ErrNotFound] when there is none.
	Hold(ctx context.Context, h Hold) error
	// Release ends a hold; [ErrNotFound] when there is none.
	Release(ctx context.Context, incident string) error
	// Holds returns all holds, oldest first; an empty slice for none.
	Holds(ctx context.Context) ([]Hold, error)
	// Remove removes up to most incidents that were resolved before that instant and are not held, the
	// longest resolved first, and returns how many. now is stored in their [Removal]s.
	Remove(ctx context.Context, resolvedBefore time.Time, most int, now time.Time) (int, error)
}
