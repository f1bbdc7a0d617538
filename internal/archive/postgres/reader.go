package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/rules/timeline"
)

// Reader answers questions and changes nothing. It is safe for concurrent use.
type Reader struct{ pool *pgxpool.Pool }

// Close ends the reader's connections.
func (r *Reader) Close() error {
	r.pool.Close()
	return nil
}

// Incidents gives those that fit the query. The server chooses between a walk down the places and
// the index of terms, by how common it knows the terms to be.
func (r *Reader) Incidents(ctx context.Context, q archive.Query) ([]archive.Incident, error) {
	from, before := q.Places()
	if q.Before != "" {
		var at int64
		err := r.pool.QueryRow(ctx, "SELECT place FROM tocsin_incidents WHERE id = $1", archive.Plain(q.Before)).Scan(&at)
		if none(err) {
			err = archive.ErrNotFound
		}
		if err != nil {
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
	rows, err := r.pool.Query(ctx, "SELECT document FROM tocsin_incidents WHERE "+where+" ORDER BY place DESC LIMIT $3", args...)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	out, err := incidents(rows)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	return out, nil
}

// Incident finds one by its id or by an unambiguous beginning of it.
func (r *Reader) Incident(ctx context.Context, id string) (archive.Incident, error) {
	if len(id) < archive.MinPrefix {
		return archive.Incident{}, fmt.Errorf("incident %q: %w (give at least %d characters)", id, archive.ErrNotFound, archive.MinPrefix)
	}
	plain := archive.Plain(id)
	rows, err := r.pool.Query(ctx, "SELECT document FROM tocsin_incidents WHERE id >= $1 AND id < $2 ORDER BY id LIMIT 2", plain, plain+"\U0010ffff")
	if err != nil {
		return archive.Incident{}, fmt.Errorf("find incident %q: %w", id, err)
	}
	found, err := incidents(rows)
	switch {
	case err != nil:
		return archive.Incident{}, fmt.Errorf("find incident %q: %w", id, err)
	case len(found) == 0:
		return archive.Incident{}, fmt.Errorf("incident %q: %w", id, archive.ErrNotFound)
	case len(found) > 1 && found[0].ID != id:
		return archive.Incident{}, fmt.Errorf("incident %q: %w", id, archive.ErrAmbiguous)
	}
	return found[0], nil
}

// incidents reads all rows; an empty slice for none.
func incidents(rows pgx.Rows) ([]archive.Incident, error) {
	return scan(rows, func(rows pgx.Rows) (in archive.Incident, err error) {
		var document []byte
		if err := rows.Scan(&document); err != nil {
			return in, err
		}
		return decode(document)
	})
}

func decode(document []byte) (in archive.Incident, err error) {
	if err := json.Unmarshal(document, &in); err != nil {
		return in, fmt.Errorf("decode incident: %w", err)
	}
	return in, nil
}

// scan reads all rows; an empty slice for none.
func scan[T any](rows pgx.Rows, read func(pgx.Rows) (T, error)) ([]T, error) {
	defer rows.Close()
	out := []T{}
	for rows.Next() {
		one, err := read(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, rows.Err()
}

// Timeline gives the entries after seq in ledger order.
func (r *Reader) Timeline(ctx context.Context, id string, after uint64) ([]archive.Entry, error) {
	out, err := r.entries(ctx, "SELECT line, hash FROM tocsin_facts WHERE incident = $1 AND seq > $2 ORDER BY id", archive.Plain(id), int64(after))
	if err != nil {
		return nil, fmt.Errorf("timeline of %s: %w", id, err)
	}
	return out, nil
}

// Caused gives the entries that the input with this id led to, in ledger order.
func (r *Reader) Caused(ctx context.Context, cause string) ([]archive.Entry, error) {
	out, err := r.entries(ctx, "SELECT line, hash FROM tocsin_facts WHERE cause = $1 ORDER BY id", archive.Plain(cause))
	if err != nil {
		return nil, fmt.Errorf("facts caused by %s: %w", cause, err)
	}
	return out, nil
}

func (r *Reader) entries(ctx context.Context, query string, args ...any) ([]archive.Entry, error) {
	rows, err := r.pool.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	return scan(rows, func(rows pgx.Rows) (archive.Entry, error) {
		var line, hash []byte
		err := rows.Scan(&line, &hash)
		return archive.EntryOf(line, hash), err
	})
}

// Digest is that of the whole archive as of this instant, see [archive.Digest].
func (r *Reader) Digest(ctx context.Context) (string, error) {
	v, err := r.View(ctx)
	if err != nil {
		return "", fmt.Errorf("digest: %w", err)
	}
	defer v.Close() //nolint:errcheck // a transaction that only read
	return archive.Digest(ctx, v)
}
