package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/rules/timeline"
)

// Reader answers questions and changes nothing. It is safe for concurrent use.
type Reader struct{ pool *pgxpool.Pool }

// Close closes the reader's connections.
func (r *Reader) Close() error {
	r.pool.Close()
	return nil
}

// Incidents returns those that match the query. The server chooses between a walk down the places and the
// index of terms by how common the terms are.
func (r *Reader) Incidents(ctx context.Context, q archive.Query) ([]archive.Incident, error) {
	from, before := q.Places()
	if q.Before != "" {
		var at int64
		err := r.pool.QueryRow(ctx, "SELECT place FROM tocsin_incidents WHERE id = $1", archive.Plain(q.Before)).Scan(&at)
		if err := orNotFound(err); err != nil {
			return nil, fmt.Errorf("list incidents before %q: %w", q.Before, err)
		}
		before = min(before, at)
	}
	where, args := "place >= $1 AND place < $2", []any{from, before, q.Most()}
	switch q.Status {
	case "", "open":
		where += " AND status <> 'resolved'"
	case "all":
	case timeline.Resolved:
		where += " AND status = 'resolved'"
	default:
		args = append(args, archive.Plain(q.Status))
		where += " AND status <> 'resolved' AND status = $4"
	}
	if terms := q.Terms(); len(terms) > 0 { // they hold nothing that ends a quoted lexeme
		args = append(args, "'"+strings.Join(terms, "' & '")+"'")
		where += fmt.Sprintf(" AND terms @@ $%d::tsquery", len(args))
	}
	out, err := all(ctx, r.pool, archive.ReadIncident[pgx.Rows], "SELECT document FROM tocsin_incidents WHERE "+where+" ORDER BY place DESC LIMIT $3", args...)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	return out, nil
}

// Incident finds one by its id or by an unambiguous beginning of it.
func (r *Reader) Incident(ctx context.Context, id string) (archive.Incident, error) {
	if err := archive.CheckPrefix(id); err != nil {
		return archive.Incident{}, err
	}
	plain := archive.Plain(id)
	found, err := all(ctx, r.pool, archive.ReadIncident[pgx.Rows],
		"SELECT document FROM tocsin_incidents WHERE id >= $1 AND id < $2 ORDER BY id LIMIT 2", plain, plain+"\U0010ffff")
	if err != nil {
		return archive.Incident{}, fmt.Errorf("find incident %q: %w", id, err)
	}
	return archive.Only(id, found)
}

// Timeline returns the entries after seq in ledger order.
func (r *Reader) Timeline(ctx context.Context, id string, after uint64) ([]archive.Entry, error) {
	out, err := r.entries(ctx, "SELECT line, hash FROM tocsin_facts WHERE incident = $1 AND seq > $2 ORDER BY id", archive.Plain(id), int64(after))
	if err != nil {
		return nil, fmt.Errorf("timeline of %s: %w", id, err)
	}
	return out, nil
}

// Caused returns the entries that the input with this id led to, in ledger order.
func (r *Reader) Caused(ctx context.Context, cause string) ([]archive.Entry, error) {
	out, err := r.entries(ctx, "SELECT line, hash FROM tocsin_facts WHERE cause = $1 ORDER BY id", archive.Plain(cause))
	if err != nil {
		return nil, fmt.Errorf("facts caused by %s: %w", cause, err)
	}
	return out, nil
}

func (r *Reader) entries(ctx context.Context, query string, args ...any) ([]archive.Entry, error) {
	return all(ctx, r.pool, func(rows pgx.Rows) (archive.Entry, error) {
		var line, hash []byte
		err := rows.Scan(&line, &hash)
		return archive.EntryOf(line, hash), err
	}, query, args...)
}

// Digest is a hash over all content in ledger order, see [archive.Digest].
func (r *Reader) Digest(ctx context.Context) (string, error) { return archive.DigestNow(ctx, r) }
