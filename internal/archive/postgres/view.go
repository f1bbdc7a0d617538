package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin.dev/internal/archive"
)

// view is a transaction that sees one instant.
type view struct{ tx pgx.Tx }

// View gives a view of this instant.
func (r *Reader) View(ctx context.Context) (archive.View, error) {
	tx, err := r.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, fmt.Errorf("view: %w", err)
	}
	v := &view{tx}
	if _, err := v.Progress(ctx); err != nil { // the instant begins
		_ = v.Close()
		return nil, err
	}
	return v, nil
}

// Close ends the transaction.
func (v *view) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return v.tx.Rollback(ctx)
}

// Progress gives how far the archive stands.
func (v *view) Progress(ctx context.Context) (archive.Progress, error) {
	at, err := progress(ctx, v.tx, "")
	if err != nil {
		return at, fmt.Errorf("view: progress: %w", err)
	}
	return at, nil
}

// walk reads rows and hands each on; errors of the hands come back as they are.
func walk[T any](ctx context.Context, tx pgx.Tx, what, query string, read func(pgx.Rows) (T, error), each func(T) error) error {
	rows, err := tx.Query(ctx, query)
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
	return walk(ctx, v.tx, "records", "SELECT position, facts, sum, removed, without, hash FROM tocsin_records ORDER BY position", func(rows pgx.Rows) (r archive.Record, err error) {
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

const factColumns = "id, coalesce(incident, ''), seq, name, at, coalesce(cause, ''), line, hash"

// Facts hands on every fact in ledger order.
func (v *view) Facts(ctx context.Context, each func(archive.Fact) error) error {
	return walk(ctx, v.tx, "facts", "SELECT "+factColumns+" FROM tocsin_facts ORDER BY id", fact, each)
}

// After hands on what was kept after a fact.
func (r *Reader) After(ctx context.Context, key int64, most int, each func(archive.Fact) error) (n int, err error) {
	rows, err := r.pool.Query(ctx, "SELECT "+factColumns+" FROM tocsin_facts WHERE id > $1 ORDER BY id LIMIT $2", key, most)
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

// fact reads one row of facts.
func fact(rows pgx.Rows) (f archive.Fact, err error) {
	var key, seq int64
	err = rows.Scan(&key, &f.Subject, &seq, &f.Type, &f.Time, &f.CausationID, &f.Line, &f.Hash)
	f.SetKey(key)
	f.IncidentSeq, f.Time = uint64(seq), f.Time.UTC()
	return f, err
}

// Incidents hands on every incident by its place.
func (v *view) Incidents(ctx context.Context, each func(archive.Kept) error) error {
	return walk(ctx, v.tx, "incidents", "SELECT place, id, service, team, status, resolved, document, told, mark FROM tocsin_incidents ORDER BY place", func(rows pgx.Rows) (k archive.Kept, err error) {
		var resolved *time.Time
		err = rows.Scan(&k.Place, &k.ID, &k.Service, &k.Team, &k.Status, &resolved, &k.Document, &k.Told, &k.Mark)
		if resolved != nil {
			k.Resolved = resolved.UTC()
		}
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
	return walk(ctx, v.tx, "deeds", "SELECT n, kind, incident, mark, facts, without, hash FROM tocsin_deeds ORDER BY n", deed, each)
}

// term is one of those that an incident is found by.
type term struct {
	place int64
	term  string
}

// Terms hands on the terms of every incident; open ones have no index of their own.
func (v *view) Terms(ctx context.Context, each func(place int64, open bool, term string) error) error {
	return walk(ctx, v.tx, "words", "SELECT place, unnest(tsvector_to_array(terms)) FROM tocsin_incidents", func(rows pgx.Rows) (t term, err error) {
		err = rows.Scan(&t.place, &t.term)
		return t, err
	}, func(t term) error { return each(t.place, false, t.term) })
}

// indexes are those that the migrations make, with those of primary keys and of what is unique.
var indexes = []string{
	"tocsin_facts_pkey", "tocsin_facts_incident", "tocsin_facts_cause", "tocsin_records_pkey", "tocsin_incidents_pkey", "tocsin_incidents_id_key",
	"tocsin_incidents_open", "tocsin_incidents_resolved", "tocsin_incidents_terms", "tocsin_removals_pkey", "tocsin_holds_pkey", "tocsin_deeds_pkey",
}

// Inspect names indexes that are missing, and those that the server itself holds for unusable. Pages
// are checked by the server's own checksums, when they are read, and by pg_amcheck.
func (v *view) Inspect(ctx context.Context, each func(string) error) error {
	text := func(rows pgx.Rows) (problem string, err error) {
		err = rows.Scan(&problem)
		return problem, err
	}
	rows, err := v.tx.Query(ctx, "SELECT format('the index %s is missing', name) FROM unnest($1::text[]) name WHERE to_regclass(name) IS NULL", indexes)
	if err != nil {
		return fmt.Errorf("view: structure: %w", err)
	}
	missing, err := scan(rows, text)
	if err != nil {
		return fmt.Errorf("view: structure: %w", err)
	}
	for _, problem := range missing {
		if err := each(problem); err != nil {
			return err
		}
	}
	return walk(ctx, v.tx, "structure", `SELECT format('index %s is not valid', i.indexrelid::regclass) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
		WHERE NOT i.indisvalid AND c.relname LIKE 'tocsin\_%' AND c.relnamespace = current_schema()::regnamespace`, text, each)
}
