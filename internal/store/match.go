package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/jmoiron/sqlx"
)

// PutMatch stores the match of an inventory for a state of the advisories, with the
// number of its findings. Equal matches are stored once.
func (s *Store) PutMatch(ctx context.Context, key, state string, findings int, match any) error {
	document, err := json.Marshal(match)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(document)
	digest := hex.EncodeToString(sum[:16])
	return s.inTx(ctx, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO answers (digest, findings, document) VALUES (?, ?, ?)`, digest, findings,
			string(document)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO matches (work_key, state, digest) VALUES (?, ?, ?)`, key, state, digest)
		return err
	})
}

// MatchSummary is the digest of a match and the number of its findings. Equal matches
// have the same digest.
type MatchSummary struct {
	Digest   string
	Findings int
}

// MatchSummary returns the summary of a stored match, or ErrNotFound.
func (s *Store) MatchSummary(ctx context.Context, key, state string) (MatchSummary, error) {
	var summary MatchSummary
	err := s.db.GetContext(ctx, &summary, `SELECT digest, findings FROM matches JOIN answers USING (digest) WHERE work_key = ? AND state = ?`, key, state)
	return summary, notFound(err)
}

// LastState returns the state of the advisories of the newest match of an inventory, or
// ErrNotFound.
func (s *Store) LastState(ctx context.Context, key string) (string, error) {
	var state string
	err := s.db.GetContext(ctx, &state, `SELECT state FROM matches WHERE work_key = ? ORDER BY rowid DESC LIMIT 1`, key)
	return state, notFound(err)
}

// CopyMatch stores the match of an earlier state for another state too.
func (s *Store) CopyMatch(ctx context.Context, key, from, to string) (MatchSummary, error) {
	_, err := s.db.ExecContext(ctx,
		`INSERT OR REPLACE INTO matches (work_key, state, digest) SELECT work_key, ?, digest FROM matches WHERE work_key = ? AND state = ?`, to, key, from)
	if err != nil {
		return MatchSummary{}, err
	}
	return s.MatchSummary(ctx, key, to)
}

// Match decodes a stored match into target, or returns ErrNotFound.
func (s *Store) Match(ctx context.Context, key, state string, target any) error {
	return s.getJSON(ctx, target, `SELECT document FROM matches JOIN answers USING (digest) WHERE work_key = ? AND state = ?`, key, state)
}
