package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tocsin.dev/internal/archive"
)

var (
	_ archive.Viewer   = (*Reader)(nil)
	_ archive.View     = (*view)(nil)
	_ archive.Follower = (*Reader)(nil)
)

// view is a transaction that only reads: in a write-ahead log it stays at the instant of its first
// question.
type view struct{ tx *sql.Tx }

// View gives a view of this instant.
func (r *Reader) View(ctx context.Context) (archive.View, error) {
	tx, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("view: %w", err)
	}
	v := &view{tx}
	if _, err := v.Progress(ctx); err != nil { // the instant begins
		_ = tx.Rollback()
		return nil, err
	}
	return v, nil
}

// Close ends the transaction.
func (v *view) Close() error { return v.tx.Rollback() }

// Progress gives how far the archive stands.
func (v *view) Progress(ctx context.Context) (archive.Progress, error) {
	at, err := progress(v.tx.QueryRowContext(ctx, selectProgress))
	if err != nil {
		return at, fmt.Errorf("view: progress: %w", err)
	}
	return at, nil
}

// walk reads rows and hands each on; errors of the hands come back as they are.
func walk[T any](ctx context.Context, tx *sql.Tx, what, query string, read func(*sql.Rows) (T, error), each func(T) error) error {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return fmt.Errorf("view: %s: %w", what, err)
	}
	defer rows.Close()
	for rows.Next() {
		one, err := read(rows)
		if err != nil {
			return fmt.Errorf("view: %s: %w", what, err)
		}
		if err := each(one); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("view: %s: %w", what, err)
	}
	return nil
}

// Records hands on every record in ledger order.
func (v *view) Records(ctx context.Context, each func(archive.Record) error) error {
	return walk(ctx, v.tx, "records", "SELECT position, facts, sum, removed, without, hash FROM records ORDER BY position", func(rows *sql.Rows) (r archive.Record, err error) {
		var position int64
		var sum, without, hash []byte
		err = rows.Scan(&position, &r.Facts, &sum, &r.Removed, &without, &hash)
		r.Position = uint64(position)
		copy(r.Sum[:], sum)
		copy(r.Without[:], without)
		copy(r.Hash[:], hash)
		return r, err
	}, each)
}

// Facts hands on every fact in ledger order.
func (v *view) Facts(ctx context.Context, each func(archive.Fact) error) error {
	return walk(ctx, v.tx, "facts", "SELECT id, incident, seq, name, at, cause, line, hash FROM facts ORDER BY id", fact, each)
}

// After hands on what was kept after a fact.
func (r *Reader) After(ctx context.Context, key int64, most int, each func(archive.Fact) error) (n int, err error) {
	rows, err := r.db.QueryContext(ctx, "SELECT id, incident, seq, name, at, cause, line, hash FROM facts WHERE id > ? ORDER BY id LIMIT ?", key, most)
	if err != nil {
		return 0, fmt.Errorf("facts after %d: %w", key, err)
	}
	defer rows.Close()
	for rows.Next() {
		f, err := fact(rows)
		if err != nil {
			return n, fmt.Errorf("facts after %d: %w", key, err)
		}
		if err := each(f); err != nil {
			return n, err
		}
		n++
	}
	if err := rows.Err(); err != nil {
		return n, fmt.Errorf("facts after %d: %w", key, err)
	}
	return n, nil
}

// fact reads one row of facts; line and hash are good until the next.
func fact(rows *sql.Rows) (f archive.Fact, err error) {
	var id, seq, at int64
	var incident, cause sql.NullString
	var line, hash sql.RawBytes
	err = rows.Scan(&id, &incident, &seq, &f.Type, &at, &cause, &line, &hash)
	f.SetKey(id)
	f.Subject, f.IncidentSeq, f.CausationID, f.Line, f.Hash = incident.String, uint64(seq), cause.String, line, hash
	f.Time = instant(at)
	return f, err
}

