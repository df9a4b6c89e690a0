package store

import (
	"context"
	"time"
)

// Judgement returns a judged run by its number, or ErrNone.
func (s *Store) Judgement(ctx context.Context, id int64) (Run, error) {
	return s.oneRun(ctx, `SELECT `+runColumns+` FROM runs WHERE id = ? AND state = ?`, id, Assessed)
}

// JudgementOf returns the newest judged run that speaks of a day, or ErrNone.
func (s *Store) JudgementOf(ctx context.Context, day time.Time) (Run, error) {
	return s.oneRun(ctx, `SELECT `+runColumns+` FROM runs WHERE substr(as_of, 1, 10) = ? AND state = ? ORDER BY id DESC LIMIT 1`, day.UTC().Format(time.DateOnly), Assessed)
}
