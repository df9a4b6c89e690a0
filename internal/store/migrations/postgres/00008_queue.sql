-- +goose Up
-- What the queue knows beside River's own tables. All times are those of the server.
ALTER TABLE scans ADD COLUMN number BIGINT GENERATED ALWAYS AS IDENTITY; -- for who follows a run
CREATE INDEX scans_by_number ON scans (run_id, number);

CREATE TABLE workers (
    id       TEXT COLLATE "C" PRIMARY KEY, -- one for each process
    cache    TEXT COLLATE "C" NOT NULL,    -- names the folder of its mirrors
    host     TEXT NOT NULL,                -- the machine, for people
    program  TEXT COLLATE "C" NOT NULL,    -- names what its results depend on: version, scanners, limits
    jobs     BIGINT NOT NULL,              -- repositories that it reads at once
    started  TIMESTAMPTZ NOT NULL DEFAULT now(),
    seen     TIMESTAMPTZ NOT NULL DEFAULT now(),
    left_at  TIMESTAMPTZ                   -- NULL while it works
);

CREATE TABLE places (
    url   TEXT COLLATE "C" PRIMARY KEY,
    cache TEXT COLLATE "C" NOT NULL,       -- the folder that had the mirror last
    bytes BIGINT NOT NULL,                 -- size of its packs
    used  TIMESTAMPTZ NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE places, workers;
ALTER TABLE scans DROP COLUMN number;
