package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin.dev/internal/archive"
)

// view is a read-only transaction that sees one instant.
type view struct{ tx pgx.Tx }

// View opens a view of this instant.
func (r *Reader) View(ctx context.Context) (archive.View, error) {
	tx, err := r.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, fmt.Errorf("view: %w", err)
	}
	v := &view{tx}
	if _, err := v.Head(ctx); err != nil { // the instant begins here
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

// Head returns the head of the chain.
func (v *view) Head(ctx context.Context) (archive.Head, error) {
	head, err := archive.ReadHead(v.tx.QueryRow(ctx, selectHead))
	if err != nil {
		return head, fmt.Errorf("view: head: %w", err)
	}
	return head, nil
}

// walk calls each with every row of a query.
func walk[T any](ctx context.Context, from asker, read func(pgx.Rows) (T, error), each func(T) error, query string, args ...any) error {
	rows, err := from.Query(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("view: %w", err)
	}
	defer rows.Close()
	return archive.EachRow(rows, read, each)
}

// Chain calls each with every entry of the chain.
func (v *view) Chain(ctx context.Context, each func(archive.ChainEntry) error) error {
	return walk(ctx, v.tx, archive.ReadChainEntry[pgx.Rows], each, "SELECT n, kind, position, facts, incident, sum, hash FROM tocsin_chain ORDER BY n")
}

const selectFacts = "SELECT id, coalesce(incident, ''), seq, name, at, coalesce(cause, ''), line, hash FROM tocsin_facts"

// Facts calls each with every fact in ledger order.
func (v *view) Facts(ctx context.Context, each func(archive.Fact) error) error {
	return walk(ctx, v.tx, fact, each, selectFacts+" ORDER BY id")
}

// After calls each with what was kept after a fact.
func (r *Reader) After(ctx context.Context, key int64, most int, each func(archive.Fact) error) (n int, err error) {
	err = walk(ctx, r.pool, fact, func(f archive.Fact) error {
		if err := each(f); err != nil {
			return err
		}
		n++
		return nil
	}, selectFacts+" WHERE id > $1 ORDER BY id LIMIT $2", key, most)
	return n, err
}

// fact reads one row of facts.
func fact(rows pgx.Rows) (f archive.Fact, err error) {
	var key, seq int64
	err = rows.Scan(&key, &f.Subject, &seq, &f.Type, &f.Time, &f.CausationID, &f.Line, &f.Hash)
	f.SetKey(key)
	f.IncidentSeq, f.Time = uint64(seq), f.Time.UTC()
	return f, err
}

// Incidents calls each with every incident in the order of places.
func (v *view) Incidents(ctx context.Context, each func(archive.Kept) error) error {
	return walk(ctx, v.tx, func(rows pgx.Rows) (k archive.Kept, err error) {
		var resolved *time.Time
		err = rows.Scan(&k.Place, &k.ID, &k.Service, &k.Team, &k.Status, &resolved, &k.Document, &k.Told, &k.Mark)
		if resolved != nil {
			k.Resolved = resolved.UTC()
		}
		return k, err
	}, each, "SELECT place, id, service, team, status, resolved, document, told, mark FROM tocsin_incidents ORDER BY place")
}

// Removals calls each with what is left of every incident that was removed.
func (v *view) Removals(ctx context.Context, each func(archive.Removal) error) error {
	return walk(ctx, v.tx, readRemoval[pgx.Rows], each, selectRemovals+" ORDER BY id")
}

// Holds calls each with every hold.
func (v *view) Holds(ctx context.Context, each func(archive.Hold) error) error {
	return walk(ctx, v.tx, readHold[pgx.Rows], each, selectHolds+" ORDER BY id")
}

// term is a search term of an incident.
type term struct {
	place int64
	term  string
}

// Terms calls each with the terms of every incident. Open ones have no index of their own.
func (v *view) Terms(ctx context.Context, each func(place int64, open bool, term string) error) error {
	return walk(ctx, v.tx, func(rows pgx.Rows) (t term, err error) {
		err = rows.Scan(&t.place, &t.term)
		return t, err
	}, func(t term) error { return each(t.place, false, t.term) },
		"SELECT place, unnest(tsvector_to_array(terms)) FROM tocsin_incidents")
}

// indexes are those of the migrations, including those of primary keys and unique columns.
var indexes = []string{
	"tocsin_facts_pkey", "tocsin_facts_incident", "tocsin_facts_cause", "tocsin_chain_pkey", "tocsin_incidents_pkey", "tocsin_incidents_id_key",
	"tocsin_incidents_open", "tocsin_incidents_resolved", "tocsin_incidents_terms", "tocsin_removals_pkey", "tocsin_holds_pkey",
}

// Inspect names indexes that are missing or that the server considers invalid. Pages are checked by the
// server's own checksums when they are read, and by pg_amcheck.
func (v *view) Inspect(ctx context.Context, each func(string) error) error {
	text := func(row pgx.Rows) (string, error) { return pgx.RowTo[string](row) }
	missing, err := all(ctx, v.tx, text, "SELECT format('the index %s is missing', name) FROM unnest($1::text[]) name WHERE to_regclass(name) IS NULL", indexes)
	if err != nil {
		return fmt.Errorf("view: %w", err)
	}
	for _, problem := range missing {
		if err := each(problem); err != nil {
			return err
		}
	}
	return walk(ctx, v.tx, text, each, `SELECT format('index %s is not valid', i.indexrelid::regclass) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
		WHERE NOT i.indisvalid AND c.relname LIKE 'tocsin\_%' AND c.relnamespace = current_schema()::regnamespace`)
}