// Incidents hands on every incident by its place.
func (v *view) Incidents(ctx context.Context, each func(archive.Kept) error) error {
	return walk(ctx, v.tx, "incidents", "SELECT place, id, service, team, status, coalesce(resolved, 0), document, told, mark FROM incidents ORDER BY place", func(rows *sql.Rows) (k archive.Kept, err error) {
		var resolved int64
		err = rows.Scan(&k.Place, &k.ID, &k.Service, &k.Team, &k.Status, &resolved, &k.Document, &k.Told, &k.Mark)
		k.Resolved = instant(resolved)
		return k, err
	}, each)
}

// Removals hands on what is left of every incident that was removed.
func (v *view) Removals(ctx context.Context, each func(archive.Removal) error) error {
	return walk(ctx, v.tx, "removals", selectRemovals, removal, each)
}

// Holds hands on every hold.
func (v *view) Holds(ctx context.Context, each func(archive.Hold) error) error {
	return walk(ctx, v.tx, "holds", selectHolds+" ORDER BY id", hold, each)
}

// Deeds hands on what keepers did.
func (v *view) Deeds(ctx context.Context, each func(archive.Deed) error) error {
	return walk(ctx, v.tx, "deeds", "SELECT n, kind, incident, mark, facts, without, hash FROM deeds ORDER BY n", func(rows *sql.Rows) (d archive.Deed, err error) {
		var n int64
		var mark, without, hash []byte
		err = rows.Scan(&n, &d.Kind, &d.Incident, &mark, &d.Facts, &without, &hash)
		d.N = uint64(n)
		copy(d.Mark[:], mark)
		copy(d.Without[:], without)
		copy(d.Hash[:], hash)
		return d, err
	}, each)
}

// term is one of those that an incident is found by.
type term struct {
	place int64
	open  bool
	term  string
}

// Terms hands on both indexes of words, by their terms.
func (v *view) Terms(ctx context.Context, each func(place int64, open bool, term string) error) error {
	return walk(ctx, v.tx, "words", "SELECT doc, 0, term FROM words_terms UNION ALL SELECT doc, 1, term FROM open_words_terms", func(rows *sql.Rows) (t term, err error) {
		err = rows.Scan(&t.place, &t.open, &t.term)
		return t, err
	}, func(t term) error { return each(t.place, t.open, t.term) })
}

// unindexed names incidents without words and words without an incident, in both indexes of them.
const unindexed = `
SELECT 'incident ' || id || ': no search finds it' FROM incidents WHERE place NOT IN (SELECT id FROM words_docsize)
UNION ALL SELECT 'incident ' || id || ': no search among open ones finds it' FROM incidents WHERE status <> 'resolved' AND place NOT IN (SELECT id FROM open_words_docsize)
UNION ALL SELECT 'the index of words has a row of no incident: ' || id FROM words_docsize WHERE id NOT IN (SELECT place FROM incidents)
UNION ALL SELECT 'the index of words of open incidents has a row of none: ' || id FROM open_words_docsize WHERE id NOT IN (SELECT place FROM incidents WHERE status <> 'resolved')`

// Inspect asks SQLite to check pages, indexes and the index of words, and looks for what the layout
// has and the file has not.
func (v *view) Inspect(ctx context.Context, each func(string) error) error {
	if err := v.parts(ctx, each); err != nil {
		return err
	}
	if err := v.check(ctx, "PRAGMA integrity_check", each); err != nil {
		return err
	}
	return v.check(ctx, unindexed, each)
}

func (v *view) check(ctx context.Context, query string, each func(string) error) error {
	return walk(ctx, v.tx, "structure", query, func(rows *sql.Rows) (problem string, err error) {
		err = rows.Scan(&problem)
		return problem, err
	}, func(problem string) error {
		if problem == "ok" {
			return nil
		}
		return each(problem)
	})
}

// instant is the reverse of nanos.
func instant(nanos int64) time.Time {
	if nanos == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos).UTC()
}
