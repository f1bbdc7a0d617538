package revisions

import (
	"context"
	"errors"
	"time"

	"tocsin.dev/internal/catalog"
)

// Latest returns the newest catalog that this process has seen; nil before the first. It does no I/O.
func (s *Store) Latest() *catalog.Catalog { return s.latest.Load() }

// Follow keeps [Store.Latest] up to date until ctx ends. A failure is reported, and the catalog before
// it stays in place.
func (s *Store) Follow(ctx context.Context, every time.Duration, report func(error)) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		if err := s.Refresh(ctx); err != nil && !errors.Is(err, ErrNone) && ctx.Err() == nil {
			report(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Refresh updates [Store.Latest] to the current catalog.
func (s *Store) Refresh(ctx context.Context) error {
	c, err := s.Current(ctx)
	if err != nil {
		return err
	}
	s.latest.Store(c)
	return nil
}
