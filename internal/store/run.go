package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	jsonv1 "github.com/go-json-experiment/json/v1"
	"github.com/jmoiron/sqlx"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
)

// State is the last stage that a run has completed.
type State string

// The states of a run, in order.
const (
	Started  State = "started"
	Scanned  State = "scanned"
	Matched  State = "matched"
	Assessed State = "assessed"
)

// Source is one catalog of a run.
type Source struct {
	Name     string `json:"name"`
	Location string `json:"location"`
	Goods    int    `json:"goods"`
	// Fetched is the day on which one at an address was last fetched; empty for others.
	Fetched string `json:"fetched,omitempty"`
}

// Run is one pass over a catalog at one as-of time.
type Run struct {
	ID    int64
	AsOf  time.Time
	State State
	// CatalogID is the same for runs over the same catalogs with the same filter.
	CatalogID string
	Sources   []Source
	Notes     []observation.Note
	// Settings is the JSON of what the run was made with; null in a run of before.
	Settings json.RawMessage
}

type runRow struct {
	ID        int64  `db:"id"`
	AsOf      string `db:"as_of"`
	State     State  `db:"state"`
	CatalogID string `db:"catalog_id"`
	Catalogs  string `db:"catalogs"`
	Notes     string `db:"notes"`
	Settings  string `db:"settings"`
}

// runColumns are the columns of runRow.
const runColumns = `id, as_of, state, catalog_id, catalogs, notes, settings`

func (r runRow) run() (Run, error) {
	run := Run{ID: r.ID, State: r.State, CatalogID: r.CatalogID, Settings: json.RawMessage(r.Settings)}
	var err error
	if run.AsOf, err = time.Parse(time.RFC3339, r.AsOf); err != nil {
		return Run{}, fmt.Errorf("run %d: %w", r.ID, err)
	}
	return run, errors.Join(jsonv1.Unmarshal([]byte(r.Catalogs), &run.Sources), jsonv1.Unmarshal([]byte(r.Notes), &run.Notes))
}

