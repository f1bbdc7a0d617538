package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"tocsin.dev/internal/archive"
)

// Incidents gives those that fit the query, newest first; the id decides between equal instants.
func (r *Reader) Incidents(ctx context.Context, q archive.Query) ([]archive.Incident, error) {
	where, args := conditions(q)
	if q.Before != "" {
		opened, err := r.opened(ctx, q.Before)
		if err != nil {
			return nil, fmt.Errorf("list incidents before %q: %w", q.Before, err)
		}
		where, args = append(where, "(opened, id) < (?, ?)"), append(args, opened, q.Before)
	}
	query := "SELECT document FROM incidents"
	if len(where) > 0 {
		query += " WHERE " + strings.Join(where, " AND ")
	}
	rows, err := r.db.QueryContext(ctx, query+" ORDER BY opened DESC, id DESC LIMIT ?", append(args, limit(q.Limit))...)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	out, err := incidents(rows)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	return out, nil
}

// conditions writes the query's filters. "open" is written as the partial index has it.
func conditions(q archive.Query) (where []string, args []any) {
	switch q.Status {
	case "", "open":
		where = append(where, "status <> 'resolved'")
	case "all":
	default:
		where, args = append(where, "status = ?"), append(args, q.Status)
	}
	if q.Service != "" {
		where, args = append(where, "service = ?"), append(args, q.Service)
	}
	if q.Team != "" {
		where, args = append(where, "team = ?"), append(args, q.Team)
	}
	return where, args
}

func limit(n int) int {
	if n <= 0 {
		return archive.DefaultLimit
	}
	return min(n, archive.MaxLimit)
}

func (r *Reader) opened(ctx context.Context, id string) (int64, error) {
	var at int64
	err := r.db.QueryRowContext(ctx, "SELECT opened FROM incidents WHERE id = ?", id).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, archive.ErrNotFound
	}
	return at, err
}
