-- +goose Up
-- A fact's id is position << 20 | index, so that the table is in ledger order, is only ever appended to,
-- and the index over incidents has that order too. The two indexes may be missing while an empty archive
-- is built.
CREATE TABLE facts (
	id       INTEGER PRIMARY KEY,
	incident TEXT,             -- NULL for facts without an incident
	seq      INTEGER NOT NULL, -- the fact's number in its incident, or 0
	name     TEXT NOT NULL,    -- "page.delivered"
	at       INTEGER NOT NULL, -- nanoseconds since 1970, UTC
	cause    TEXT,             -- id of the input, or NULL when time was the cause
	line     BLOB NOT NULL,    -- the event as it is in the ledger
	hash     BLOB              -- 32 bytes, or NULL for facts without an incident
);
CREATE INDEX facts_incident ON facts (incident) WHERE incident IS NOT NULL;
CREATE INDEX facts_cause ON facts (cause) WHERE cause IS NOT NULL;

-- What was kept, held, released and removed, see archive.ChainEntry. The head repeats the newest entry.
CREATE TABLE chain (
	n        INTEGER PRIMARY KEY,
	kind     TEXT NOT NULL,    -- "record", "hold", "release" or "removal"
	position INTEGER NOT NULL,
	facts    INTEGER NOT NULL,
	incident TEXT NOT NULL,    -- '' for a record
	sum      BLOB NOT NULL,
	hash     BLOB NOT NULL     -- also over the entry before it
);
CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), n INTEGER NOT NULL, position INTEGER NOT NULL, hash BLOB NOT NULL);
INSERT INTO head (one, n, position, hash) VALUES (1, 0, 0, zeroblob(32));

-- An incident's place is its rowid, here and in the indexes of words, so that every list is a walk down
-- one of them. Incidents that are not resolved are few and asked for most, so they have an index of words
-- of their own. The indexes keep no text, only rowids and terms.
CREATE TABLE incidents (
	place    INTEGER PRIMARY KEY,
	id       TEXT NOT NULL UNIQUE,
	service  TEXT NOT NULL,
	team     TEXT NOT NULL,
	status   TEXT NOT NULL,
	resolved INTEGER,          -- nanoseconds since 1970, UTC, or NULL while it is open
	document BLOB NOT NULL,    -- the whole incident as JSON
	told     TEXT NOT NULL,    -- terms from facts that the document does not have
	mark     INTEGER NOT NULL  -- hash of all its terms
);
CREATE INDEX incidents_open ON incidents (place) WHERE status <> 'resolved';
CREATE INDEX incidents_resolved ON incidents (resolved) WHERE resolved IS NOT NULL;
CREATE VIRTUAL TABLE words USING fts5 (terms, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '='");
CREATE VIRTUAL TABLE open_words USING fts5 (terms, content='', contentless_delete=1, detail=none, tokenize="ascii tokenchars '='");
CREATE VIRTUAL TABLE words_terms USING fts5vocab(words, instance);
CREATE VIRTUAL TABLE open_words_terms USING fts5vocab(open_words, instance);

CREATE TABLE removals (
	id       TEXT PRIMARY KEY,
	at       INTEGER NOT NULL, -- nanoseconds since 1970, UTC
	seq      INTEGER NOT NULL, -- of its last fact
	hash     BLOB,             -- of its last fact
	document BLOB NOT NULL,    -- what is left of the incident
	taken    BLOB NOT NULL     -- the removed facts summed up by record, see archive.Removal
) WITHOUT ROWID;
CREATE TABLE holds (id TEXT PRIMARY KEY, since INTEGER NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
