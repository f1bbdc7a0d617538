package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"tocsin.dev/internal/archive"
	"tocsin.dev/pkg/events"
)

// Rows in one INSERT: fewer calls into the database for the same rows.
const (
	manyFacts     = 100
	manyIncidents = 50
)

// indexBits is the room for a fact's index within its record in a fact's id. A message of 1 MiB, the
// most that the bus takes, cannot hold more lines, whatever is in them.
const indexBits = 20

const (
	insertFact     = "INSERT INTO facts (id, incident, seq, name, at, cause, line, hash) VALUES "
	insertIncident = "INSERT INTO incidents (id, service, team, status, opened, document) VALUES "
	// An incident's opening never moves, so an update leaves the index by opening alone.
	updateIncident = " ON CONFLICT (id) DO UPDATE SET service = excluded.service, team = excluded.team, status = excluded.status, document = excluded.document"
)

// writer is the one connection that changes the file, with its prepared statements.
type writer struct {
	db                       *sql.DB
	fact, facts              *sql.Stmt
	incident, incidents      *sql.Stmt
	position, move, get, top *sql.Stmt
}

func newWriter(db *sql.DB) (*writer, error) {
	w := &writer{db: db}
	for _, s := range []struct {
		to    **sql.Stmt
		query string
	}{
		{&w.fact, insertFact + rows(8, 1)},
		{&w.facts, insertFact + rows(8, manyFacts)},
		{&w.incident, insertIncident + rows(6, 1) + updateIncident},
		{&w.incidents, insertIncident + rows(6, manyIncidents) + updateIncident},
		{&w.position, "SELECT position FROM progress"},
		{&w.move, "UPDATE progress SET position = ?"},
		{&w.get, "SELECT document FROM incidents WHERE id IN (SELECT value FROM json_each(?))"},
		{&w.top, "SELECT seq, hash FROM facts WHERE incident = ? ORDER BY id DESC LIMIT 1"},
	} {
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
	var n int64
	if err := a.writer.position.QueryRowContext(ctx).Scan(&n); err != nil {
		return 0, fmt.Errorf("read position: %w", err)
	}
	return uint64(n), nil
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
	return nil
}

func (w *writer) keep(ctx context.Context, tx *sql.Tx, facts []archive.Fact, incidents []archive.Incident, position uint64) error {
	var present int64
	if err := tx.StmtContext(ctx, w.position).QueryRowContext(ctx).Scan(&present); err != nil {
		return err
	}
	if position <= uint64(present) {
		return nil
	}
	factRows, err := factRows(facts, uint64(present), position)
	if err != nil {
		return err
	}
	if err := insert(ctx, tx, w.facts, w.fact, factRows, 8, manyFacts); err != nil {
		return err
	}
	incidentRows, err := incidentRows(incidents)
	if err != nil {
		return err
	}
	if err := insert(ctx, tx, w.incidents, w.incident, incidentRows, 6, manyIncidents); err != nil {
		return err
	}
	_, err = tx.StmtContext(ctx, w.move).ExecContext(ctx, int64(position))
	return err
}

// factRows lays the columns of all facts after present end to end.
func factRows(facts []archive.Fact, present, position uint64) ([]any, error) {
	out := make([]any, 0, 8*len(facts))
	for i := range facts {
		f := &facts[i]
		if f.Position <= present {
			continue
		}
		if f.Position > position || f.Index < 0 || f.Index >= 1<<indexBits {
			return nil, fmt.Errorf("fact %d of record %d lies outside what is kept", f.Index, f.Position)
		}
		out = append(out, int64(f.Position<<indexBits|uint64(f.Index)), text(f.Subject), int64(f.IncidentSeq),
			events.NameOf(f.Type), nanos(f.Time), text(f.CausationID), f.Line, blob(f.Hash))
	}
	return out, nil
}

func incidentRows(incidents []archive.Incident) ([]any, error) {
	out := make([]any, 0, 6*len(incidents))
	for i := range incidents {
		in := &incidents[i]
		document, err := json.Marshal(in)
		if err != nil {
			return nil, fmt.Errorf("incident %s: %w", in.ID, err)
		}
		out = append(out, in.ID, in.Service, in.Team, in.Status, nanos(in.OpenedAt), document)
	}
	return out, nil
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

// Head gives the number and hash of the incident's newest fact; 0 and nil for none.
func (a *Archive) Head(ctx context.Context, incident string) (seq uint64, hash []byte, err error) {
	var n int64
	err = a.writer.top.QueryRowContext(ctx, incident).Scan(&n, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil, nil
	}
	if err != nil {
		return 0, nil, fmt.Errorf("head of incident %s: %w", incident, err)
	}
	return uint64(n), hash, nil
}
