package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	jsonv1 "github.com/go-json-experiment/json/v1"
)

// NewMatch is the match of an inventory for a state of the advisories: a new one, with the
// number of its findings, or that of an earlier state, From.
type NewMatch struct {
	Key, State string
	From       string
	Findings   int
	Match      any
}

// PutMatches stores some matches in one transaction. Equal matches are stored once.
func (s *Store) PutMatches(ctx context.Context, matches []NewMatch) error {
	if len(matches) == 0 {
		return nil
	}
	s.forget()
	return s.db.transaction(ctx, func(tx transaction) error {
		for _, match := range matches {
			if err := putMatch(ctx, tx, match); err != nil {
				return fmt.Errorf("%s: %w", match.Key, err)
			}
		}
		return nil
	})
}

// putMatch stores a match in the place of that of the same state, as the newest of its
// inventory.
func putMatch(ctx context.Context, tx transaction, match NewMatch) error {
	if match.From == match.State {
		return nil
	}
	key := storedKey(match.Key)
	var digest string
	if match.From != "" {
		err := tx.GetContext(ctx, &digest, tx.Rebind(`SELECT digest FROM matches WHERE work_key = ? AND state = ?`), key, match.From)
		if err != nil {
			return notFound(err)
		}
	} else {
		document, err := jsonv1.Marshal(match.Match)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(document)
		digest = hex.EncodeToString(sum[:16])
		err = tx.run(ctx, `INSERT INTO answers (digest, findings, document) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, digest, match.Findings, string(document))
		if err != nil {
			return err
		}
	}
	if err := tx.run(ctx, `DELETE FROM matches WHERE work_key = ? AND state = ?`, key, match.State); err != nil {
		return err
	}
	return tx.run(ctx, `INSERT INTO matches (work_key, state, digest) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, key, match.State, digest)
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
	state, found, err := s.lastStateAhead(ctx, storedKey(key))
	if err != nil || found {
		return state, err
	}
	err = s.db.get(ctx, &state, `SELECT state FROM matches WHERE work_key = ? ORDER BY rowid DESC LIMIT 1`, storedKey(key))
	return state, notFound(err)
}

// Match decodes a stored match into target, or returns ErrNotFound.
func (s *Store) Match(ctx context.Context, key, state string, target any) error {
	document, found, err := s.matchAhead(ctx, storedKey(key), state)
	return s.decodeOr(ctx, target, document, found, err, `SELECT document FROM matches JOIN answers USING (digest) WHERE work_key = ? AND state = ?`, storedKey(key), state)
}
