package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"tocsin.dev/internal/archive"
)

// Keeper sets holds and removes incidents, beside the process that writes: each change is one
// transaction.
type Keeper struct{ keepers *pgxpool.Pool }

// Close ends the keeper's connection.
func (k *Keeper) Close() error {
	k.keepers.Close()
	return nil
}

// Hold keeps an incident from being removed.
func (k *Keeper) Hold(ctx context.Context, h archive.Hold) error {
	return k.within(ctx, "hold", h.Incident, func(tx pgx.Tx) error {
		row := tx.QueryRow(ctx, `INSERT INTO tocsin_holds (id, since, reason) SELECT id, $2, $3 FROM tocsin_incidents WHERE id = $1
			ON CONFLICT (id) DO UPDATE SET reason = excluded.reason RETURNING id, since, reason`, archive.Plain(h.Incident), h.Since, archive.Plain(h.Reason))
		if err := row.Scan(&h.Incident, &h.Since, &h.Reason); err != nil {
			return err
		}
		h.Since = h.Since.UTC()
		return note(ctx, tx, archive.Deed{Kind: archive.Held, Incident: h.Incident, Mark: h.Mark()})
	})
}

// Release ends a hold.
func (k *Keeper) Release(ctx context.Context, id string) error {
	return k.within(ctx, "release", id, func(tx pgx.Tx) error {
		var held string
		if err := tx.QueryRow(ctx, "DELETE FROM tocsin_holds WHERE id = $1 RETURNING id", archive.Plain(id)).Scan(&held); err != nil {
			return err
		}
		return note(ctx, tx, archive.Deed{Kind: archive.Released, Incident: held})
	})
}

// within changes something about one incident in a transaction.
func (k *Keeper) within(ctx context.Context, what, id string, change func(pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, k.keepers, func(tx pgx.Tx) error {
		if _, err := progress(ctx, tx, locked); err != nil {
			return err
		}
		return change(tx)
	})
	if none(err) {
		err = archive.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("%s incident %s: %w", what, id, err)
	}
	return nil
}

// Holds gives all holds, the oldest first.
func (k *Keeper) Holds(ctx context.Context) ([]archive.Hold, error) {
	rows, err := k.keepers.Query(ctx, selectHolds+" ORDER BY since, id")
	if err != nil {
		return nil, fmt.Errorf("list holds: %w", err)
	}
	out, err := scan(rows, hold)
	if err != nil {
		return nil, fmt.Errorf("list holds: %w", err)
	}
	return out, nil
}

// Remove takes out, in one transaction, incidents that were kept long enough.
func (k *Keeper) Remove(ctx context.Context, resolvedBefore time.Time, most int, now time.Time) (n int, err error) {
	err = pgx.BeginFunc(ctx, k.keepers, func(tx pgx.Tx) error {
		if _, err := progress(ctx, tx, locked); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT document FROM tocsin_incidents i WHERE resolved < $1 AND status = 'resolved'
			AND NOT EXISTS (SELECT FROM tocsin_holds h WHERE h.id = i.id) ORDER BY resolved, place LIMIT $2`, resolvedBefore, most)
		if err != nil {
			return err
		}
		all, err := incidents(rows)
		if err != nil {
			return err
		}
		for _, in := range all {
			if err := remove(ctx, tx, in, now); err != nil {
				return fmt.Errorf("incident %s: %w", in.ID, err)
			}
		}
		n = len(all)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("remove incidents: %w", err)
	}
	return n, nil
}

// remove takes one incident out of every table and leaves its removal.
func remove(ctx context.Context, tx pgx.Tx, in archive.Incident, now time.Time) error {
	rows, err := tx.Query(ctx, "DELETE FROM tocsin_facts WHERE incident = $1 RETURNING id, line, hash", in.ID)
	if err != nil {
		return err
	}
	facts, err := scan(rows, func(rows pgx.Rows) (f archive.Fact, err error) {
		var key int64
		err = rows.Scan(&key, &f.Line, &f.Hash)
		f.SetKey(key)
		return f, err
	})
	if err != nil {
		return err
	}
	for i := range facts {
		if err := takeOut(ctx, tx, &facts[i]); err != nil {
			return err
		}
	}
	document, hash, err := archive.Remains(in, facts)
	if err != nil {
		return err
	}
	r := archive.Removal{ID: in.ID, At: asKept(now), Seq: in.Seq, Hash: hash, Document: document}
	if _, err := tx.Exec(ctx, `INSERT INTO tocsin_removals (id, at, seq, hash, document) VALUES ($1, $2, $3, $4, $5::json)
		ON CONFLICT (id) DO UPDATE SET at = excluded.at, seq = excluded.seq, hash = excluded.hash, document = excluded.document`,
		r.ID, r.At, int64(r.Seq), r.Hash, string(r.Document)); err != nil {
		return err
	}
	if err := note(ctx, tx, archive.Deed{Kind: archive.Removed, Incident: r.ID, Mark: r.Mark(), Facts: len(facts), Without: archive.Sum(facts)}); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "DELETE FROM tocsin_incidents WHERE id = $1", in.ID)
	return err
}

// takeOut notes in the fact's record that it is not there any more.
func takeOut(ctx context.Context, tx pgx.Tx, f *archive.Fact) error {
	var sum []byte
	err := tx.QueryRow(ctx, "SELECT without FROM tocsin_records WHERE position = $1", int64(f.Position)).Scan(&sum)
	if none(err) {
		return fmt.Errorf("record %d is missing; 'tocsin archive verify' says what else is", f.Position)
	}
	if err != nil {
		return err
	}
	var without [32]byte
	copy(without[:], sum)
	archive.Xor(&without, f.Mark())
	_, err = tx.Exec(ctx, "UPDATE tocsin_records SET removed = removed + 1, without = $2 WHERE position = $1", int64(f.Position), without[:])
	return err
}
