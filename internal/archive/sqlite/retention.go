package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tocsin.dev/internal/archive"
)

// Keeper opens the file for holds and removals, beside the process that writes it: each change is
// one short transaction.
type Keeper struct{ db *sql.DB }

var (
	_ archive.Keeper = (*Keeper)(nil)
	_ archive.Keeper = (*Archive)(nil)
)

// OpenKeeper opens the file, which must be there and up to date as for [OpenReader].
func OpenKeeper(path string) (*Keeper, error) {
	db, err := existing(path, "rw", 1)
	if err != nil {
		return nil, err
	}
	return &Keeper{db}, nil
}

// Close ends the connection.
func (k *Keeper) Close() error { return k.db.Close() }

func (a *Archive) keeper() *Keeper { return &Keeper{a.writer.db} }

// Hold keeps an incident from being removed.
func (a *Archive) Hold(ctx context.Context, h archive.Hold) error { return a.keeper().Hold(ctx, h) }

// Release ends a hold.
func (a *Archive) Release(ctx context.Context, id string) error { return a.keeper().Release(ctx, id) }

// Holds gives all holds.
func (a *Archive) Holds(ctx context.Context) ([]archive.Hold, error) { return a.keeper().Holds(ctx) }

// Remove takes out incidents that were kept long enough.
func (a *Archive) Remove(ctx context.Context, resolvedBefore time.Time, most int, now time.Time) (int, error) {
	return a.keeper().Remove(ctx, resolvedBefore, most, now)
}

// Hold keeps an incident from being removed.
func (k *Keeper) Hold(ctx context.Context, h archive.Hold) error {
	return k.within(ctx, "hold", h.Incident, func(tx *sql.Tx) error {
		row := tx.QueryRowContext(ctx, "INSERT INTO holds (id, since, reason) SELECT id, ?, ? FROM incidents WHERE id = ? "+
			"ON CONFLICT (id) DO UPDATE SET reason = excluded.reason RETURNING id, since, reason", nanos(h.Since), h.Reason, h.Incident)
		h, err := hold(row)
		if err != nil {
			return err
		}
		return note(ctx, tx, archive.Deed{Kind: archive.Held, Incident: h.Incident, Mark: h.Mark()})
	})
}

// Release ends a hold.
func (k *Keeper) Release(ctx context.Context, id string) error {
	return k.within(ctx, "release", id, func(tx *sql.Tx) error {
		if err := tx.QueryRowContext(ctx, "DELETE FROM holds WHERE id = ? RETURNING id", id).Scan(&id); err != nil {
			return err
		}
		return note(ctx, tx, archive.Deed{Kind: archive.Released, Incident: id})
	})
}

// within changes something about one incident in a transaction.
func (k *Keeper) within(ctx context.Context, what, id string, change func(*sql.Tx) error) error {
	tx, err := k.db.BeginTx(ctx, nil)
	if err == nil {
		defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to undo
		if err = change(tx); err == nil {
			err = tx.Commit()
		}
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = archive.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("%s incident %s: %w", what, id, err)
	}
	return nil
}

// Holds gives all holds, the oldest first.
func (k *Keeper) Holds(ctx context.Context) ([]archive.Hold, error) {
	rows, err := k.db.QueryContext(ctx, selectHolds+" ORDER BY since, id")
	if err != nil {
		return nil, fmt.Errorf("list holds: %w", err)
	}
	out, err := scan(rows, hold[*sql.Rows])
	if err != nil {
		return nil, fmt.Errorf("list holds: %w", err)
	}
	return out, nil
}

// Remove takes out, in one transaction, incidents that were kept long enough.
func (k *Keeper) Remove(ctx context.Context, resolvedBefore time.Time, most int, now time.Time) (int, error) {
	tx, err := k.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("remove incidents: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to undo
	n, err := removeAll(ctx, tx, resolvedBefore, most, now)
	if err == nil && n > 0 {
		err = tx.Commit()
	}
	if err != nil {
		return 0, fmt.Errorf("remove incidents: %w", err)
	}
	return n, nil
}

func removeAll(ctx context.Context, tx *sql.Tx, resolvedBefore time.Time, most int, now time.Time) (int, error) {
	rows, err := tx.QueryContext(ctx, "SELECT document FROM incidents WHERE resolved < ? AND status = 'resolved' AND id NOT IN (SELECT id FROM holds) ORDER BY resolved LIMIT ?", nanos(resolvedBefore), most)
	if err != nil {
		return 0, err
	}
	all, err := incidents(rows)
	if err != nil {
		return 0, err
	}
	for _, in := range all {
		if err := remove(ctx, tx, in, now); err != nil {
			return 0, fmt.Errorf("incident %s: %w", in.ID, err)
		}
	}
	return len(all), nil
}

// remove takes one incident out of every table and leaves its removal.
func remove(ctx context.Context, tx *sql.Tx, in archive.Incident, now time.Time) error {
	facts, err := factsOf(ctx, tx, in.ID)
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
	r := archive.Removal{ID: in.ID, At: now, Seq: in.Seq, Hash: hash, Document: document}
	if _, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO removals (id, at, seq, hash, document) VALUES (?, ?, ?, ?, ?)",
		r.ID, nanos(r.At), int64(r.Seq), blob(r.Hash), r.Document); err != nil {
		return err
	}
	if err := note(ctx, tx, archive.Deed{Kind: archive.Removed, Incident: r.ID, Mark: r.Mark(), Facts: len(facts), Without: archive.Sum(facts)}); err != nil {
		return err
	}
	for _, statement := range []string{
		"DELETE FROM facts WHERE incident = ?",
		"DELETE FROM words WHERE rowid = (SELECT place FROM incidents WHERE id = ?)",
		"DELETE FROM incidents WHERE id = ?",
	} {
		if _, err := tx.ExecContext(ctx, statement, in.ID); err != nil {
			return err
		}
	}
	return nil
}

func factsOf(ctx context.Context, tx *sql.Tx, incident string) ([]archive.Fact, error) {
	rows, err := tx.QueryContext(ctx, "SELECT id, line, hash FROM facts WHERE incident = ? ORDER BY id", incident)
	if err != nil {
		return nil, err
	}
	return scan(rows, func(rows *sql.Rows) (f archive.Fact, err error) {
		var id int64
		err = rows.Scan(&id, &f.Line, &f.Hash)
		f.SetKey(id)
		return f, err
	})
}

// takeOut notes in the fact's record that it is not there any more.
func takeOut(ctx context.Context, tx *sql.Tx, f *archive.Fact) error {
	var sum []byte
	err := tx.QueryRowContext(ctx, "SELECT without FROM records WHERE position = ?", int64(f.Position)).Scan(&sum)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("record %d is missing; 'tocsin archive verify' says what else is", f.Position)
	}
	if err != nil {
		return err
	}
	var without [32]byte
	copy(without[:], sum)
	archive.Xor(&without, f.Mark())
	_, err = tx.ExecContext(ctx, "UPDATE records SET removed = removed + 1, without = ? WHERE position = ?", without[:], int64(f.Position))
	return err
}
