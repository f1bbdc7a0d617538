package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"tocsin.dev/internal/archive"
)

// Loose returns the facts without an incident that have one of these names.
func (r *Reader) Loose(ctx context.Context, after int64, names ...string) (facts []archive.Fact, upTo int64, err error) {
	if err := r.db.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM facts").Scan(&upTo); err != nil {
		return nil, 0, fmt.Errorf("facts without an incident: %w", err)
	}
	if upTo <= after || len(names) == 0 {
		return nil, max(upTo, after), nil
	}
	args := []any{after, upTo}
	for _, name := range names {
		args = append(args, name)
	}
	// This walks all facts in between: an index would cost every fact, for facts that are asked for only
	// a moment after they were written.
	facts, err = all(ctx, r.db, archive.ReadFact[*sql.Rows], "SELECT id, line, hash FROM facts WHERE id > ? AND id <= ? AND incident IS NULL AND name IN (?"+
		strings.Repeat(",?", len(names)-1)+") ORDER BY id", args...)
	if err != nil {
		return nil, 0, fmt.Errorf("facts without an incident: %w", err)
	}
	return facts, upTo, nil
}
