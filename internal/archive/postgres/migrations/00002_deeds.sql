-- +goose Up
-- What keepers did, and a seal over how far the archive stands; the migration after this one fills them.
ALTER TABLE tocsin_progress
	ADD COLUMN deeds bigint NOT NULL DEFAULT 0,              -- how many
	ADD COLUMN deed bytea NOT NULL DEFAULT ''::bytea,        -- hash of the newest
	ADD COLUMN seal bytea NOT NULL DEFAULT ''::bytea;        -- over all of them
CREATE TABLE tocsin_deeds (
	n        bigint PRIMARY KEY,
	kind     text NOT NULL,             -- "held", "released" or "removed"
	incident text COLLATE "C" NOT NULL,
	mark     bytea NOT NULL,            -- of the hold or the removal
	facts    bigint NOT NULL,           -- how many were taken out
	without  bytea NOT NULL,            -- XOR of their marks
	hash     bytea NOT NULL             -- over the deed before it
);
