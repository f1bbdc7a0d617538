package archive

import (
	"context"
	"time"
)

// View shows everything that an archive holds as of one instant, for checks and exports. It may be
// gone through several times. Close it soon: what it sees cannot be cleaned up behind it.
type View interface {
	// Progress gives how far the archive stands.
	Progress(ctx context.Context) (Progress, error)
	// Records, Facts, Incidents and Removals call each with every one of theirs: records and
	// facts in ledger order, incidents in the order in which they are listed, oldest first,
	// removals by their ids. An error of each ends it and comes back as it is. A fact's line and
	// hash are each's only until it returns.
	Records(ctx context.Context, each func(Record) error) error
	// Facts fills of the envelope what the archive keeps beside the line: Subject, IncidentSeq,
	// Type, Time and CausationID.
	Facts(ctx context.Context, each func(Fact) error) error
	Incidents(ctx context.Context, each func(Kept) error) error
	Removals(ctx context.Context, each func(Removal) error) error
	// Holds and Deeds call each with every one of theirs, holds by their incidents' ids, deeds in the
	// order in which they were done.
	Holds(ctx context.Context, each func(Hold) error) error
	Deeds(ctx context.Context, each func(Deed) error) error
	// Terms calls each with every term that a search finds an incident by, in any order: the
	// incident's place, and whether it stands in the index of open incidents. A store without such
	// an index never says so.
	Terms(ctx context.Context, each func(place int64, open bool, term string) error) error
	// Inspect calls each with what the store itself finds wrong with its structure.
	Inspect(ctx context.Context, each func(problem string) error) error
	// Close ends the view.
	Close() error
}

// Kept is an incident with what is kept beside its document for lists and searches.
type Kept struct {
	ID, Service, Team, Status string
	Place                     int64
	// Resolved is what retention goes by; zero while it is open.
	Resolved time.Time
	Document []byte
	Told     string
	Mark     int64
}

// Removal is what is left of an incident that was kept long enough.
type Removal struct {
	ID string
	At time.Time // when it was removed
	// Seq is the number of its last fact, Hash the end of its chain: should facts come after all,
	// they go on from there.
	Seq  uint64
	Hash []byte
	// Document is what is left of it, as [Remains] made it.
	Document []byte
}

// Viewer gives views.
type Viewer interface {
	View(ctx context.Context) (View, error)
}

// Follower tells facts as they come, to whoever keeps something of them in memory.
type Follower interface {
	// After calls each with the facts whose [Fact.Key] is higher than key (0 for all), in ledger
	// order and up to so many, and says how many that were. What each is given is as in [View.Facts].
	After(ctx context.Context, key int64, most int, each func(Fact) error) (int, error)
}

// Hold keeps an incident from being removed, for a legal reason.
type Hold struct {
	Incident string    `json:"incident"`
	Since    time.Time `json:"since"`
	Reason   string    `json:"reason"` // may be empty
}

// Keeper is the side of those who decide how long incidents stay. Holds are of the archive alone:
// the ledger knows nothing of them, and a rebuild has none. It is safe beside the archive's writer.
type Keeper interface {
	// Hold keeps the incident with this full id until it is released; a second hold replaces the
	// reason. [ErrNotFound] when there is none.
	Hold(ctx context.Context, h Hold) error
	// Release ends a hold; [ErrNotFound] when there is none.
	Release(ctx context.Context, incident string) error
	// Holds gives all of them, the oldest first; an empty slice for none.
	Holds(ctx context.Context) ([]Hold, error)
	// Remove takes out, whole, up to most of the incidents that were resolved before that instant
	// and are not held, the longest resolved first, and says how many that were. now is noted in
	// what is left of them.
	Remove(ctx context.Context, resolvedBefore time.Time, most int, now time.Time) (int, error)
}