// Begin stores a new run with its goods in one transaction, and returns its number.
func (s *Store) Begin(ctx context.Context, run Run, goods []catalog.Good) (int64, error) {
	var id int64
	err := s.db.transaction(ctx, func(tx transaction) error {
		err := tx.GetContext(ctx, &id, tx.Rebind(`INSERT INTO runs (as_of, state, catalog_id, catalogs, notes) VALUES (?, ?, ?, ?, ?) RETURNING id`),
			formatTime(run.AsOf), Started, run.CatalogID, jsonValue{run.Sources}, jsonValue{run.Notes})
		if err != nil {
			return err
		}
		for some := range slices.Chunk(goods, Page) {
			args := make([]any, 0, 3*len(some))
			for _, good := range some {
				args = append(args, id, good.ID, jsonValue{good})
			}
			values := strings.TrimSuffix(strings.Repeat("(?, ?, ?), ", len(some)), ", ")
			if err := tx.run(ctx, `INSERT INTO goods (run_id, good_id, document) VALUES `+values, args...); err != nil {
				return fmt.Errorf("store the goods from %s on: %w", some[0].ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("begin a run: %w", err)
	}
	return id, nil
}

// Page is how many goods or repositories are stored or read by one statement.
const Page = 100

// PutSettings stores what a run was made with.
func (s *Store) PutSettings(ctx context.Context, run int64, settings any) error {
	return s.db.run(ctx, `UPDATE runs SET settings = ? WHERE id = ?`, jsonValue{settings}, run)
}

// Advance sets the state of a run.
func (s *Store) Advance(ctx context.Context, run int64, state State) error {
	return s.db.run(ctx, `UPDATE runs SET state = ? WHERE id = ?`, state, run)
}

// Latest returns the newest run in one of the states, or ErrNotFound.
func (s *Store) Latest(ctx context.Context, states ...State) (Run, error) {
	query, args, err := sqlx.In(`SELECT `+runColumns+` FROM runs WHERE state IN (?) ORDER BY id DESC LIMIT 1`, states)
	if err != nil {
		return Run{}, err
	}
	return s.getRun(ctx, query, args...)
}

// Previous returns the newest assessed run over the same catalogs before run, whose day
// is not later, or ErrNotFound.
func (s *Store) Previous(ctx context.Context, run Run) (Run, error) {
	return s.getRun(ctx, `SELECT `+runColumns+` FROM runs WHERE catalog_id = ? AND state = ? AND id < ? AND as_of <= ? ORDER BY id DESC LIMIT 1`, run.CatalogID,
		Assessed, run.ID, formatTime(run.AsOf))
}

// Before returns the assessed run over the same catalogs that was begun before a run,
// whatever day it speaks of, or ErrNotFound.
func (s *Store) Before(ctx context.Context, run Run) (Run, error) {
	return s.getRun(ctx, `SELECT `+runColumns+` FROM runs WHERE catalog_id = ? AND state = ? AND id < ? ORDER BY id DESC LIMIT 1`, run.CatalogID, Assessed, run.ID)
}

// AssessedRun returns an assessed run by its number, or ErrNotFound.
func (s *Store) AssessedRun(ctx context.Context, id int64) (Run, error) {
	return s.getRun(ctx, `SELECT `+runColumns+` FROM runs WHERE id = ? AND state = ?`, id, Assessed)
}

// AssessedRunOn returns the newest assessed run of a day, or ErrNotFound.
func (s *Store) AssessedRunOn(ctx context.Context, day time.Time) (Run, error) {
	return s.getRun(ctx, `SELECT `+runColumns+` FROM runs WHERE substr(as_of, 1, 10) = ? AND state = ? ORDER BY id DESC LIMIT 1`, day.UTC().Format(time.DateOnly),
		Assessed)
}

func (s *Store) getRun(ctx context.Context, query string, args ...any) (Run, error) {
	var row runRow
	if err := s.db.get(ctx, &row, query, args...); err != nil {
		return Run{}, notFound(err)
	}
	return row.run()
}

// RunDigest returns a digest of the catalogs of a run with the notes on them, of its goods, its
// scans and its answers: two runs with the same digest have the same inputs. The day on which a
// catalog was fetched is among them, because the report shows it.
func (s *Store) RunDigest(ctx context.Context, run int64) (string, error) {
	hash := sha256.New()
	for _, query := range []string{
		`SELECT catalogs, notes FROM runs WHERE id = ?`,
		`SELECT document FROM goods WHERE run_id = ? ORDER BY good_id`,
		`SELECT url, commit_id, observed_until, at, keys, inventory, notes, failure FROM scans WHERE run_id = ? ORDER BY url`,
		`SELECT url, source, document FROM live WHERE run_id = ? ORDER BY url, source`,
	} {
		var sum []byte
		err := s.db.retry(ctx, func() (err error) {
			sum, err = s.digestOf(ctx, query, run)
			return err
		})
		if err != nil {
			return "", err
		}
		hash.Write(sum)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// digestOf returns a digest of the rows of a query.
func (s *Store) digestOf(ctx context.Context, query string, args ...any) ([]byte, error) {
	hash := sha256.New()
	rows, err := s.db.QueryxContext(ctx, s.db.Rebind(query), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		row, err := rows.SliceScan()
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(hash, "%q\n", row)
	}
	return hash.Sum(nil), errors.Join(rows.Err(), rows.Close())
}

// ReplaceByIdentical looks for an assessed run over the same inputs. Where there is one,
// it deletes the new run and returns the earlier one; otherwise it returns the new run.
func (s *Store) ReplaceByIdentical(ctx context.Context, run Run, inputs string) (Run, error) {
	identical, err := s.getRun(ctx, `SELECT `+runColumns+` FROM runs WHERE catalog_id = ? AND inputs = ? AND state = ? AND id <> ? ORDER BY id DESC LIMIT 1`,
		run.CatalogID, inputs, Assessed, run.ID)
	if errors.Is(err, ErrNotFound) {
		return run, nil
	}
	if err != nil {
		return Run{}, err
	}
	return identical, s.db.run(ctx, `DELETE FROM runs WHERE id = ?`, run.ID)
}

// ResetVerdicts sets a run back to matched: its verdicts and what was published of them
// are no longer valid.
func (s *Store) ResetVerdicts(ctx context.Context, run int64) error {
	return s.db.transaction(ctx, func(tx transaction) error {
		if err := tx.run(ctx, `DELETE FROM points WHERE run_id = ?`, run); err != nil {
			return err
		}
		return tx.run(ctx, `UPDATE runs SET state = ?, inputs = '', outcome = NULL, record = '', seal = '' WHERE id = ?`, Matched, run)
	})
}

// MarkAssessed marks a run as assessed, with the digest of its inputs and what it had of
// the chain of forecasts.
func (s *Store) MarkAssessed(ctx context.Context, run int64, inputs string, sealed Sealed) error {
	return s.db.run(ctx, `UPDATE runs SET state = ?, inputs = ?, record = ?, seal = ? WHERE id = ?`, Assessed, inputs, sealed.Record, sealed.Seal, run)
}

// PutOutcome stores what was published of a run.
func (s *Store) PutOutcome(ctx context.Context, run int64, outcome any) error {
	return s.db.run(ctx, `UPDATE runs SET outcome = ? WHERE id = ?`, jsonValue{outcome}, run)
}

// Outcome decodes what was published of a run into target, or returns ErrNotFound.
func (s *Store) Outcome(ctx context.Context, run int64, target any) error {
	return s.getJSON(ctx, target, `SELECT outcome FROM runs WHERE id = ? AND outcome IS NOT NULL`, run)
}
