package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"tocsin.dev/internal/archive"
)

// Loose gives the facts without an incident that have one of these names.
func (r *Reader) Loose(ctx context.Context, after int64, names ...string) (facts []archive.Fact, upTo int64, err error) {
	facts, upTo, err = r.loose(ctx, after, names)
	if err != nil {
		return nil, 0, fmt.Errorf("facts of no incident: %w", err)
	}
	return facts, upTo, nil
}

func (r *Reader) loose(ctx context.Context, after int64, names []string) (facts []archive.Fact, upTo int64, err error) {
	if err := r.db.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM facts").Scan(&upTo); err != nil {
		return nil, 0, err
	}
	if upTo <= after || len(names) == 0 {
		return nil, max(upTo, after), nil
	}
	args := []any{after, upTo}
	for _, name := range names {
		args = append(args, name)
	}
	// The facts between are walked in their own order: an index for what is asked for a moment after it
	// was written would cost every fact.
	rows, err := r.db.QueryContext(ctx, "SELECT id, line FROM facts WHERE id > ? AND id <= ? AND incident IS NULL AND name IN (?"+
		strings.Repeat(",?", len(names)-1)+") ORDER BY id", args...)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		f, err := looseFact(rows)
		if err != nil {
			return nil, 0, err
		}
		facts = append(facts, f)
	}
	return facts, upTo, rows.Err()
}

func looseFact(rows *sql.Rows) (f archive.Fact, err error) {
	var id int64
	err = rows.Scan(&id, &f.Line)
	f.SetKey(id)
	return f, err
}
