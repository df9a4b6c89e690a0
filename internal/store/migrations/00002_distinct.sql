-- +goose Up
-- Packages stand apart from the rest of an observation, and each distinct one
-- once beside its entries: a match and a summary read no entry.
CREATE TABLE inventories (
    work_key   TEXT PRIMARY KEY,         -- that of the observation
    ecosystems TEXT NOT NULL,            -- JSON list, as the packages name them
    packages   BLOB,                     -- each distinct package once; NULL in rows of the first version: read the entries
    entries    TEXT NOT NULL             -- JSON list of observation.Package, one for each place that lists it
);
INSERT INTO inventories SELECT work_key, (SELECT json_group_array(DISTINCT value ->> 'ecosystem') FROM json_each(document, '$.packages')), NULL, document -> '$.packages'
FROM observations WHERE json_type(document, '$.packages') = 'array';
UPDATE observations SET document = json_remove(document, '$.packages') WHERE work_key IN (SELECT work_key FROM inventories);

DROP TABLE matches;
CREATE TABLE matches (
    work_key TEXT NOT NULL,              -- that of the inventory
    state    TEXT NOT NULL,              -- what of the database and the program the match rests on
    digest   TEXT NOT NULL REFERENCES answers (digest),
    PRIMARY KEY (work_key, state)
);
CREATE TABLE answers (
    digest   TEXT PRIMARY KEY,           -- names the document: matches that say the same share it
    findings INTEGER NOT NULL,           -- one for each place that lists an affected package
    document TEXT NOT NULL               -- JSON of the match
);

ALTER TABLE goods ADD COLUMN digest TEXT NOT NULL DEFAULT ''; -- names all that the verdict rests on
ALTER TABLE goods ADD COLUMN stage TEXT NOT NULL DEFAULT '';  -- the verdict's
UPDATE goods SET stage = coalesce(verdict ->> '$.verdict.stage', '');
CREATE INDEX goods_by_digest ON goods (digest) WHERE digest <> '';

-- +goose Down
DROP INDEX goods_by_digest;
ALTER TABLE goods DROP COLUMN stage;
ALTER TABLE goods DROP COLUMN digest;
DROP TABLE matches;
DROP TABLE answers;
CREATE TABLE matches (
    work_key    TEXT NOT NULL,
    database_id TEXT NOT NULL,
    document    TEXT NOT NULL,
    PRIMARY KEY (work_key, database_id)
);
UPDATE observations SET document = json_set(document, '$.packages', (SELECT json(i.entries) FROM inventories i WHERE i.work_key = observations.work_key))
WHERE work_key IN (SELECT work_key FROM inventories);
DROP TABLE inventories;
