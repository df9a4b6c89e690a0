package store

import (
	"context"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// PutObservation stores a scanner's result under its work key.
func (s *Store) PutObservation(ctx context.Context, key string, result observation.Observation, duration time.Duration) error {
	s.forget()
	entries := result.Packages
	result.Packages = nil // stored in the table inventories
	key = storedKey(key)
	return s.db.transaction(ctx, func(tx transaction) error {
		err := tx.run(ctx, `INSERT INTO observations (work_key, scanner, took_ms, document) VALUES (?, ?, ?, ?) ON CONFLICT (work_key)
			DO UPDATE SET scanner = excluded.scanner, took_ms = excluded.took_ms, document = excluded.document`, key, result.Scanner,
			duration.Milliseconds(), jsonValue{result})
		if err != nil || entries == nil {
			return err
		}
		return putInventory(ctx, tx, key, entries)
	})
}

// Observation returns the result under a work key, or ErrNotFound.
func (s *Store) Observation(ctx context.Context, key string) (observation.Observation, error) {
	result, err := s.ObservationWithoutPackages(ctx, key)
	if err != nil {
		return result, err
	}
	result.Packages, err = s.Entries(ctx, key)
	return result, err
}

// ObservationWithoutPackages returns the result under a work key without its packages,
// which are most of its size, or ErrNotFound.
func (s *Store) ObservationWithoutPackages(ctx context.Context, key string) (observation.Observation, error) {
	var result observation.Observation
	document, found, err := s.observationAhead(ctx, storedKey(key))
	return result, s.decodeOr(ctx, &result, document, found, err, `SELECT document FROM observations WHERE work_key = ?`, storedKey(key))
}
