package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	jsonv1 "github.com/go-json-experiment/json/v1"
)

// PutMatch stores the match of an inventory for a state of the advisories, with the
// number of its findings. Equal matches are stored once.
func (s *Store) PutMatch(ctx context.Context, key, state string, findings int, match any) error {
	s.forget()
	document, err := jsonv1.Marshal(match)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(document)
	digest := hex.EncodeToString(sum[:16])
	key = storedKey(key)
	return s.db.transaction(ctx, func(tx transaction) error {
		err := tx.run(ctx, `INSERT INTO answers (digest, findings, document) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, digest, findings, string(document))
		if err != nil {
			return err
		}
		return replaceMatch(ctx, tx, key, state, `VALUES (?, ?, ?)`, key, state, digest)
	})
}

// replaceMatch stores a row of matches in the place of that of the same state, as the
// newest of its inventory.
func replaceMatch(ctx context.Context, tx transaction, key, state, row string, args ...any) error {
	if err := tx.run(ctx, `DELETE FROM matches WHERE work_key = ? AND state = ?`, key, state); err != nil {
		return err
	}
	return tx.run(ctx, `INSERT INTO matches (work_key, state, digest) `+row+` ON CONFLICT DO NOTHING`, args...)
}

// MatchSummary is the digest of a match and the number of its findings. Equal matches
// have the same digest.
type MatchSummary struct {
	Digest   string
	Findings int
}

// MatchSummary returns the summary of a stored match, or ErrNotFound.
func (s *Store) MatchSummary(ctx context.Context, key, state string) (MatchSummary, error) {
	row, found, err := s.summaryAhead(ctx, storedKey(key), state)
	if err != nil || found {
		return MatchSummary{Digest: row.Digest, Findings: row.Findings}, err
	}
	var summary MatchSummary
	err = s.db.get(ctx, &summary, `SELECT digest, findings FROM matches JOIN answers USING (digest) WHERE work_key = ? AND state = ?`, storedKey(key),
		state)
	return summary, notFound(err)
}

// LastState returns the state of the advisories of the newest match of an inventory, or
// ErrNotFound.
func (s *Store) LastState(ctx context.Context, key string) (string, error) {
	var state string
	err := s.db.get(ctx, &state, `SELECT state FROM matches WHERE work_key = ? ORDER BY rowid DESC LIMIT 1`, storedKey(key))
	return state, notFound(err)
}

// CopyMatch stores the match of an earlier state for another state too.
func (s *Store) CopyMatch(ctx context.Context, key, from, to string) (MatchSummary, error) {
	s.forget()
	key = storedKey(key)
	err := s.db.transaction(ctx, func(tx transaction) error {
		if from == to {
			return nil
		}
		return replaceMatch(ctx, tx, key, to, `SELECT work_key, ?, digest FROM matches WHERE work_key = ? AND state = ?`, to, key, from)
	})
	if err != nil {
		return MatchSummary{}, err
	}
	return s.MatchSummary(ctx, key, to)
}

// Match decodes a stored match into target, or returns ErrNotFound.
func (s *Store) Match(ctx context.Context, key, state string, target any) error {
	document, found, err := s.matchAhead(ctx, storedKey(key), state)
	return s.decodeOr(ctx, target, document, found, err, `SELECT document FROM matches JOIN answers USING (digest) WHERE work_key = ? AND state = ?`, storedKey(key), state)
}
