-- +goose Up
-- A packed package says how it is used at run time too. What was packed before
-- does not: it is read from the entries, as in rows of the first version.
UPDATE inventories SET packages = NULL;

-- +goose Down
UPDATE inventories SET packages = NULL;
