package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"tocsin.dev/internal/archive"
	"tocsin.dev/pkg/events"
)

// many is how many facts or incidents an upgrade holds in memory at once.
const many = 100

// upgrade brings an older file to the present layout, in one transaction. Nothing is asked of the
// ledger, which may have been trimmed: what version 2 keeps besides follows from the facts, and what
// version 3 chains is taken as it stands.
func upgrade(ctx context.Context, db *sql.DB, from int64) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to undo
	steps := []func(context.Context, *sql.Tx) error{upgradeDeeds, endUpgrade}
	if from == 1 {
		steps = append([]func(context.Context, *sql.Tx) error{beginUpgrade, upgradeRecords, upgradeIncidents, dropOld}, steps...)
	}
	for _, step := range steps {
		if err := step(ctx, tx); err != nil {
			return fmt.Errorf("upgrade from layout %d to %d: %w", from, version, err)
		}
	}
	return tx.Commit()
}

func beginUpgrade(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `
DROP INDEX incidents_opened;
DROP INDEX incidents_open;
ALTER TABLE incidents RENAME TO incidents_1;
CREATE INDEX incidents_1_order ON incidents_1 (opened / 1000000);
ALTER TABLE progress ADD COLUMN hash BLOB NOT NULL DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';
`+beside)
	return err
}

// upgradeRecords counts and sums the facts of each record; what is there is taken for what was kept.
func upgradeRecords(ctx context.Context, tx *sql.Tx) error {
	last, prev := int64(-1), [32]byte{}
	for {
		facts, err := someFacts(ctx, tx, last)
		if err != nil {
			return err
		}
		if len(facts) == 0 {
			_, err := tx.ExecContext(ctx, "UPDATE progress SET hash = ?", prev[:])
			return err
		}
		records := archive.Records(prev, facts)
		for values := recordValues(records); len(values) > 0; values = values[recordColumns:] {
			if _, err := tx.ExecContext(ctx, insertRecord+rows(recordColumns, 1), values[:recordColumns]...); err != nil {
				return err
			}
		}
		prev = records[len(records)-1].Hash
		last = facts[len(facts)-1].Key()
	}
}

// someFacts reads the next facts up to the end of a record, with position, index and line.
func someFacts(ctx context.Context, tx *sql.Tx, after int64) ([]archive.Fact, error) {
	rows, err := tx.QueryContext(ctx, "SELECT id, line FROM facts WHERE id > ? ORDER BY id", after)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []archive.Fact
	for rows.Next() {
		var n int64
		var f archive.Fact
		if err := rows.Scan(&n, &f.Line); err != nil {
			return nil, err
		}
		f.SetKey(n)
		if len(all) >= many && f.Position != all[len(all)-1].Position {
			return all, nil
		}
		all = append(all, f)
	}
	return all, rows.Err()
}

// upgradeIncidents gives each incident its place, in the order of their openings, and its terms.
func upgradeIncidents(ctx context.Context, tx *sql.Tx) error {
	shelf := shelf{tx: tx}
	if err := shelf.prepare(ctx); err != nil {
		return err
	}
	last := struct{ opened, rowid int64 }{opened: math.MinInt64}
	for {
		rows, err := tx.QueryContext(ctx, "SELECT opened / 1000000, rowid, document FROM incidents_1 WHERE (opened / 1000000, rowid) > (?, ?) ORDER BY 1, 2 LIMIT ?", last.opened, last.rowid, many)
		if err != nil {
			return err
		}
		all, err := scan(rows, func(rows *sql.Rows) (archive.Incident, error) {
			var document []byte
			if err := rows.Scan(&last.opened, &last.rowid, &document); err != nil {
				return archive.Incident{}, err
			}
			return decode(document)
		})
		if err != nil || len(all) == 0 {
			return err
		}
		var facts []archive.Fact
		for i := range all {
			some, err := telling(ctx, tx, all[i].ID)
			if err != nil {
				return err
			}
			facts = append(facts, some...)
		}
		made, err := archive.Rows(ctx, facts, all, shelf.known, shelf.top)
		if err != nil {
			return err
		}
		if err := shelf.put(ctx, made); err != nil {
			return err
		}
	}
}

// telling gives the facts of an incident as far as terms are made of them.
func telling(ctx context.Context, tx *sql.Tx, incident string) ([]archive.Fact, error) {
	rows, err := tx.QueryContext(ctx, "SELECT line FROM facts WHERE incident = ? ORDER BY id", incident)
	if err != nil {
		return nil, err
	}
	return scan(rows, func(rows *sql.Rows) (f archive.Fact, err error) {
		if err := rows.Scan(&f.Line); err != nil {
			return f, err
		}
		if env, _, err := events.Split(f.Line); err == nil {
			f.Envelope = env
		}
		f.Subject = incident
		return f, nil
	})
}

func dropOld(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "DROP TABLE incidents_1")
	return err
}

func upgradeDeeds(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, deeds); err != nil {
		return err
	}
	return adopt(ctx, tx)
}

func endUpgrade(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, fmt.Sprintf("UPDATE schema SET version = %d", version))
	return err
}
