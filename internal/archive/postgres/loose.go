package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"tocsin.dev/internal/archive"
)

// Loose returns the facts without an incident that have one of these names.
func (r *Reader) Loose(ctx context.Context, after int64, names ...string) (facts []archive.Fact, upTo int64, err error) {
	if err := r.pool.QueryRow(ctx, "SELECT coalesce(max(id), 0) FROM tocsin_facts").Scan(&upTo); err != nil {
		return nil, 0, fmt.Errorf("facts without an incident: %w", err)
	}
	if upTo <= after {
		return nil, after, nil
	}
	facts, err = all(ctx, r.pool, archive.ReadFact[pgx.Rows], "SELECT id, line, hash FROM tocsin_facts WHERE id > $1 AND id <= $2 AND incident IS NULL AND name = ANY($3) ORDER BY id", after, upTo, names)
	if err != nil {
		return nil, 0, fmt.Errorf("facts without an incident: %w", err)
	}
	return facts, upTo, nil
}
