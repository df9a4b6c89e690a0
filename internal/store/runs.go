package store

import (
	"context"
	"time"
)

// AssessedRun returns an assessed run by its number, or ErrNotFound.
func (s *Store) AssessedRun(ctx context.Context, id int64) (Run, error) {
	return s.getRun(ctx, `SELECT `+runColumns+` FROM runs WHERE id = ? AND state = ?`, id, Assessed)
}

// AssessedRunOn returns the newest assessed run of a day, or ErrNotFound.
func (s *Store) AssessedRunOn(ctx context.Context, day time.Time) (Run, error) {
	return s.getRun(ctx, `SELECT `+runColumns+` FROM runs WHERE substr(as_of, 1, 10) = ? AND state = ? ORDER BY id DESC LIMIT 1`, day.UTC().Format(time.DateOnly), Assessed)
}
