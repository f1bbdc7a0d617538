package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"tocsin.dev/internal/archive"
	"tocsin.dev/internal/rules/timeline"
)

// shelf is where incidents stand: their rows and the index of their terms, within one transaction.
type shelf struct {
	tx                             *sql.Tx
	find, last, insert, update     *sql.Stmt
	setWords, setOpen, withoutOpen *sql.Stmt
}

// statements are those of a shelf, prepared once for each connection.
var statements = [...]string{
	"SELECT id, place, status, told, mark FROM incidents WHERE id IN (SELECT value FROM json_each(?))",
	"SELECT max(place) FROM incidents WHERE place >= ? AND place < ?",
	"INSERT INTO incidents (place, id, service, team, status, resolved, document, told, mark) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	"UPDATE incidents SET service = ?, team = ?, status = ?, resolved = ?, document = ?, told = ?, mark = ? WHERE place = ?",
	"INSERT OR REPLACE INTO words (rowid, terms) VALUES (?, ?)",
	"INSERT OR REPLACE INTO open_words (rowid, terms) VALUES (?, ?)",
	"DELETE FROM open_words WHERE rowid = ?",
}

func (s *shelf) fields() []**sql.Stmt {
	return []**sql.Stmt{&s.find, &s.last, &s.insert, &s.update, &s.setWords, &s.setOpen, &s.withoutOpen}
}

// prepare makes the statements for this transaction alone.
func (s *shelf) prepare(ctx context.Context) (err error) {
	for i, to := range s.fields() {
		if *to, err = s.tx.PrepareContext(ctx, statements[i]); err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
	}
	return nil
}

// within gives the shelf of a transaction with statements that were prepared before.
func (s *shelf) within(ctx context.Context, tx *sql.Tx) *shelf {
	out := &shelf{tx: tx}
	from := s.fields()
	for i, to := range out.fields() {
		*to = tx.StmtContext(ctx, *from[i])
	}
	return out
}

func (s *shelf) known(ctx context.Context, ids []string) (map[string]archive.Known, error) {
	out := map[string]archive.Known{}
	if len(ids) == 0 {
		return out, nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	rows, err := s.find.QueryContext(ctx, list)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var k archive.Known
		if err := rows.Scan(&id, &k.Place, &k.Status, &k.Told, &k.Mark); err != nil {
			return nil, err
		}
		out[id] = k
	}
	return out, rows.Err()
}

func (s *shelf) top(ctx context.Context, from, before int64) (int64, error) {
	var n sql.NullInt64
	err := s.last.QueryRowContext(ctx, from, before).Scan(&n)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	if !n.Valid {
		return -1, nil
	}
	return n.Int64, nil
}

// put writes rows in the order of their places: the index of words is quick that way only.
func (s *shelf) put(ctx context.Context, rows []archive.Row) error {
	for i := range rows {
		r := &rows[i]
		resolved := any(nil)
		if r.ResolvedAt != nil {
			resolved = nanos(*r.ResolvedAt)
		}
		var err error
		if r.Fresh {
			_, err = s.insert.ExecContext(ctx, r.Place, r.ID, r.Service, r.Team, r.Status, resolved, r.Document, r.Told, r.Mark)
		} else {
			_, err = s.update.ExecContext(ctx, r.Service, r.Team, r.Status, resolved, r.Document, r.Told, r.Mark, r.Place)
		}
		if err == nil {
			err = s.index(ctx, r)
		}
		if err != nil {
			return fmt.Errorf("incident %s: %w", r.ID, err)
		}
	}
	return nil
}

// index brings the indexes of words up to date where something changed for them.
func (s *shelf) index(ctx context.Context, r *archive.Row) error {
	if r.Changed {
		if _, err := s.setWords.ExecContext(ctx, r.Place, r.Terms); err != nil {
			return err
		}
	}
	const over = timeline.Resolved
	var err error
	switch {
	case r.Status != over && (r.Changed || r.Was == over):
		_, err = s.setOpen.ExecContext(ctx, r.Place, r.Terms)
	case r.Status == over && !r.Fresh && r.Was != over:
		_, err = s.withoutOpen.ExecContext(ctx, r.Place)
	}
	return err
}
