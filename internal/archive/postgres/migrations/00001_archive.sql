-- +goose Up
-- What was kept, held, released and removed, see archive.ChainEntry. The head repeats the newest entry.
CREATE TABLE tocsin_chain (
	n        bigint PRIMARY KEY,
	kind     text NOT NULL,             -- "record", "hold", "release" or "removal"
	position bigint NOT NULL,
	facts    integer NOT NULL,
	incident text COLLATE "C" NOT NULL, -- '' for a record
	sum      bytea NOT NULL,
	hash     bytea NOT NULL             -- also over the entry before it
);
CREATE TABLE tocsin_head (
	one      boolean PRIMARY KEY DEFAULT true CHECK (one),
	n        bigint NOT NULL,
	position bigint NOT NULL,
	hash     bytea NOT NULL
);
INSERT INTO tocsin_head (n, position, hash) VALUES (0, 0, decode(repeat('00', 32), 'hex'));

-- A fact's id is position << 20 | index: ledger order. Months of the years 2000 to 2199 have
-- partitions of their own, which the writer makes ahead of time. Two more take all other instants.
CREATE TABLE tocsin_facts (
	id       bigint NOT NULL,
	incident text COLLATE "C",     -- NULL for facts without an incident
	seq      bigint NOT NULL,      -- the fact's number in its incident, or 0
	name     text NOT NULL,        -- "page.delivered"
	at       timestamptz NOT NULL,
	cause    text COLLATE "C",     -- id of the input, or NULL when time was the cause
	line     bytea NOT NULL,       -- the event as it is in the ledger
	hash     bytea,                -- 32 bytes, or NULL for facts without an incident
	PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX tocsin_facts_incident ON tocsin_facts (incident, id) WHERE incident IS NOT NULL;
CREATE INDEX tocsin_facts_cause ON tocsin_facts USING hash (cause) WHERE cause IS NOT NULL;
CREATE TABLE tocsin_facts_before PARTITION OF tocsin_facts FOR VALUES FROM (MINVALUE) TO ('2000-01-01 00:00:00+00');
CREATE TABLE tocsin_facts_after PARTITION OF tocsin_facts FOR VALUES FROM ('2200-01-01 00:00:00+00') TO (MAXVALUE);

CREATE TABLE tocsin_incidents (
	place    bigint PRIMARY KEY,
	id       text COLLATE "C" NOT NULL UNIQUE,
	service  text NOT NULL,
	team     text NOT NULL,
	status   text NOT NULL,
	resolved timestamptz,       -- NULL while it is open
	document json NOT NULL,     -- the whole incident
	told     text NOT NULL,     -- terms from facts that the document does not have
	mark     bigint NOT NULL,   -- hash of all its terms
	terms    tsvector NOT NULL
);
ALTER TABLE tocsin_incidents ALTER COLUMN terms SET STATISTICS 1000;
CREATE INDEX tocsin_incidents_open ON tocsin_incidents (place) WHERE status <> 'resolved';
CREATE INDEX tocsin_incidents_resolved ON tocsin_incidents (resolved) WHERE resolved IS NOT NULL;
CREATE INDEX tocsin_incidents_terms ON tocsin_incidents USING gin (terms);

CREATE TABLE tocsin_removals (
	id       text COLLATE "C" PRIMARY KEY,
	at       timestamptz NOT NULL,
	seq      bigint NOT NULL,  -- of its last fact
	hash     bytea,            -- of its last fact
	document json NOT NULL,    -- what is left of the incident
	taken    bytea NOT NULL    -- the removed facts summed up by record, see archive.Removal
);
CREATE TABLE tocsin_holds (
	id     text COLLATE "C" PRIMARY KEY,
	since  timestamptz NOT NULL,
	reason text NOT NULL
);
