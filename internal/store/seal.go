package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// Sealed names what a run had of the chain of forecasts.
type Sealed struct {
	// Record is the digest of the newest seal that was an input of the run, Seal that of
	// what it sealed itself; each is empty where there is none.
	Record string `db:"record"`
	Seal   string `db:"seal"`
}

// LastSeal returns the digest of the newest seal of a catalog whose day is before that of
// asOf; it is empty where there is none.
func (s *Store) LastSeal(ctx context.Context, catalogID string, asOf time.Time) (string, error) {
	var digest string
	err := notFound(s.db.get(ctx, &digest, `SELECT digest FROM seals WHERE catalog_id = ? AND as_of < ? ORDER BY number DESC LIMIT 1`, catalogID,
		asOf.UTC().Format(time.DateOnly)))
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return digest, err
}

// Seals returns the documents of all seals, in their order.
func (s *Store) Seals(ctx context.Context) ([]json.RawMessage, error) {
	var documents []string
	if err := s.db.list(ctx, &documents, `SELECT document FROM seals ORDER BY number`); err != nil {
		return nil, err
	}
	all := make([]json.RawMessage, len(documents))
	for i, document := range documents {
		all[i] = json.RawMessage(document)
	}
	return all, nil
}

// PutSeal appends a seal, unless it is there. It fails where another one follows the same
// seal already.
func (s *Store) PutSeal(ctx context.Context, digest, previous, catalogID string, asOf time.Time, document any) error {
	return s.db.run(ctx, `INSERT INTO seals (digest, previous, catalog_id, as_of, document) VALUES (?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING`, digest, previous, catalogID,
		asOf.UTC().Format(time.DateOnly), jsonValue{document})
}

// SealedBy returns what a run had of the chain.
func (s *Store) SealedBy(ctx context.Context, run int64) (Sealed, error) {
	var found Sealed
	return found, notFound(s.db.get(ctx, &found, `SELECT record, seal FROM runs WHERE id = ?`, run))
}

// LostSeals counts the seals that runs name and that are not there.
func (s *Store) LostSeals(ctx context.Context) (int, error) {
	var lost int
	return lost, s.db.get(ctx, &lost, `SELECT count(*) FROM (SELECT record AS digest FROM runs UNION SELECT seal FROM runs) AS named
		WHERE digest <> '' AND digest NOT IN (SELECT digest FROM seals)`)
}
