-- +goose Up
-- What a run was made with, so that commands on its results need not be told again.
ALTER TABLE runs ADD COLUMN settings TEXT NOT NULL DEFAULT 'null'; -- JSON of config.Kept; null in runs of before

-- +goose Down
ALTER TABLE runs DROP COLUMN settings;
