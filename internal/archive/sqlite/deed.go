package sqlite

import (
	"context"
	"database/sql"

	"tocsin.dev/internal/archive"
)

const (
	selectProgress = "SELECT position, hash, deeds, deed, seal FROM progress"
	updateProgress = "UPDATE progress SET position = ?, hash = ?, deeds = ?, deed = ?, seal = ?"
	selectHolds    = "SELECT id, since, reason FROM holds"
	selectRemovals = "SELECT id, at, seq, hash, document FROM removals ORDER BY id"
)

// scanner is one row, or the present one of several.
type scanner interface{ Scan(to ...any) error }

func progress(row scanner) (at archive.Progress, err error) {
	var position, deeds int64
	var hash, deed, seal []byte
	if err := row.Scan(&position, &hash, &deeds, &deed, &seal); err != nil {
		return at, err
	}
	at.Position, at.Deeds = uint64(position), uint64(deeds)
	copy(at.Hash[:], hash)
	copy(at.Deed[:], deed)
	copy(at.Seal[:], seal)
	return at, nil
}

// progressValues are those of [updateProgress], sealed.
func progressValues(at archive.Progress) []any {
	seal := at.Sealed()
	return []any{int64(at.Position), at.Hash[:], int64(at.Deeds), at.Deed[:], seal[:]}
}

func hold[R scanner](row R) (h archive.Hold, err error) {
	var since int64
	err = row.Scan(&h.Incident, &since, &h.Reason)
	h.Since = instant(since)
	return h, err
}

func removal(rows *sql.Rows) (r archive.Removal, err error) {
	var at, seq int64
	err = rows.Scan(&r.ID, &at, &seq, &r.Hash, &r.Document)
	r.At, r.Seq = instant(at), uint64(seq)
	return r, err
}

// note writes down what a keeper did, in the transaction in which it is done.
func note(ctx context.Context, tx *sql.Tx, d archive.Deed) error {
	at, err := progress(tx.QueryRowContext(ctx, selectProgress))
	if err != nil {
		return err
	}
	d, at = d.After(at)
	if err := write(ctx, tx, d); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, updateProgress, progressValues(at)...)
	return err
}

func write(ctx context.Context, tx *sql.Tx, d archive.Deed) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO deeds (n, kind, incident, mark, facts, without, hash) VALUES (?, ?, ?, ?, ?, ?, ?)",
		int64(d.N), d.Kind, d.Incident, d.Mark[:], d.Facts, d.Without[:], d.Hash[:])
	return err
}

// adopt makes the deeds of a file that is older than them, and the first seal.
func adopt(ctx context.Context, tx *sql.Tx) error {
	at, err := progress(tx.QueryRowContext(ctx, selectProgress))
	if err != nil {
		return err
	}
	removals, err := all(ctx, tx, selectRemovals, removal)
	if err != nil {
		return err
	}
	holds, err := all(ctx, tx, selectHolds+" ORDER BY id", hold[*sql.Rows])
	if err != nil {
		return err
	}
	taken, without, err := takenOut(ctx, tx)
	if err != nil {
		return err
	}
	deeds, at := archive.Adopt(at, removals, holds, taken, without)
	for _, d := range deeds {
		if err := write(ctx, tx, d); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, updateProgress, progressValues(at)...)
	return err
}

func all[T any](ctx context.Context, tx *sql.Tx, query string, read func(*sql.Rows) (T, error)) ([]T, error) {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return scan(rows, read)
}

// takenOut gives the count and the sum of facts that records know as removed.
func takenOut(ctx context.Context, tx *sql.Tx) (taken int, without [32]byte, err error) {
	type out struct {
		facts   int
		without []byte
	}
	records, err := all(ctx, tx, "SELECT removed, without FROM records WHERE removed > 0", func(rows *sql.Rows) (o out, err error) {
		err = rows.Scan(&o.facts, &o.without)
		return o, err
	})
	for _, o := range records {
		var sum [32]byte
		copy(sum[:], o.without)
		archive.Xor(&without, sum)
		taken += o.facts
	}
	return taken, without, err
}
