package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
)

// version is the newest layout, which this build writes and reads; those before it are brought up
// to it by [upgrade].
const version = 3

// applicationID marks the file as ours in SQLite's own header: "tocs" in ASCII.
const applicationID = 0x746f6373

// Errors of opening a file.
var (
	// ErrForeign says that the file is not a Tocsin archive.
	ErrForeign = errors.New("the file is not a Tocsin archive")
	// ErrNewer says that a newer Tocsin wrote the file.
	ErrNewer = errors.New("the archive was written by a newer version of Tocsin")
)

// layout is the schema of version 3. A fact's id is position << 20 | index, so that the table is in
// ledger order, is only ever appended to, and the index over incidents holds that order too. An
// incident's place is its rowid, here and in the index of words, so that every list is a walk
// down one of them. Incidents that are not resolved are few and asked for most: they have an index of
// words of their own besides.
const layout = facts + `
CREATE TABLE progress (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL, hash BLOB NOT NULL);
INSERT INTO progress (one, position, hash) VALUES (1, 0, zeroblob(32));
` + beside + deeds

// deeds came with version 3: what keepers did, the seal over the progress, and a look at the terms
// in the indexes of words, which stores nothing.
const deeds = `
ALTER TABLE progress ADD COLUMN deeds INTEGER NOT NULL DEFAULT 0; -- how many
ALTER TABLE progress ADD COLUMN deed BLOB NOT NULL DEFAULT x'';   -- hash of the newest
ALTER TABLE progress ADD COLUMN seal BLOB NOT NULL DEFAULT x'';   -- over all of them
CREATE TABLE deeds (
	n        INTEGER PRIMARY KEY,
	kind     TEXT NOT NULL,    -- "held", "released" or "removed"
	incident TEXT NOT NULL,
	mark     BLOB NOT NULL,    -- of the hold or the removal
	facts    INTEGER NOT NULL, -- how many were taken out
	without  BLOB NOT NULL,    -- XOR of their marks
	hash     BLOB NOT NULL     -- over the deed before it
);
CREATE VIRTUAL TABLE words_terms USING fts5vocab(words, instance);
CREATE VIRTUAL TABLE open_words_terms USING fts5vocab(open_words, instance);
`

// facts did not change since version 1.
const facts = `
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
` + factsIndexes

// factsIndexes may be missing while an archive is built, see [Archive.Build].
const factsIndexes = `
CREATE INDEX IF NOT EXISTS facts_incident ON facts (incident) WHERE incident IS NOT NULL;
CREATE INDEX IF NOT EXISTS facts_cause ON facts (cause) WHERE cause IS NOT NULL;
`

// beside is what stands beside the facts. The index of words keeps no text: rowid and terms only.
const beside = `
CREATE TABLE records (
	position INTEGER PRIMARY KEY,
	facts    INTEGER NOT NULL,
	sum      BLOB NOT NULL,    -- XOR of their marks
	removed  INTEGER NOT NULL DEFAULT 0,
	without  BLOB,             -- XOR of the marks of removed ones; NULL for none
	hash     BLOB NOT NULL     -- over the record before it
);
CREATE TABLE incidents (
	place    INTEGER PRIMARY KEY,
	id       TEXT NOT NULL UNIQUE,
	service  TEXT NOT NULL,
	team     TEXT NOT NULL,
	status   TEXT NOT NULL,
	resolved INTEGER,          -- nanoseconds since 1970, UTC; NULL while it is open
	document BLOB NOT NULL,    -- the whole incident as JSON
	told     TEXT NOT NULL,    -- terms that facts have and the document has not
	mark     INTEGER NOT NULL  -- hash of all its terms
);
CREATE INDEX incidents_open ON incidents (place) WHERE status <> 'resolved';
CREATE INDEX incidents_resolved ON incidents (resolved) WHERE resolved IS NOT NULL;
CREATE VIRTUAL TABLE words USING fts5 (terms, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '='");
CREATE VIRTUAL TABLE open_words USING fts5 (terms, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '='");
CREATE TABLE removals (
	id       TEXT PRIMARY KEY,
	at       INTEGER NOT NULL, -- nanoseconds since 1970, UTC
	seq      INTEGER NOT NULL, -- of its last fact
	hash     BLOB,             -- of its last fact
	document BLOB NOT NULL     -- what is left of the incident
) WITHOUT ROWID;
CREATE TABLE holds (id TEXT PRIMARY KEY, since INTEGER NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
`

// prepare makes a new file ours, or says why an old one is not to be touched.
func prepare(ctx context.Context, db *sql.DB) error {
	tables, err := one(ctx, db, "SELECT count(*) FROM sqlite_master")
	if err != nil {
		return foreign(err)
	}
	if tables == 0 {
		return layOut(ctx, db)
	}
	found, err := whose(ctx, db)
	if err == nil && found < version {
		err = upgrade(ctx, db, found)
	}
	if err == nil {
		_, err = db.ExecContext(ctx, factsIndexes) // who was building it may have been stopped
	}
	return err
}

func layOut(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing to undo
	for _, statement := range []string{
		"CREATE TABLE schema (version INTEGER NOT NULL)",
		layout,
		fmt.Sprintf("INSERT INTO schema (version) VALUES (%d)", version),
		fmt.Sprintf("PRAGMA application_id = %d", applicationID),
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("lay out: %w", err)
		}
	}
	if err := adopt(ctx, tx); err != nil {
		return fmt.Errorf("lay out: %w", err)
	}
	return tx.Commit()
}

// check is the reader's: a file that its writer has not laid out or brought up to date yet counts
// as not there.
func check(ctx context.Context, db *sql.DB) error {
	tables, err := one(ctx, db, "SELECT count(*) FROM sqlite_master")
	if err != nil {
		return foreign(err)
	}
	if tables == 0 {
		return fmt.Errorf("%w: its writer has not laid it out yet", fs.ErrNotExist)
	}
	found, err := whose(ctx, db)
	if err == nil && found < version {
		return fmt.Errorf("%w in this layout: it has layout %d, and its writer has not brought it to %d yet", fs.ErrNotExist, found, version)
	}
	return err
}

// whose reads whose file it is and of which version.
func whose(ctx context.Context, db *sql.DB) (found int64, err error) {
	mark, err := one(ctx, db, "PRAGMA application_id")
	if err != nil {
		return 0, foreign(err)
	}
	if mark != applicationID {
		return 0, ErrForeign
	}
	found, err = one(ctx, db, "SELECT max(version) FROM schema")
	if err != nil {
		return 0, foreign(err)
	}
	if found > version {
		return 0, fmt.Errorf("%w: layout %d, this build knows %d", ErrNewer, found, version)
	}
	return found, nil
}

func one(ctx context.Context, db *sql.DB, query string) (int64, error) {
	var n int64
	err := db.QueryRowContext(ctx, query).Scan(&n)
	return n, err
}
