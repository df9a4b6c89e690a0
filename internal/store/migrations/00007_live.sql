-- +goose Up
-- What services on the network answered of a repository, for the next runs: the newest
-- answer of each. It holds no login, name or address of a person.
CREATE TABLE live_answers (
    source   TEXT NOT NULL,
    url      TEXT NOT NULL,
    version  TEXT NOT NULL,              -- of the source that wrote it
    asked    TEXT NOT NULL,              -- RFC 3339, UTC
    partial  INTEGER NOT NULL,           -- 1 where a part could not be asked
    document TEXT NOT NULL,              -- JSON, in the source's own form
    PRIMARY KEY (source, url)
) WITHOUT ROWID;

-- What a run made of them, or why it could not.
CREATE TABLE live (
    run_id   INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    url      TEXT NOT NULL,
    source   TEXT NOT NULL,
    document TEXT NOT NULL,              -- JSON of {measures, notes}
    PRIMARY KEY (run_id, url, source)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE live;
DROP TABLE live_answers;
