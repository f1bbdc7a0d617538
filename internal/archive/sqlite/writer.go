package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin.dev/internal/archive"
	"tocsin.dev/pkg/events"
)

// Rows in one INSERT: fewer calls into the database for the same rows.
const (
	manyFacts   = 100
	manyRecords = 100
)

const (
	insertFact    = "INSERT INTO facts (id, incident, seq, name, at, cause, line, hash) VALUES "
	factColumns   = 8
	insertRecord  = "INSERT INTO records (position, facts, sum, hash) VALUES "
	recordColumns = 4
)

// writer is the one connection that changes the file, with its prepared statements.
type writer struct {
	db                            *sql.DB
	fact, facts, record, records  *sql.Stmt
	position, move, get, top, old *sql.Stmt
	shelf                         shelf
	// building counts facts that were kept without their indexes; negative when there are indexes.
	building int
}

func newWriter(db *sql.DB) (*writer, error) {
	w := &writer{db: db, building: -1}
	all := []struct {
		to    **sql.Stmt
		query string
	}{
		{&w.fact, insertFact + rows(factColumns, 1)},
		{&w.facts, insertFact + rows(factColumns, manyFacts)},
		{&w.record, insertRecord + rows(recordColumns, 1)},
		{&w.records, insertRecord + rows(recordColumns, manyRecords)},
		{&w.position, selectProgress},
		{&w.move, updateProgress},
		{&w.get, "SELECT document FROM incidents WHERE id IN (SELECT value FROM json_each(?1)) " +
			"UNION ALL SELECT document FROM removals WHERE id IN (SELECT value FROM json_each(?1)) AND id NOT IN (SELECT id FROM incidents WHERE id IN (SELECT value FROM json_each(?1)))"},
		{&w.top, "SELECT seq, hash FROM facts WHERE incident = ? ORDER BY id DESC LIMIT 1"},
		{&w.old, "SELECT seq, hash FROM removals WHERE id = ?"},
	}
	for i, to := range w.shelf.fields() {
		all = append(all, struct {
			to    **sql.Stmt
			query string
		}{to, statements[i]})
	}
	for _, s := range all {
		var err error
		if *s.to, err = db.Prepare(s.query); err != nil {
			return nil, fmt.Errorf("prepare: %w", err)
		}
	}
	return w, nil
}

// rows writes the placeholders of n rows.
func rows(columns, n int) string {
	row := "(?" + strings.Repeat(",?", columns-1) + ")"
	return row + strings.Repeat(","+row, n-1)
}

func (w *writer) close() error { return w.db.Close() }

// Position gives the ledger's sequence up to which everything is kept; 0 for an empty archive.
func (a *Archive) Position(ctx context.Context) (uint64, error) {
	at, err := progress(a.writer.position.QueryRowContext(ctx))
	if err != nil {
		return 0, fmt.Errorf("read position: %w", err)
	}
	return at.Position, nil
}

// Keep stores facts, incidents and the position in one transaction.
func (a *Archive) Keep(ctx context.Context, facts []archive.Fact, incidents []archive.Incident, position uint64) error {
	tx, err := a.writer.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("keep up to %d: %w", position, err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to undo
	if err := a.writer.keep(ctx, tx, facts, incidents, position); err != nil {
		return fmt.Errorf("keep up to %d: %w", position, err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("keep up to %d: %w", position, err)
	}
	return a.writer.built(ctx, len(facts))
}

func (w *writer) keep(ctx context.Context, tx *sql.Tx, facts []archive.Fact, incidents []archive.Incident, position uint64) error {
	present, err := progress(tx.StmtContext(ctx, w.position).QueryRowContext(ctx))
	if err != nil || position <= present.Position {
		return err
	}
	facts = slices.Clone(facts)
	facts = slices.DeleteFunc(facts, func(f archive.Fact) bool { return f.Position <= present.Position })
	if err := w.keepFacts(ctx, tx, facts, position); err != nil {
		return err
	}
	shelf := w.shelf.within(ctx, tx)
	made, err := archive.Rows(ctx, facts, incidents, shelf.known, shelf.top)
	if err != nil {
		return err
	}
	if err := shelf.put(ctx, made); err != nil {
		return err
	}
	records := archive.Records(present.Hash, facts)
	if err := insert(ctx, tx, w.records, w.record, recordValues(records), recordColumns, manyRecords); err != nil {
		return fmt.Errorf("records: %w", err)
	}
	if n := len(records); n > 0 {
		present.Hash = records[n-1].Hash
	}
	present.Position = position
	_, err = tx.StmtContext(ctx, w.move).ExecContext(ctx, progressValues(present)...)
	return err
}

func (w *writer) keepFacts(ctx context.Context, tx *sql.Tx, facts []archive.Fact, position uint64) error {
	values := make([]any, 0, factColumns*len(facts))
	for i := range facts {
		f := &facts[i]
		if f.Position > position || f.Index < 0 || f.Index > archive.MaxIndex {
			return fmt.Errorf("fact %d of record %d lies outside what is kept", f.Index, f.Position)
		}
		values = append(values, f.Key(), text(f.Subject), int64(f.IncidentSeq),
			events.NameOf(f.Type), nanos(f.Time), text(f.CausationID), f.Line, blob(f.Hash))
	}
	return insert(ctx, tx, w.facts, w.fact, values, factColumns, manyFacts)
}

func recordValues(records []archive.Record) []any {
	out := make([]any, 0, recordColumns*len(records))
	for i := range records {
		r := &records[i]
		out = append(out, int64(r.Position), r.Facts, r.Sum[:], r.Hash[:])
	}
	return out
}

// insert sends values in rows of the given width, many rows at a time and the rest one by one.
func insert(ctx context.Context, tx *sql.Tx, many, single *sql.Stmt, values []any, width, rows int) error {
	stmt := tx.StmtContext(ctx, many)
	for len(values) >= width*rows {
		if _, err := stmt.ExecContext(ctx, values[:width*rows]...); err != nil {
			return err
		}
		values = values[width*rows:]
	}
	stmt = tx.StmtContext(ctx, single)
	for len(values) > 0 {
		if _, err := stmt.ExecContext(ctx, values[:width]...); err != nil {
			return err
		}
		values = values[width:]
	}
	return nil
}

// nanos keeps an instant as a number; the zero time, which has none, becomes 0.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// text keeps an empty string as NULL, which the partial indexes leave out.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func blob(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// Load gives the incidents with these full ids; those it does not hold are left out.
func (a *Archive) Load(ctx context.Context, ids []string) ([]archive.Incident, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, fmt.Errorf("load incidents: %w", err)
	}
	rows, err := a.writer.get.QueryContext(ctx, list)
	if err != nil {
		return nil, fmt.Errorf("load incidents: %w", err)
	}
	out, err := incidents(rows)
	if err != nil {
		return nil, fmt.Errorf("load incidents: %w", err)
	}
	return out, nil
}

// Head gives the number and hash of the incident's newest fact; 0 and nil for none. Of an incident
// that was removed it gives the last one there was.
func (a *Archive) Head(ctx context.Context, incident string) (seq uint64, hash []byte, err error) {
	if err := a.writer.settle(ctx); err != nil { // without an index it would go through all facts
		return 0, nil, err
	}
	for _, stmt := range []*sql.Stmt{a.writer.top, a.writer.old} {
		var n int64
		err = stmt.QueryRowContext(ctx, incident).Scan(&n, &hash)
		if err == nil {
			return uint64(n), hash, nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return 0, nil, fmt.Errorf("head of incident %s: %w", incident, err)
		}
	}
	return 0, nil, nil
}
