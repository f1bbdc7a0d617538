package sqlite

import (
	"context"
	"fmt"

	"tocsin.dev/internal/archive"
)

var _ archive.Builder = (*Archive)(nil)

// mostUnindexed is how many facts are kept without their indexes at most: an index is made in
// memory, at about a hundred bytes for each fact.
const mostUnindexed = 2_000_000

// Build takes the indexes over facts away, for an archive without facts: ids are hashes, so that
// each fact changes two pages anywhere in them, and at once they are made ten times as quickly.
// A process that is stopped meanwhile leaves an archive that is right and slow to ask; the next
// one that opens it to write makes them.
func (a *Archive) Build(ctx context.Context) error {
	n, err := one(ctx, a.writer.db, "SELECT EXISTS (SELECT 1 FROM facts)")
	if err == nil && n == 0 {
		_, err = a.writer.db.ExecContext(ctx, "BEGIN IMMEDIATE; DROP INDEX IF EXISTS facts_incident; DROP INDEX IF EXISTS facts_cause; COMMIT")
		a.writer.building = 0
	}
	if err != nil {
		return fmt.Errorf("take indexes away: %w", err)
	}
	return nil
}

// Settle makes the indexes.
func (a *Archive) Settle(ctx context.Context) error { return a.writer.settle(ctx) }

// built counts facts that were kept without indexes.
func (w *writer) built(ctx context.Context, facts int) error {
	if w.building < 0 {
		return nil
	}
	if w.building += facts; w.building < mostUnindexed {
		return nil
	}
	return w.settle(ctx)
}

func (w *writer) settle(ctx context.Context) error {
	if w.building < 0 {
		return nil
	}
	if _, err := w.db.ExecContext(ctx, factsIndexes); err != nil {
		return fmt.Errorf("make indexes: %w", err)
	}
	w.building = -1
	return nil
}
