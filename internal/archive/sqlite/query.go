package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/rules/timeline"
)

// Incidents returns those that match the query. It walks down the places, or down the index of words, in
// which every filter is a term, until the list is full. So the cost grows with the list, not the archive.
func (r *Reader) Incidents(ctx context.Context, q archive.Query) ([]archive.Incident, error) {
	from, before := q.Places()
	if q.Before != "" {
		at, err := r.place(ctx, q.Before)
		if err != nil {
			return nil, fmt.Errorf("list incidents before %q: %w", q.Before, err)
		}
		before = min(before, at)
	}
	query, args := listing(q, from, before)
	out, err := all(ctx, r.db, archive.ReadIncident[*sql.Rows], query, append(args, q.Most())...)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	return out, nil
}

// listing writes the query and its arguments except the limit. Terms hold nothing that ends a quoted string
// of FTS5. The condition for open incidents is written as in the partial index.
func listing(q archive.Query, from, before int64) (query string, args []any) {
	source, place, words := "incidents", "place", "words"
	where := ""
	args = []any{from, before}
	switch q.Status {
	case "", "open":
		where, words = " AND status <> 'resolved'", "open_words"
	case "all":
	case timeline.Resolved:
		where = " AND status = 'resolved'"
	default:
		where, words = " AND status <> 'resolved' AND status = ?", "open_words"
		args = append(args, q.Status)
	}
	if terms := q.Terms(); len(terms) > 0 {
		place = words + ".rowid"
		source = words + " CROSS JOIN incidents ON place = " + place // never the other way round
		where += " AND " + words + " MATCH ?"
		args = append(args, `"`+strings.Join(terms, `" AND "`)+`"`)
	}
	return fmt.Sprintf("SELECT document FROM %[1]s WHERE %[2]s >= ? AND %[2]s < ?%[3]s ORDER BY %[2]s DESC LIMIT ?", source, place, where), args
}

func (r *Reader) place(ctx context.Context, id string) (int64, error) {
	var at int64
	err := r.db.QueryRowContext(ctx, "SELECT place FROM incidents WHERE id = ?", id).Scan(&at)
	return at, orNotFound(err)
}
