package sqlite

import (
	"context"
	"fmt"
	"strings"

	"tocsin.dev/internal/archive"
)

var _ archive.Builder = (*Archive)(nil)

// mostUnindexed is the most facts that are kept without their indexes: an index is built in memory, with
// about a hundred bytes for each fact.
const mostUnindexed = 2_000_000

// factIndexes are missing while an archive is built.
var factIndexes = []string{"facts_incident", "facts_cause"}

// Build drops the indexes of facts if the archive has no facts. Ids are hashes, so each fact changes two
// random pages of these indexes, and creating them at the end is ten times as fast. If the process stops
// before that, the archive is correct but slow to read, and the next writer creates them.
func (a *Archive) Build(ctx context.Context) error {
	n, err := one(ctx, a.writer.db, "SELECT EXISTS (SELECT 1 FROM facts)")
	if err == nil && n == 0 {
		_, err = a.writer.db.ExecContext(ctx, "BEGIN IMMEDIATE; DROP INDEX IF EXISTS "+strings.Join(factIndexes, "; DROP INDEX IF EXISTS ")+"; COMMIT")
		a.writer.building = 0
	}
	if err != nil {
		return fmt.Errorf("drop indexes: %w", err)
	}
	return nil
}

// Settle creates the indexes.
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
	if err := makeFactIndexes(ctx, w.db); err != nil {
		return err
	}
	w.building = -1
	return nil
}
