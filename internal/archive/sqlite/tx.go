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
	"tocsin.dev/internal/rules/timeline"
	"tocsin.dev/pkg/events"
)

var _ archive.Tx = (*tx)(nil)

const (
	selectHead  = "SELECT n, position, hash FROM head"
	updateHead  = "UPDATE head SET n = ?, position = ?, hash = ?"
	insertFacts = "INSERT INTO facts (id, incident, seq, name, at, cause, line, hash) VALUES "
	insertChain = "INSERT INTO chain (n, kind, position, facts, incident, sum, hash) VALUES "

	selectKnown    = "SELECT id, place, status, told, mark FROM incidents WHERE id IN (SELECT value FROM json_each(?))"
	highestPlace   = "SELECT coalesce(max(place), -1) FROM incidents WHERE place >= ? AND place < ?"
	insertIncident = "INSERT INTO incidents (place, id, service, team, status, resolved, document, told, mark) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
	updateIncident = "UPDATE incidents SET service = ?, team = ?, status = ?, resolved = ?, document = ?, told = ?, mark = ? WHERE place = ?"
	setWords       = "INSERT OR REPLACE INTO words (rowid, terms) VALUES (?, ?)"
	setOpenWords   = "INSERT OR REPLACE INTO open_words (rowid, terms) VALUES (?, ?)"
	dropOpenWords  = "DELETE FROM open_words WHERE rowid = ?"

	newestFact     = "SELECT seq, hash FROM facts WHERE incident = ? ORDER BY id DESC LIMIT 1"
	lastRemoved    = "SELECT seq, hash FROM removals WHERE id = ?"
	selectHolds    = "SELECT id, since, reason FROM holds"
	selectRemovals = "SELECT id, at, seq, hash, document, taken FROM removals"
)

// Columns of an INSERT, and how many rows one statement takes at most: fewer calls for the same rows.
const (
	factColumns  = 8
	chainColumns = 7
	manyRows     = 100
)

// values writes the placeholders of n rows.
func values(columns, n int) string {
	row := "(?" + strings.Repeat(",?", columns-1) + ")"
	return row + strings.Repeat(","+row, n-1)
}

// often are the statements that a recorder runs all the time: the writer prepares them once.
var often = []string{
	insertFacts + values(factColumns, 1), insertFacts + values(factColumns, manyRows),
	insertChain + values(chainColumns, 1), insertChain + values(chainColumns, manyRows),
	selectHead, updateHead, selectKnown, highestPlace, insertIncident, updateIncident, setWords, setOpenWords, dropOpenWords, newestFact, lastRemoved,
}

// tx is one transaction that changes the file.
type tx struct {
	*sql.Tx
	prepared map[string]*sql.Stmt // by their text; may be nil
	bound    map[string]*sql.Stmt // those used in this transaction: binding one costs more than running it
}

func newTx(t *sql.Tx, prepared map[string]*sql.Stmt) *tx {
	return &tx{t, prepared, map[string]*sql.Stmt{}}
}

// within runs a change in a transaction and commits it.
func within(ctx context.Context, db *sql.DB, prepared map[string]*sql.Stmt, change func(archive.Tx) error) error {
	t, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer t.Rollback() //nolint:errcheck // after a commit there is nothing to undo
	if err := change(newTx(t, prepared)); err != nil {
		return err
	}
	return t.Commit()
}

// stmt returns the prepared statement; nil where there is none.
func (t *tx) stmt(ctx context.Context, query string) *sql.Stmt {
	s := t.bound[query]
	if s == nil && t.prepared[query] != nil {
		s = t.StmtContext(ctx, t.prepared[query])
		t.bound[query] = s
	}
	return s
}

func (t *tx) exec(ctx context.Context, query string, args ...any) error {
	var err error
	if s := t.stmt(ctx, query); s != nil {
		_, err = s.ExecContext(ctx, args...)
	} else {
		_, err = t.ExecContext(ctx, query, args...)
	}
	return err
}

