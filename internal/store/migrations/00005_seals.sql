-- +goose Up
-- What runs foretold, in the order in which they were sealed. Each document holds the
-- digest of the one before; nothing is ever changed or deleted here, also where a run is.
CREATE TABLE seals (
    number     INTEGER PRIMARY KEY,
    digest     TEXT NOT NULL UNIQUE,
    previous   TEXT NOT NULL UNIQUE,     -- the digest of the one before; empty for the first
    catalog_id TEXT NOT NULL,            -- of the run that sealed it
    as_of      TEXT NOT NULL,            -- its day
    document   TEXT NOT NULL             -- JSON of forecast.Seal
);
CREATE INDEX seals_by_catalog ON seals (catalog_id, as_of, number);
ALTER TABLE runs ADD COLUMN record TEXT NOT NULL DEFAULT ''; -- digest of the newest seal that was its input
ALTER TABLE runs ADD COLUMN seal TEXT NOT NULL DEFAULT '';   -- digest of what it sealed

-- +goose Down
ALTER TABLE runs DROP COLUMN seal;
ALTER TABLE runs DROP COLUMN record;
DROP TABLE seals;
