package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"tocsin.dev/internal/archive"
)

// Incidents gives those that fit the query. A list is a walk down the places, or down the index of
// words, where every filter is a term, until it is full: its length counts, and not the archive's.
func (r *Reader) Incidents(ctx context.Context, q archive.Query) ([]archive.Incident, error) {
	from, before := q.Places()
	if q.Before != "" {
		at, err := r.place(ctx, q.Before)
		if err != nil {
			return nil, fmt.Errorf("list incidents before %q: %w", q.Before, err)
		}
		before = min(before, at)
	}
	query, args := listing(q.Terms())
	rows, err := r.db.QueryContext(ctx, query, append(args, from, before, limit(q.Limit))...)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	out, err := incidents(rows)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	return out, nil
}

// listing writes the query. Terms hold nothing that ends a quoted string of FTS5. Most lists are of
// all open incidents, which have an index of their own.
func listing(terms []string) (query string, args []any) {
	const all = "SELECT document FROM incidents WHERE place >= ? AND place < ? "
	const rest = "ORDER BY place DESC LIMIT ?"
	switch {
	case len(terms) == 0:
		return all + rest, nil
	case len(terms) == 1 && terms[0] == archive.OpenTerm:
		return all + "AND status <> 'resolved' " + rest, nil
	}
	return `SELECT document FROM (SELECT rowid AS found FROM words WHERE words MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid DESC LIMIT ?)
		JOIN incidents ON place = found ORDER BY found DESC`, []any{`"` + strings.Join(terms, `" AND "`) + `"`}
}

func limit(n int) int {
	if n <= 0 {
		return archive.DefaultLimit
	}
	return min(n, archive.MaxLimit)
}

func (r *Reader) place(ctx context.Context, id string) (int64, error) {
	var at int64
	err := r.db.QueryRowContext(ctx, "SELECT place FROM incidents WHERE id = ?", id).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, archive.ErrNotFound
	}
	return at, err
}