func (t *tx) row(ctx context.Context, query string, args ...any) *sql.Row {
	if s := t.stmt(ctx, query); s != nil {
		return s.QueryRowContext(ctx, args...)
	}
	return t.QueryRowContext(ctx, query, args...)
}

// insert sends rows of that many columns, many at a time and the rest one by one.
func (t *tx) insert(ctx context.Context, into string, columns int, all []any) error {
	for _, n := range []int{manyRows, 1} {
		query := into + values(columns, n)
		for ; len(all) >= columns*n; all = all[columns*n:] {
			if err := t.exec(ctx, query, all[:columns*n]...); err != nil {
				return err
			}
		}
	}
	return nil
}

// Head returns the chain's head.
func (t *tx) Head(ctx context.Context) (archive.Head, error) {
	return archive.ReadHead(t.row(ctx, selectHead))
}

// AppendChain stores entries and moves the head.
func (t *tx) AppendChain(ctx context.Context, entries []archive.ChainEntry) error {
	all := make([]any, 0, chainColumns*len(entries))
	for i := range entries {
		e := &entries[i]
		all = append(all, int64(e.N), e.Kind, int64(e.Position), e.Facts, e.Incident, e.Sum[:], e.Hash[:])
	}
	if err := t.insert(ctx, insertChain, chainColumns, all); err != nil {
		return err
	}
	head := entries[len(entries)-1].Head()
	return t.exec(ctx, updateHead, int64(head.N), int64(head.Position), head.Hash[:])
}

// InsertFacts stores facts.
func (t *tx) InsertFacts(ctx context.Context, facts []archive.Fact) error {
	all := make([]any, 0, factColumns*len(facts))
	for i := range facts {
		f := &facts[i]
		all = append(all, f.Key(), orNull(f.Subject), int64(f.IncidentSeq),
			events.NameOf(f.Type), nanos(f.Time), orNull(f.CausationID), f.Line, blob(f.Hash))
	}
	return t.insert(ctx, insertFacts, factColumns, all)
}

