// Package revisions keeps catalog revisions on the bus, so that all services decide by the same one
// and history can be replayed with the one of its time.
//
// In: the files of a catalog. Out: checked catalogs by revision. A revision is stored before it is
// announced on INTAKE, to each partition in its place among the other inputs. A faulty catalog
// never replaces a good one. The caller reads the files.
package revisions

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"tocsin.dev/internal/bus"
	"tocsin.dev/internal/catalog"
	"tocsin.dev/internal/intake"
	"tocsin.dev/pkg/events"
)

// ErrNone means that no catalog was ever applied.
var ErrNone = errors.New("no catalog was applied yet")

// ErrForged means that the content of a stored catalog does not match its name, which is its hash. Such a
// catalog is never used: write access to the store must not allow anybody to change what an old decision
// was based on, or what the next one will be.
var ErrForged = errors.New("its content was changed after it was applied")

const (
	blobCurrent = "catalog.current"
	blobPrefix  = "catalog.revision."
	// blobPending names the revision that is being announced, or is nonePending. Meanwhile some
	// partitions may follow another revision than the current one.
	blobPending = "catalog.pending"
	nonePending = "none"
)

// Bus is the part of the bus that the store needs.
type Bus interface {
	bus.Publisher
	bus.Blobs
	Partitions() (services, targets int)
}

// Store reads and writes revisions. It may be used by many goroutines.
type Store struct {
	bus   Bus
	clock func() time.Time

	latest atomic.Pointer[catalog.Catalog]

	mu     sync.Mutex
	loaded map[string]*catalog.Catalog
}

// NewStore returns a store on the bus.
func NewStore(b Bus, clock func() time.Time) *Store {
	return &Store{bus: b, clock: clock, loaded: map[string]*catalog.Catalog{}}
}

// Apply checks the files and brings them into force as a new revision. With faults that are more than
// warnings nothing changes and revision is empty. The current revision is not applied again.
func (s *Store) Apply(ctx context.Context, files map[string][]byte, by string) (revision string, faults []catalog.Fault, err error) {
	c, faults := catalog.Parse(files)
	if catalog.Refused(faults) {
		return "", faults, nil
	}
	revision = c.Rules.Revision
	inForce, err := s.inForce(ctx, revision)
	if err == nil && !inForce {
		err = s.enforce(ctx, revision, files, by)
	}
	if err != nil {
		return "", faults, fmt.Errorf("apply catalog: %w", err)
	}
	s.keep(c)
	s.latest.Store(c)
	return revision, faults, nil
}

// inForce reports whether the revision is the last that was announced to every partition.
func (s *Store) inForce(ctx context.Context, revision string) (bool, error) {
	current, err := s.CurrentRevision(ctx)
	if errors.Is(err, ErrNone) || err == nil && current != revision {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	pending, err := s.bus.Get(ctx, blobPending)
	if errors.Is(err, bus.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	return string(pending) == nonePending, nil
}

// enforce stores the revision, announces it to every partition, and makes it the current one. If it
// fails, the next Apply starts again, whichever revision that is for.
func (s *Store) enforce(ctx context.Context, revision string, files map[string][]byte, by string) error {
	if err := s.put(ctx, revision, files); err != nil {
		return err
	}
	if err := s.bus.Put(ctx, blobPending, []byte(revision)); err != nil {
		return err
	}
	if err := s.announce(ctx, revision, by); err != nil {
		return err
	}
	if err := s.bus.Put(ctx, blobCurrent, []byte(revision)); err != nil {
		return err
	}
	return s.bus.Put(ctx, blobPending, []byte(nonePending))
}

func (s *Store) put(ctx context.Context, revision string, files map[string][]byte) error {
	b, err := json.Marshal(files)
	if err != nil {
		return err
	}
	return s.bus.Put(ctx, blobPrefix+revision, b)
}

// announce puts the revision onto INTAKE of every partition.
func (s *Store) announce(ctx context.Context, revision, by string) error {
	now := s.clock().UTC()
	services, _ := s.bus.Partitions()
	for p := range services {
		e := events.New(events.CatalogRevised{Revision: revision, By: by})
		e.ID = events.DeriveID("catalog", revision, now.Format(time.RFC3339Nano), fmt.Sprint(p))
		e.Source, e.Time = "tocsin/catalog", now
		if err := intake.Put(ctx, s.bus, p, intake.Catalog, e.ID, e); err != nil {
			return err
		}
	}
	return nil
}

// CurrentRevision returns the newest revision, or [ErrNone].
func (s *Store) CurrentRevision(ctx context.Context) (string, error) {
	b, err := s.bus.Get(ctx, blobCurrent)
	if errors.Is(err, bus.ErrNotFound) {
		return "", ErrNone
	}
	if err != nil {
		return "", fmt.Errorf("current catalog: %w", err)
	}
	return string(b), nil
}

// Current returns the newest catalog, or [ErrNone].
func (s *Store) Current(ctx context.Context) (*catalog.Catalog, error) {
	revision, err := s.CurrentRevision(ctx)
	if err != nil {
		return nil, err
	}
	return s.Load(ctx, revision)
}

// Load returns any revision that was ever applied.
func (s *Store) Load(ctx context.Context, revision string) (*catalog.Catalog, error) {
	s.mu.Lock()
	c := s.loaded[revision]
	s.mu.Unlock()
	if c != nil {
		return c, nil
	}
	b, err := s.bus.Get(ctx, blobPrefix+revision)
	if err != nil {
		return nil, fmt.Errorf("load catalog %.12s: %w", revision, err)
	}
	var files map[string][]byte
	if err := json.Unmarshal(b, &files); err != nil {
		return nil, fmt.Errorf("load catalog %.12s: %w", revision, err)
	}
	c, faults := catalog.Parse(files)
	for _, f := range faults {
		if !f.Warning {
			return nil, fmt.Errorf("load catalog %.12s: %w", revision, f)
		}
	}
	if c.Rules.Revision != revision {
		return nil, fmt.Errorf("load catalog %.12s: %w: it is that of %.12s", revision, ErrForged, c.Rules.Revision)
	}
	s.keep(c)
	return c, nil
}

func (s *Store) keep(c *catalog.Catalog) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loaded[c.Rules.Revision] = c
}
