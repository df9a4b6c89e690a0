-- +goose Up
-- How the numbers of a series relate to the true ones: empty where they are exact, else at-least
-- or at-most. Points are taken out of the verdicts again.
ALTER TABLE points ADD COLUMN findings_bound TEXT NOT NULL DEFAULT '';
ALTER TABLE points ADD COLUMN people_bound TEXT NOT NULL DEFAULT '';
DELETE FROM points;

-- +goose Down
ALTER TABLE points DROP COLUMN people_bound;
ALTER TABLE points DROP COLUMN findings_bound;
