-- +goose Up
CREATE TABLE runs (
    id         INTEGER PRIMARY KEY,
    as_of      TEXT NOT NULL,            -- RFC 3339, UTC
    catalogs   TEXT NOT NULL,            -- JSON list of {name, location, goods}
    notes      TEXT NOT NULL,            -- JSON list of notes on entries that became no good
    catalog_id TEXT NOT NULL,            -- runs of the same catalogs share it
    state      TEXT NOT NULL,            -- started, scanned, matched, assessed
    inputs     TEXT NOT NULL DEFAULT '', -- names all that the verdicts rest on
    outcome    TEXT                      -- JSON of what was published, NULL before
);
CREATE INDEX runs_by_catalog ON runs (catalog_id, state, id);

CREATE TABLE goods (
    run_id   INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    good_id  TEXT NOT NULL,
    document TEXT NOT NULL,              -- JSON of catalog.Good
    verdict  TEXT,                       -- JSON that assess wrote; NULL before it
    PRIMARY KEY (run_id, good_id)
);

CREATE TABLE scans (
    run_id         INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    url            TEXT NOT NULL,
    commit_id      TEXT NOT NULL,        -- empty where the repository could not be read
    observed_until TEXT NOT NULL,
    at             TEXT NOT NULL,        -- the time of which the measures speak
    keys           TEXT NOT NULL,        -- JSON list of work keys of the observations
    inventory      TEXT NOT NULL,        -- the one of them that lists packages, or empty
    notes          TEXT NOT NULL,        -- JSON list of notes on the snapshot
    failure        TEXT,                 -- JSON of a note, NULL where it was read
    sight          TEXT NOT NULL,        -- names the state of the mirror's files, or empty
    committed      TEXT NOT NULL,        -- the date of the commit
    variant        TEXT NOT NULL,        -- names what beside the commit decided what could be read
    PRIMARY KEY (run_id, url)
);
CREATE INDEX scans_by_url ON scans (url, run_id);

CREATE TABLE observations (
    work_key   TEXT PRIMARY KEY,         -- commit, variant, scanner, version, configuration, day
    scanner    TEXT NOT NULL,
    took_ms    INTEGER NOT NULL,
    document   TEXT NOT NULL             -- JSON of observation.Observation
);

CREATE TABLE matches (
    work_key    TEXT NOT NULL,           -- that of the inventory
    database_id TEXT NOT NULL,           -- that of the advisory index
    document    TEXT NOT NULL,           -- JSON of the match
    PRIMARY KEY (work_key, database_id)
);

-- +goose Down
DROP TABLE matches;
DROP TABLE observations;
DROP TABLE scans;
DROP TABLE goods;
DROP TABLE runs;
