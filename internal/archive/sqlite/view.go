package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"tocsin.dev/internal/archive"
)

var (
	_ archive.Viewer   = (*Reader)(nil)
	_ archive.View     = (*view)(nil)
	_ archive.Follower = (*Reader)(nil)
)

// view is a read-only transaction. With a write-ahead log it sees the instant of its first query.
type view struct{ tx *sql.Tx }

// View opens a view of this instant.
func (r *Reader) View(ctx context.Context) (archive.View, error) {
	tx, err := r.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("view: %w", err)
	}
	v := &view{tx}
	if _, err := v.Head(ctx); err != nil { // the instant begins here
		_ = tx.Rollback()
		return nil, err
	}
	return v, nil
}

// Close ends the transaction.
func (v *view) Close() error { return v.tx.Rollback() }

// Head returns the head of the chain.
func (v *view) Head(ctx context.Context) (archive.Head, error) {
	head, err := archive.ReadHead(v.tx.QueryRowContext(ctx, selectHead))
	if err != nil {
		return head, fmt.Errorf("view: head: %w", err)
	}
	return head, nil
}

// walk calls each with every row of a query.
func walk[T any](ctx context.Context, from asker, read func(*sql.Rows) (T, error), each func(T) error, query string, args ...any) error {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("view: %w", err)
	}
	defer rows.Close()
	return archive.EachRow(rows, read, each)
}

// Chain calls each with every entry of the chain.
func (v *view) Chain(ctx context.Context, each func(archive.ChainEntry) error) error {
	return walk(ctx, v.tx, archive.ReadChainEntry[*sql.Rows], each, "SELECT n, kind, position, facts, incident, sum, hash FROM chain ORDER BY n")
}

const selectFacts = "SELECT id, incident, seq, name, at, cause, line, hash FROM facts"

// Facts calls each with every fact in ledger order.
func (v *view) Facts(ctx context.Context, each func(archive.Fact) error) error {
	return walk(ctx, v.tx, fact, each, selectFacts+" ORDER BY id")
}

// After calls each with what was kept after a fact.
func (r *Reader) After(ctx context.Context, key int64, most int, each func(archive.Fact) error) (n int, err error) {
	err = walk(ctx, r.db, fact, func(f archive.Fact) error {
		if err := each(f); err != nil {
			return err
		}
		n++
		return nil
	}, selectFacts+" WHERE id > ? ORDER BY id LIMIT ?", key, most)
	return n, err
}

// fact reads one row. Its line and hash are valid until the next.
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

// Incidents calls each with every incident in the order of places.
func (v *view) Incidents(ctx context.Context, each func(archive.Kept) error) error {
	return walk(ctx, v.tx, func(rows *sql.Rows) (k archive.Kept, err error) {
		var resolved int64
		err = rows.Scan(&k.Place, &k.ID, &k.Service, &k.Team, &k.Status, &resolved, &k.Document, &k.Told, &k.Mark)
		k.Resolved = instant(resolved)
		return k, err
	}, each, "SELECT place, id, service, team, status, coalesce(resolved, 0), document, told, mark FROM incidents ORDER BY place")
}

// Removals calls each with what is left of every incident that was removed.
func (v *view) Removals(ctx context.Context, each func(archive.Removal) error) error {
	return walk(ctx, v.tx, readRemoval[*sql.Rows], each, selectRemovals+" ORDER BY id")
}

// Holds calls each with every hold.
func (v *view) Holds(ctx context.Context, each func(archive.Hold) error) error {
	return walk(ctx, v.tx, readHold[*sql.Rows], each, selectHolds+" ORDER BY id")
}

// term is a search term of an incident.
type term struct {
	place int64
	open  bool
	term  string
}

// Terms calls each with the terms of both indexes of words.
func (v *view) Terms(ctx context.Context, each func(place int64, open bool, term string) error) error {
	return walk(ctx, v.tx, func(rows *sql.Rows) (t term, err error) {
		err = rows.Scan(&t.place, &t.open, &t.term)
		return t, err
	}, func(t term) error { return each(t.place, t.open, t.term) },
		"SELECT doc, 0, term FROM words_terms UNION ALL SELECT doc, 1, term FROM open_words_terms")
}

// unindexed names incidents without words and words without an incident, in both indexes.
const unindexed = `
SELECT 'incident ' || id || ': the search index does not have it' FROM incidents WHERE place NOT IN (SELECT id FROM words_docsize)
UNION ALL SELECT 'incident ' || id || ': the search index of open incidents does not have it' FROM incidents WHERE status <> 'resolved' AND place NOT IN (SELECT id FROM open_words_docsize)
UNION ALL SELECT 'the search index has a row without an incident: ' || id FROM words_docsize WHERE id NOT IN (SELECT place FROM incidents)
UNION ALL SELECT 'the search index of open incidents has a row without one: ' || id FROM open_words_docsize WHERE id NOT IN (SELECT place FROM incidents WHERE status <> 'resolved')`

// Inspect asks SQLite to check its pages, indexes and the indexes of words, and compares the file's tables
// and indexes with the layout's.
func (v *view) Inspect(ctx context.Context, each func(string) error) error {
	if err := v.parts(ctx, each); err != nil {
		return err
	}
	for _, query := range []string{"PRAGMA integrity_check", unindexed} {
		err := walk(ctx, v.tx, func(rows *sql.Rows) (problem string, err error) {
			err = rows.Scan(&problem)
			return problem, err
		}, func(problem string) error {
			if problem == "ok" {
				return nil
			}
			return each(problem)
		}, query)
		if err != nil {
			return err
		}
	}
	return nil
}
