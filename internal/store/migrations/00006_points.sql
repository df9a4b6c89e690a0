-- +goose Up
-- What a series over runs shows of each good, taken out of its verdict once.
CREATE TABLE points (
    run_id   INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    good_id  TEXT NOT NULL,
    stage    TEXT NOT NULL,
    low      REAL NOT NULL,              -- bounds of the score of the supports together
    high     REAL NOT NULL,
    findings INTEGER,                    -- NULL where unknown
    people   INTEGER,                    -- of the last 12 months; NULL where unknown
    PRIMARY KEY (run_id, good_id)
) WITHOUT ROWID;
ALTER TABLE runs ADD COLUMN rules TEXT NOT NULL DEFAULT ''; -- digest of the rules; empty in runs of before

-- +goose Down
ALTER TABLE runs DROP COLUMN rules;
DROP TABLE points;
