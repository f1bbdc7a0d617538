package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"tocsin.dev/internal/archive"
)

// writer is the one connection that changes the file.
type writer struct {
	db       *sql.DB
	prepared map[string]*sql.Stmt // [often]
	// building counts the facts that were kept without their indexes; negative when there are indexes.
	building int
}

func newWriter(db *sql.DB) (*writer, error) {
	w := &writer{db: db, prepared: map[string]*sql.Stmt{}, building: -1}
	for _, query := range often {
		s, err := db.Prepare(query)
		if err != nil {
			return nil, fmt.Errorf("prepare: %w", err)
		}
		w.prepared[query] = s
	}
	return w, nil
}

func (w *writer) close() error { return w.db.Close() }

// Position returns the ledger's sequence up to which everything is kept; 0 for an empty archive.
func (a *Archive) Position(ctx context.Context) (uint64, error) {
	head, err := archive.ReadHead(a.writer.prepared[selectHead].QueryRowContext(ctx))
	if err != nil {
		return 0, fmt.Errorf("read position: %w", err)
	}
	return head.Position, nil
}

// Keep stores facts, incidents and the position in one transaction.
func (a *Archive) Keep(ctx context.Context, facts []archive.Fact, incidents []archive.Incident, position uint64) error {
	err := within(ctx, a.writer.db, a.writer.prepared, func(t archive.Tx) error {
		return archive.KeepTx(ctx, t, facts, incidents, position)
	})
	if err != nil {
		return fmt.Errorf("keep up to %d: %w", position, err)
	}
	return a.writer.built(ctx, len(facts))
}

// Load returns the incidents with these full ids, and what is left of those that were removed.
func (a *Archive) Load(ctx context.Context, ids []string) ([]archive.Incident, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, fmt.Errorf("load incidents: %w", err)
	}
	out, err := all(ctx, a.writer.db, archive.ReadIncident[*sql.Rows], "SELECT document FROM incidents WHERE id IN (SELECT value FROM json_each(?1)) "+
		"UNION ALL SELECT document FROM removals WHERE id IN (SELECT value FROM json_each(?1)) AND id NOT IN (SELECT id FROM incidents WHERE id IN (SELECT value FROM json_each(?1)))", list)
	if err != nil {
		return nil, fmt.Errorf("load incidents: %w", err)
	}
	return out, nil
}

// Head returns the number and hash of the incident's newest fact; 0 and nil for none. For an incident
// that was removed they are those of its last fact.
func (a *Archive) Head(ctx context.Context, incident string) (seq uint64, hash []byte, err error) {
	if err := a.writer.settle(ctx); err != nil { // without an index it would read all facts
		return 0, nil, err
	}
	for _, query := range []string{newestFact, lastRemoved} {
		var n int64
		err = a.writer.prepared[query].QueryRowContext(ctx, incident).Scan(&n, &hash)
		if err == nil {
			return uint64(n), hash, nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return 0, nil, fmt.Errorf("head of incident %s: %w", incident, err)
		}
	}
	return 0, nil, nil
}
