package sqlite

import (
	"context"
	"database/sql"
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
	for to, query := range map[**sql.Stmt]string{
		&r.timeline: "SELECT seq, line, hash FROM facts WHERE incident = ? ORDER BY id DESC",
		&r.cause:    "SELECT seq, line, hash FROM facts WHERE cause = ? ORDER BY id",
		&r.prefix:   "SELECT document FROM incidents WHERE id >= ? AND id < ? ORDER BY id LIMIT 2",
	} {
		var err error
		if *to, err = db.Prepare(query); err != nil {
			return nil, fmt.Errorf("prepare: %w", err)
		}
	}
	return r, nil
}

// Close closes the reader's connections.
func (r *Reader) Close() error { return r.db.Close() }

// Incident finds one by its id or by an unambiguous beginning of it.
func (r *Reader) Incident(ctx context.Context, id string) (archive.Incident, error) {
	if err := archive.CheckPrefix(id); err != nil {
		return archive.Incident{}, err
	}
	// Ids are ASCII, so everything that begins with id is below id followed by the highest rune.
	rows, err := r.prefix.QueryContext(ctx, id, id+"\U0010ffff")
	found, err := collect(rows, err, archive.ReadIncident)
	if err != nil {
		return archive.Incident{}, fmt.Errorf("find incident %q: %w", id, err)
	}
	return archive.Only(id, found)
}

// Timeline returns the entries after seq in ledger order. It walks backwards from the newest, so that
// following a long incident reads only what is new.
func (r *Reader) Timeline(ctx context.Context, id string, after uint64) ([]archive.Entry, error) {
	out, err := entries(ctx, r.timeline, id, after)
	if err != nil {
		return nil, fmt.Errorf("timeline of %s: %w", id, err)
	}
	slices.Reverse(out)
	return out, nil
}

// Caused returns the entries that the input with this id led to, in ledger order.
func (r *Reader) Caused(ctx context.Context, cause string) ([]archive.Entry, error) {
	out, err := entries(ctx, r.cause, cause, 0)
	if err != nil {
		return nil, fmt.Errorf("facts caused by %s: %w", cause, err)
	}
	return out, nil
}

// entries reads the rows for key up to the first that is not after the given number; 0 reads all.
func entries(ctx context.Context, query *sql.Stmt, key string, after uint64) ([]archive.Entry, error) {
	rows, err := query.QueryContext(ctx, key)
	if err != nil {
		return nil, err
	}
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

// Digest is a hash over all content in ledger order, see [archive.Digest].
func (r *Reader) Digest(ctx context.Context) (string, error) { return archive.DigestNow(ctx, r) }