// Known returns what is kept about incidents.
func (t *tx) Known(ctx context.Context, ids []string) (map[string]archive.Known, error) {
	out := map[string]archive.Known{}
	if len(ids) == 0 {
		return out, nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows, err := t.stmt(ctx, selectKnown).QueryContext(ctx, list)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return out, archive.EachRow(rows, archive.ReadKnown[*sql.Rows], func(k archive.Known) error {
		out[k.ID] = k
		return nil
	})
}

// HighestPlace returns the highest place within the bounds, or -1.
func (t *tx) HighestPlace(ctx context.Context, from, before int64) (place int64, err error) {
	err = t.row(ctx, highestPlace, from, before).Scan(&place)
	return place, err
}

// PutIncidents writes rows with their terms. The indexes of words are quick only in the order of places.
func (t *tx) PutIncidents(ctx context.Context, rows []archive.Row) error {
	for i := range rows {
		r := &rows[i]
		resolved := any(nil)
		if r.ResolvedAt != nil {
			resolved = nanos(*r.ResolvedAt)
		}
		var err error
		if r.Fresh {
			err = t.exec(ctx, insertIncident, r.Place, r.ID, r.Service, r.Team, r.Status, resolved, r.Document, r.Told, r.Mark)
		} else {
			err = t.exec(ctx, updateIncident, r.Service, r.Team, r.Status, resolved, r.Document, r.Told, r.Mark, r.Place)
		}
		if err == nil {
			err = t.putWords(ctx, r)
		}
		if err != nil {
			return fmt.Errorf("incident %s: %w", r.ID, err)
		}
	}
	return nil
}

// putWords updates the indexes of words where something changed for them.
func (t *tx) putWords(ctx context.Context, r *archive.Row) error {
	if r.Changed {
		if err := t.exec(ctx, setWords, r.Place, r.Terms); err != nil {
			return err
		}
	}
	const over = timeline.Resolved
	switch {
	case r.Status != over && (r.Changed || r.Was == over):
		return t.exec(ctx, setOpenWords, r.Place, r.Terms)
	case r.Status == over && !r.Fresh && r.Was != over:
		return t.exec(ctx, dropOpenWords, r.Place)
	}
	return nil
}

// PutHold stores a hold.
func (t *tx) PutHold(ctx context.Context, h archive.Hold) (archive.Hold, error) {
	h, err := readHold(t.QueryRowContext(ctx, "INSERT INTO holds (id, since, reason) SELECT id, ?, ? FROM incidents WHERE id = ? "+
		"ON CONFLICT (id) DO UPDATE SET reason = excluded.reason RETURNING id, since, reason", nanos(h.Since), h.Reason, h.Incident))
	return h, orNotFound(err)
}

// DeleteHold ends a hold.
func (t *tx) DeleteHold(ctx context.Context, incident string) error {
	return orNotFound(t.QueryRowContext(ctx, "DELETE FROM holds WHERE id = ? RETURNING id", incident).Scan(&incident))
}

// Expired returns incidents that were resolved long enough ago.
func (t *tx) Expired(ctx context.Context, resolvedBefore time.Time, most int) ([]archive.Incident, error) {
	return all(ctx, t.Tx, archive.ReadIncident[*sql.Rows], "SELECT document FROM incidents WHERE resolved < ? AND status = 'resolved' "+
		"AND id NOT IN (SELECT id FROM holds) ORDER BY resolved LIMIT ?", nanos(resolvedBefore), most)
}

// TakeIncident deletes an incident with its facts and words.
func (t *tx) TakeIncident(ctx context.Context, id string) ([]archive.Fact, error) {
	facts, err := all(ctx, t.Tx, archive.ReadFact[*sql.Rows], "SELECT id, line, hash FROM facts WHERE incident = ? ORDER BY id", id)
	if err != nil {
		return nil, err
	}
	for _, statement := range []string{
		"DELETE FROM facts WHERE incident = ?",
		"DELETE FROM words WHERE rowid = (SELECT place FROM incidents WHERE id = ?)",
		"DELETE FROM incidents WHERE id = ?",
	} {
		if err := t.exec(ctx, statement, id); err != nil {
			return nil, err
		}
	}
	return facts, nil
}

// Removal returns the removal of an incident.
func (t *tx) Removal(ctx context.Context, id string) (archive.Removal, error) {
	r, err := readRemoval(t.QueryRowContext(ctx, selectRemovals+" WHERE id = ?", id))
	return r, orNotFound(err)
}

// PutRemoval stores or replaces a removal.
func (t *tx) PutRemoval(ctx context.Context, r archive.Removal) error {
	return t.exec(ctx, "INSERT OR REPLACE INTO removals (id, at, seq, hash, document, taken) VALUES (?, ?, ?, ?, ?, ?)",
		r.ID, nanos(r.At), int64(r.Seq), blob(r.Hash), r.Document, r.Taken)
}

// scanner is one row, or the current one of several.
type scanner interface{ Scan(to ...any) error }

func readHold[R scanner](row R) (h archive.Hold, err error) {
	var since int64
	err = row.Scan(&h.Incident, &since, &h.Reason)
	h.Since = instant(since)
	return h, err
}

func readRemoval[R scanner](row R) (r archive.Removal, err error) {
	var at, seq int64
	err = row.Scan(&r.ID, &at, &seq, &r.Hash, &r.Document, &r.Taken)
	r.At, r.Seq = instant(at), uint64(seq)
	return r, err
}

// asker is a pool or a transaction.
type asker interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// all reads the rows of a query; an empty slice for none.
func all[T any](ctx context.Context, from asker, read func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := from.QueryContext(ctx, query, args...)
	return collect(rows, err, read)
}

// collect reads and closes the rows that a query returned.
func collect[T any](rows *sql.Rows, err error, read func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return archive.CollectRows(rows, read)
}

func orNotFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return archive.ErrNotFound
	}
	return err
}

// nanos stores an instant as a number; the zero time as 0.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

// instant is the reverse of nanos.
func instant(nanos int64) time.Time {
	if nanos == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos).UTC()
}

// orNull stores an empty string as NULL, which the partial indexes leave out.
func orNull(s string) any {
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
