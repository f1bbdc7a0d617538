package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin.dev/internal/archive"
)

const (
	selectHolds    = "SELECT id, since, reason FROM tocsin_holds"
	selectRemovals = "SELECT id, at, seq, hash, document::text FROM tocsin_removals ORDER BY id"
)

// asKept gives an instant as the server keeps it, for hashes over it.
func asKept(at time.Time) time.Time { return at.UTC().Truncate(time.Microsecond) }

func progress(ctx context.Context, from asker, lock string) (at archive.Progress, err error) {
	var position, deeds int64
	var hash, deed, seal []byte
	if err := from.QueryRow(ctx, "SELECT position, hash, deeds, deed, seal FROM tocsin_progress "+lock).Scan(&position, &hash, &deeds, &deed, &seal); err != nil {
		return at, err
	}
	at.Position, at.Deeds = uint64(position), uint64(deeds)
	copy(at.Hash[:], hash)
	copy(at.Deed[:], deed)
	copy(at.Seal[:], seal)
	return at, nil
}

// move writes down how far the archive stands, sealed.
func move(ctx context.Context, tx pgx.Tx, at archive.Progress) error {
	seal := at.Sealed()
	_, err := tx.Exec(ctx, "UPDATE tocsin_progress SET position = $1, hash = $2, deeds = $3, deed = $4, seal = $5",
		int64(at.Position), at.Hash[:], int64(at.Deeds), at.Deed[:], seal[:])
	return err
}

// note writes down what a keeper did, in the transaction in which it is done; it holds the lock.
func note(ctx context.Context, tx pgx.Tx, d archive.Deed) error {
	at, err := progress(ctx, tx, locked)
	if err != nil {
		return err
	}
	d, at = d.After(at)
	if err := write(ctx, tx, d); err != nil {
		return err
	}
	return move(ctx, tx, at)
}

func write(ctx context.Context, tx pgx.Tx, d archive.Deed) error {
	_, err := tx.Exec(ctx, "INSERT INTO tocsin_deeds (n, kind, incident, mark, facts, without, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		int64(d.N), d.Kind, d.Incident, d.Mark[:], int64(d.Facts), d.Without[:], d.Hash[:])
	return err
}

func hold(row pgx.Rows) (h archive.Hold, err error) {
	err = row.Scan(&h.Incident, &h.Since, &h.Reason)
	h.Since = h.Since.UTC()
	return h, err
}

func removal(rows pgx.Rows) (r archive.Removal, err error) {
	var seq int64
	var document string
	err = rows.Scan(&r.ID, &r.At, &seq, &r.Hash, &document)
	r.At, r.Seq, r.Document = r.At.UTC(), uint64(seq), []byte(document)
	return r, err
}

func deed(rows pgx.Rows) (d archive.Deed, err error) {
	var n int64
	var mark, without, hash []byte
	err = rows.Scan(&n, &d.Kind, &d.Incident, &mark, &d.Facts, &without, &hash)
	d.N = uint64(n)
	copy(d.Mark[:], mark)
	copy(d.Without[:], without)
	copy(d.Hash[:], hash)
	return d, err
}

// adopt makes the deeds of an archive that is older than them, and the first seal.
func adopt(ctx context.Context, tx pgx.Tx) error {
	at, err := progress(ctx, tx, locked)
	if err != nil {
		return err
	}
	removals, err := all(ctx, tx, selectRemovals, removal)
	if err != nil {
		return err
	}
	holds, err := all(ctx, tx, selectHolds+" ORDER BY id", hold)
	if err != nil {
		return err
	}
	type out struct {
		facts   int
		without []byte
	}
	records, err := all(ctx, tx, "SELECT removed, without FROM tocsin_records WHERE removed > 0", func(rows pgx.Rows) (o out, err error) {
		err = rows.Scan(&o.facts, &o.without)
		return o, err
	})
	if err != nil {
		return err
	}
	taken, without := 0, [32]byte{}
	for _, o := range records {
		var sum [32]byte
		copy(sum[:], o.without)
		archive.Xor(&without, sum)
		taken += o.facts
	}
	deeds, at := archive.Adopt(at, removals, holds, taken, without)
	for _, d := range deeds {
		if err := write(ctx, tx, d); err != nil {
			return err
		}
	}
	return move(ctx, tx, at)
}

func all[T any](ctx context.Context, tx pgx.Tx, query string, read func(pgx.Rows) (T, error)) ([]T, error) {
	rows, err := tx.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	return scan(rows, read)
}
