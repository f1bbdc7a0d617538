package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"tocsin.dev/internal/archive"
)

// Reader answers questions and changes nothing. It is safe for concurrent use.
type Reader struct {
	db                      *sql.DB
	timeline, cause, prefix *sql.Stmt
}

func newReader(db *sql.DB) (*Reader, error) {
	r := &Reader{db: db}
	for _, s := range []struct {
		to    **sql.Stmt
		query string
	}{
		{&r.timeline, "SELECT seq, line, hash FROM facts WHERE incident = ? ORDER BY id DESC"},
		{&r.cause, "SELECT seq, line, hash FROM facts WHERE cause = ? ORDER BY id"},
		{&r.prefix, "SELECT document FROM incidents WHERE id >= ? AND id < ? ORDER BY id LIMIT 2"},
	} {
		var err error
		if *s.to, err = db.Prepare(s.query); err != nil {
			return nil, fmt.Errorf("prepare: %w", err)
		}
	}
	return r, nil
}

// Close ends the reader's connections.
func (r *Reader) Close() error { return r.db.Close() }

// Incident finds one by its id or by an unambiguous beginning of it.
func (r *Reader) Incident(ctx context.Context, id string) (archive.Incident, error) {
	if len(id) < archive.MinPrefix {
		return archive.Incident{}, fmt.Errorf("incident %q: %w (give at least %d characters)", id, archive.ErrNotFound, archive.MinPrefix)
	}
	// Ids are ASCII, so everything that begins with id lies below id followed by the highest rune.
	found, err := r.documents(ctx, r.prefix, id, id+"\U0010ffff")
	if err != nil {
		return archive.Incident{}, fmt.Errorf("find incident %q: %w", id, err)
	}
	switch {
	case len(found) == 0:
		return archive.Incident{}, fmt.Errorf("incident %q: %w", id, archive.ErrNotFound)
	case len(found) > 1 && found[0].ID != id:
		return archive.Incident{}, fmt.Errorf("incident %q: %w", id, archive.ErrAmbiguous)
	}
	return found[0], nil
}

func (r *Reader) documents(ctx context.Context, stmt *sql.Stmt, args ...any) ([]archive.Incident, error) {
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	return incidents(rows)
}

func incidents(rows *sql.Rows) ([]archive.Incident, error) {
	return scan(rows, func(rows *sql.Rows) (archive.Incident, error) {
		var document []byte
		if err := rows.Scan(&document); err != nil {
			return archive.Incident{}, err
		}
		return decode(document)
	})
}

// scan reads all rows; an empty slice for none.
func scan[T any](rows *sql.Rows, read func(*sql.Rows) (T, error)) ([]T, error) {
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

func decode(document []byte) (archive.Incident, error) {
	var in archive.Incident
	if err := json.Unmarshal(document, &in); err != nil {
		return in, fmt.Errorf("decode incident: %w", err)
	}
	return in, nil
}

// Timeline gives the entries after seq in ledger order. It walks backwards from the newest, so that
// following a long incident reads only what is new.
func (r *Reader) Timeline(ctx context.Context, id string, after uint64) ([]archive.Entry, error) {
	rows, err := r.timeline.QueryContext(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("timeline of %s: %w", id, err)
	}
	out, err := entries(rows, after)
	if err != nil {
		return nil, fmt.Errorf("timeline of %s: %w", id, err)
	}
	slices.Reverse(out)
	return out, nil
}

// Caused gives the entries that the input with this id led to, in ledger order.
func (r *Reader) Caused(ctx context.Context, cause string) ([]archive.Entry, error) {
	rows, err := r.cause.QueryContext(ctx, cause)
	if err != nil {
		return nil, fmt.Errorf("facts caused by %s: %w", cause, err)
	}
	out, err := entries(rows, 0)
	if err != nil {
		return nil, fmt.Errorf("facts caused by %s: %w", cause, err)
	}
	return out, nil
}

// entries reads rows up to the first that is not after the given number; 0 reads all.
func entries(rows *sql.Rows, after uint64) ([]archive.Entry, error) {
	defer rows.Close()
	out := []archive.Entry{}
	for rows.Next() {
		var (
			seq  int64
			line sql.RawBytes
			hash []byte
		)
		if err := rows.Scan(&seq, &line, &hash); err != nil {
			return nil, err
		}
		if after > 0 && uint64(seq) <= after {
			break
		}
		out = append(out, archive.EntryOf(slices.Clone(line), hash))
	}
	return out, rows.Err()
}

// Digest is SHA-256 over all lines and hashes in ledger order, each with its length before it, and
// then over what is left of incidents that were removed.
func (r *Reader) Digest(ctx context.Context) (string, error) {
	v, err := r.View(ctx)
	if err != nil {
		return "", fmt.Errorf("digest: %w", err)
	}
	defer v.Close() //nolint:errcheck // a transaction that only read
	return archive.Digest(ctx, v)
}
