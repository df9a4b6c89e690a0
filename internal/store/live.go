package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// LiveAnswer is what a service on the network answered of a repository.
type LiveAnswer struct {
	Source, URL string
	// Version is that of the source, whose form the document has.
	Version  string
	Asked    time.Time
	Partial  bool
	Document json.RawMessage
}

// PutLiveAnswer keeps an answer in the place of the last one.
func (s *Store) PutLiveAnswer(ctx context.Context, a LiveAnswer) error {
	return s.db.run(ctx, `INSERT INTO live_answers (source, url, version, asked, partial, document) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (source, url)
		DO UPDATE SET version = excluded.version, asked = excluded.asked, partial = excluded.partial, document = excluded.document`,
		a.Source, a.URL, a.Version, formatTime(a.Asked), a.Partial, string(a.Document))
}

// LiveAnswer returns the last answer of a source of a repository, or ErrNotFound.
func (s *Store) LiveAnswer(ctx context.Context, source, address string) (LiveAnswer, error) {
	var row struct {
		Version, Asked, Document string
		Partial                  bool
	}
	err := s.db.get(ctx, &row, `SELECT version, asked, partial, document FROM live_answers WHERE source = ? AND url = ?`, source, address)
	if err != nil {
		return LiveAnswer{}, notFound(err)
	}
	a := LiveAnswer{Source: source, URL: address, Version: row.Version, Partial: row.Partial, Document: json.RawMessage(row.Document)}
	if a.Asked, err = time.Parse(time.RFC3339, row.Asked); err != nil {
		return a, fmt.Errorf("the answer of %s of %s: %w", source, address, err)
	}
	return a, nil
}

// LiveAnswers counts the answers of a source that are kept, and returns the times of the
// oldest and of the newest; zero where there are none.
func (s *Store) LiveAnswers(ctx context.Context, source string) (count int, oldest, newest time.Time, err error) {
	var row struct {
		N           int
		First, Last *string
	}
	if err := s.db.get(ctx, &row, `SELECT count(*) AS n, min(asked) AS first, max(asked) AS last FROM live_answers WHERE source = ?`, source); err != nil ||
		row.N == 0 {
		return 0, oldest, newest, err
	}
	if oldest, err = time.Parse(time.RFC3339, *row.First); err != nil {
		return 0, oldest, newest, err
	}
	newest, err = time.Parse(time.RFC3339, *row.Last)
	return row.N, oldest, newest, err
}

// Live is what a run made of the answer of one source of a repository.
type Live struct {
	URL      string                `json:"-"`
	Source   string                `json:"-"`
	Measures []observation.Measure `json:"measures"`
	Notes    []observation.Note    `json:"notes,omitempty"`
	// Upkeep is what the source says of packages that their makers gave up.
	Upkeep []observation.Upkeep `json:"upkeep,omitempty"`
}

// PutLive stores what a run made of an answer.
func (s *Store) PutLive(ctx context.Context, run int64, live Live) error {
	s.forget()
	return s.db.run(ctx, `INSERT INTO live (run_id, url, source, document) VALUES (?, ?, ?, ?) ON CONFLICT (run_id, url, source)
		DO UPDATE SET document = excluded.document`, run, live.URL, live.Source, jsonValue{live})
}

// Live returns what a run made of the answer of a source of a repository, or ErrNotFound.
func (s *Store) Live(ctx context.Context, run int64, address, source string) (Live, error) {
	live := Live{URL: address, Source: source}
	document, found, err := s.liveAhead(ctx, run, address, source)
	return live, s.decodeOr(ctx, &live, document, found, err, `SELECT document FROM live WHERE run_id = ? AND url = ? AND source = ?`, run, address, source)
}
