package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
)

// version is the newest layout that this build writes and reads.
const version = 1

// applicationID marks the file as ours in SQLite's own header: "tocs" in ASCII.
const applicationID = 0x746f6373

// Errors of opening a file.
var (
	// ErrForeign says that the file is not a Tocsin archive.
	ErrForeign = errors.New("the file is not a Tocsin archive")
	// ErrNewer says that a newer Tocsin wrote the file.
	ErrNewer = errors.New("the archive was written by a newer version of Tocsin")
)

// layout is the schema of version 1. A fact's id is position << 20 | index, so that the table is in
// ledger order, is only ever appended to, and the index over incidents holds that order too.
const layout = `
CREATE TABLE schema (version INTEGER NOT NULL);
CREATE TABLE progress (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL);
INSERT INTO progress (one, position) VALUES (1, 0);
CREATE TABLE facts (
	id       INTEGER PRIMARY KEY,
	incident TEXT,             -- NULL for facts of no incident
	seq      INTEGER NOT NULL, -- the incident's own count; 0 for none
	name     TEXT NOT NULL,    -- "page.delivered"
	at       INTEGER NOT NULL, -- nanoseconds since 1970, UTC
	cause    TEXT,             -- id of the input; NULL when time was the cause
	line     BLOB NOT NULL,    -- the event as it stands in the ledger
	hash     BLOB              -- 32 bytes; NULL for facts of no incident
);
CREATE INDEX facts_incident ON facts (incident) WHERE incident IS NOT NULL;
CREATE INDEX facts_cause ON facts (cause) WHERE cause IS NOT NULL;
CREATE TABLE incidents (
	id       TEXT NOT NULL UNIQUE,
	service  TEXT NOT NULL,
	team     TEXT NOT NULL,
	status   TEXT NOT NULL,
	opened   INTEGER NOT NULL, -- nanoseconds since 1970, UTC
	document BLOB NOT NULL     -- the whole incident as JSON
);
CREATE INDEX incidents_opened ON incidents (opened, id);
CREATE INDEX incidents_open ON incidents (opened, id) WHERE status <> 'resolved';
`

// prepare makes a new file ours, or says why an old one is not to be touched.
func prepare(ctx context.Context, db *sql.DB) error {
	tables, err := one(ctx, db, "SELECT count(*) FROM sqlite_master")
	if err != nil {
		return foreign(err)
	}
	if tables > 0 {
		return whose(ctx, db)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to undo
	for _, statement := range []string{
		layout,
		fmt.Sprintf("INSERT INTO schema (version) VALUES (%d)", version),
		fmt.Sprintf("PRAGMA application_id = %d", applicationID),
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("lay out: %w", err)
		}
	}
	return tx.Commit()
}

// check is the reader's: a file that its writer has not laid out yet counts as not there.
func check(ctx context.Context, db *sql.DB) error {
	tables, err := one(ctx, db, "SELECT count(*) FROM sqlite_master")
	if err != nil {
		return foreign(err)
	}
	if tables == 0 {
		return fmt.Errorf("%w: its writer has not laid it out yet", fs.ErrNotExist)
	}
	return whose(ctx, db)
}

// whose reads whose file it is and of which version.
func whose(ctx context.Context, db *sql.DB) error {
	mark, err := one(ctx, db, "PRAGMA application_id")
	if err != nil {
		return foreign(err)
	}
	if mark != applicationID {
		return ErrForeign
	}
	found, err := one(ctx, db, "SELECT max(version) FROM schema")
	if err != nil {
		return foreign(err)
	}
	if found > version {
		return fmt.Errorf("%w: layout %d, this build knows %d", ErrNewer, found, version)
	}
	return nil
}

func one(ctx context.Context, db *sql.DB, query string) (int64, error) {
	var n int64
	err := db.QueryRowContext(ctx, query).Scan(&n)
	return n, err
}
