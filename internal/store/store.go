// Package store keeps what the stages of the pipeline write for each other: runs, goods,
// scans, observations, matches and verdicts. Nothing of an earlier run is overwritten.
//
// It contains no rule and knows no scanner: it stores documents as JSON.
package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Store is an SQLite file. It is safe for concurrent use.
type Store struct {
	db   *sqlx.DB
	path string
	lock runLock
}

// ErrNotFound means that there is no such run or document.
var ErrNotFound = errors.New("nothing stored")

// Open opens the store at path, or makes it, and migrates its tables to the present
// version.
func Open(ctx context.Context, path string) (*Store, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("make the store's folder: %w", err)
	}
	// Two processes must not create the same store at once. The operating system
	// releases the lock of a process that died.
	lock := flock.New(path + ".lock")
	if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("wait for another process to open the store %s: %w", path, err)
		}
		return nil, fmt.Errorf("open the store %s: %w; it must be writable, or name another folder with --store", path, err)
	}
	defer lock.Close()
	// Writers wait for each other; readers never wait (write-ahead log).
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=busy_timeout(60000)&_pragma=journal_mode(wal)&_pragma=synchronous(normal)&_pragma=foreign_keys(1)&_txlock=immediate"
	db, err := sqlx.ConnectContext(ctx, "sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("open the store %s: %w", path, err)
	}
	if err := migrate(ctx, db.DB); err != nil {
		return nil, errors.Join(fmt.Errorf("bring the store %s up to date: %w", path, err), db.Close())
	}
	return &Store{db: db, path: path, lock: runLock{file: flock.New(path + ".run")}}, nil
}

func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// Close closes the store and releases its lock.
func (s *Store) Close() error { return errors.Join(s.Unlock(), s.db.Close()) }

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
}

type runRow struct {
	ID        int64  `db:"id"`
	AsOf      string `db:"as_of"`
	State     State  `db:"state"`
	CatalogID string `db:"catalog_id"`
	Catalogs  string `db:"catalogs"`
	Notes     string `db:"notes"`
}

// runColumns are the columns of runRow.
const runColumns = `id, as_of, state, catalog_id, catalogs, notes`

func (r runRow) run() (Run, error) {
	run := Run{ID: r.ID, State: r.State, CatalogID: r.CatalogID}
	var err error
	if run.AsOf, err = time.Parse(time.RFC3339, r.AsOf); err != nil {
		return Run{}, fmt.Errorf("run %d: %w", r.ID, err)
	}
	return run, errors.Join(json.Unmarshal([]byte(r.Catalogs), &run.Sources), json.Unmarshal([]byte(r.Notes), &run.Notes))
}

// Begin stores a new run with its goods in one transaction, and returns its number.
func (s *Store) Begin(ctx context.Context, run Run, goods []catalog.Good) (int64, error) {
	tx, err := s.db.BeginTxx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("begin a run: %w", err)
	}
	defer tx.Rollback()
	res, err := tx.ExecContext(ctx, `INSERT INTO runs (as_of, state, catalog_id, catalogs, notes) VALUES (?, ?, ?, ?, ?)`,
		formatTime(run.AsOf), Started, run.CatalogID, jsonValue{run.Sources}, jsonValue{run.Notes})
	if err != nil {
		return 0, fmt.Errorf("begin a run: %w", err)
	}
	id, err := res.LastInsertId()
	if err != nil {
		return 0, fmt.Errorf("begin a run: %w", err)
	}
	for _, good := range goods {
		if _, err := tx.ExecContext(ctx, `INSERT INTO goods (run_id, good_id, document) VALUES (?, ?, ?)`, id, good.ID, jsonValue{good}); err != nil {
			return 0, fmt.Errorf("store good %s: %w", good.ID, err)
		}
	}
	return id, tx.Commit()
}

// Advance sets the state of a run.
func (s *Store) Advance(ctx context.Context, run int64, state State) error {
	_, err := s.db.ExecContext(ctx, `UPDATE runs SET state = ? WHERE id = ?`, state, run)
	return err
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
	return s.getRun(ctx, `SELECT `+runColumns+` FROM runs WHERE catalog_id = ? AND state = ? AND id < ? AND as_of <= ? ORDER BY id DESC LIMIT 1`, run.CatalogID, Assessed, run.ID, formatTime(run.AsOf))
}

func (s *Store) getRun(ctx context.Context, query string, args ...any) (Run, error) {
	var row runRow
	if err := s.db.GetContext(ctx, &row, query, args...); err != nil {
		return Run{}, notFound(err)
	}
	return row.run()
}

// notFound turns the driver's "no rows" into ErrNotFound.
func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// RunDigest returns a digest of the goods and scans of a run: two runs with the same
// digest have the same inputs.
func (s *Store) RunDigest(ctx context.Context, run int64) (string, error) {
	hash := sha256.New()
	for _, query := range []string{
		`SELECT document FROM goods WHERE run_id = ? ORDER BY good_id`,
		`SELECT json_array(url, commit_id, observed_until, at, keys, inventory, notes, failure) FROM scans WHERE run_id = ? ORDER BY url`,
	} {
		rows, err := s.db.QueryxContext(ctx, query, run)
		if err != nil {
			return "", err
		}
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				return "", errors.Join(err, rows.Close())
			}
			fmt.Fprintln(hash, line)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
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
	_, err = s.db.ExecContext(ctx, `DELETE FROM runs WHERE id = ?`, run.ID)
	return identical, err
}

// ResetVerdicts sets a run back to matched: its verdicts and what was published of them
// are no longer valid.
func (s *Store) ResetVerdicts(ctx context.Context, run int64) error {
	_, err := s.db.ExecContext(ctx, `UPDATE runs SET state = ?, inputs = '', outcome = NULL WHERE id = ?`, Matched, run)
	return err
}

// MarkAssessed marks a run as assessed, with the digest of its inputs.
func (s *Store) MarkAssessed(ctx context.Context, run int64, inputs string) error {
	_, err := s.db.ExecContext(ctx, `UPDATE runs SET state = ?, inputs = ? WHERE id = ?`, Assessed, inputs, run)
	return err
}

// PutOutcome stores what was published of a run.
func (s *Store) PutOutcome(ctx context.Context, run int64, outcome any) error {
	_, err := s.db.ExecContext(ctx, `UPDATE runs SET outcome = ? WHERE id = ?`, jsonValue{outcome}, run)
	return err
}

// Outcome decodes what was published of a run into target, or returns ErrNotFound.
func (s *Store) Outcome(ctx context.Context, run int64, target any) error {
	return s.getJSON(ctx, target, `SELECT outcome FROM runs WHERE id = ? AND outcome IS NOT NULL`, run)
}

// Good is a good of a run with its verdict, which is nil before the assess stage.
type Good struct {
	catalog.Good
	Verdict json.RawMessage
	// Digest identifies everything that the verdict depends on.
	Digest string
}

// Goods iterates over the goods of a run in the order of ids.
func (s *Store) Goods(ctx context.Context, run int64) iter.Seq2[Good, error] {
	return func(yield func(Good, error) bool) {
		last := ""
		for {
			// Read in pages, so that no read is open while the caller writes.
			var rows []struct {
				ID       string         `db:"good_id"`
				Document string         `db:"document"`
				Verdict  sql.NullString `db:"verdict"`
				Digest   string         `db:"digest"`
			}
			err := s.db.SelectContext(ctx, &rows, `SELECT good_id, document, verdict, digest FROM goods WHERE run_id = ? AND good_id > ? ORDER BY good_id LIMIT 100`, run, last)
			if err != nil {
				yield(Good{}, err)
				return
			}
			for _, row := range rows {
				good := Good{Verdict: json.RawMessage(row.Verdict.String), Digest: row.Digest}
				if err := json.Unmarshal([]byte(row.Document), &good.Good); err != nil {
					err = fmt.Errorf("stored good %s: %w", row.ID, err)
					yield(Good{}, err)
					return
				}
				if !yield(good, nil) {
					return
				}
				last = row.ID
			}
			if len(rows) == 0 {
				return
			}
		}
	}
}

// PutVerdict stores the verdict of a good. digest identifies everything that the verdict
// depends on: the same digest always comes with the same verdict.
func (s *Store) PutVerdict(ctx context.Context, run int64, good, digest, stage string, verdict any) error {
	_, err := s.db.ExecContext(ctx, `UPDATE goods SET digest = ?, stage = ?, verdict = ? WHERE run_id = ? AND good_id = ?`, digest, stage, jsonValue{verdict}, run, good)
	return err
}

// ReuseVerdict copies the verdict with the same digest from any run to a good, and
// returns its stage, or ErrNotFound.
func (s *Store) ReuseVerdict(ctx context.Context, run int64, good, digest string) (string, error) {
	var stage string
	err := s.db.GetContext(ctx, &stage, `UPDATE goods SET (digest, stage, verdict) = (one.digest, one.stage, one.verdict)
		FROM (SELECT digest, stage, verdict FROM goods WHERE digest = ? AND digest <> '' AND verdict IS NOT NULL LIMIT 1) AS one
		WHERE run_id = ? AND good_id = ? RETURNING goods.stage`, digest, run, good)
	return stage, notFound(err)
}

// Stages returns the name and the stage of each good of a run, without decoding
// verdicts.
func (s *Store) Stages(ctx context.Context, run int64) ([]GoodStage, error) {
	var all []GoodStage
	return all, s.db.SelectContext(ctx, &all, `SELECT good_id AS id, document ->> 'name' AS name, stage FROM goods WHERE run_id = ? ORDER BY good_id`, run)
}

// GoodStage is a good with its stage.
type GoodStage struct{ ID, Name, Stage string }

// Scan is the result of one run for one repository.
type Scan struct {
	URL           string
	Commit        string
	ObservedUntil time.Time
	At            time.Time
	// Keys are the work keys of the observations. Inventory is the one of them
	// that lists packages, or empty.
	Keys      []string
	Inventory string
	Notes     []observation.Note
	Failure   *observation.Note
	// MirrorState is a fingerprint of the mirror's files. Variant names what besides
	// the commit decided what could be read. Committed is the date of the commit.
	// A later run compares them to find that nothing has changed.
	MirrorState, Variant string
	Committed            time.Time
}

type scanRow struct {
	RunID         int64          `db:"run_id"`
	URL           string         `db:"url"`
	Commit        string         `db:"commit_id"`
	ObservedUntil string         `db:"observed_until"`
	At            string         `db:"at"`
	Keys          string         `db:"keys"`
	Inventory     string         `db:"inventory"`
	Notes         string         `db:"notes"`
	Failure       sql.NullString `db:"failure"`
	MirrorState   string         `db:"sight"`
	Committed     string         `db:"committed"`
	Variant       string         `db:"variant"`
}

// PutScan stores the scan of a repository.
func (s *Store) PutScan(ctx context.Context, run int64, scan Scan) error {
	var failure any // NULL unless the scan failed
	if scan.Failure != nil {
		failure = jsonValue{scan.Failure}
	}
	_, err := s.db.ExecContext(ctx, `INSERT OR REPLACE INTO scans (run_id, url, commit_id, observed_until, at, keys, inventory, notes, failure, sight, committed, variant)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		run, scan.URL, scan.Commit, formatTime(scan.ObservedUntil), formatTime(scan.At), jsonValue{scan.Keys}, scan.Inventory, jsonValue{scan.Notes}, failure,
		scan.MirrorState, formatTime(scan.Committed), scan.Variant)
	return err
}

// Scan returns a run's scan of a repository, or ErrNotFound.
func (s *Store) Scan(ctx context.Context, run int64, address string) (Scan, error) {
	return s.getScan(ctx, `SELECT * FROM scans WHERE run_id = ? AND url = ?`, run, address)
}

// LastScan returns the newest successful scan of a repository, of any run, or
// ErrNotFound.
func (s *Store) LastScan(ctx context.Context, address string) (Scan, error) {
	return s.getScan(ctx, `SELECT * FROM scans WHERE url = ? AND sight <> '' ORDER BY run_id DESC LIMIT 1`, address)
}

func (s *Store) getScan(ctx context.Context, query string, args ...any) (Scan, error) {
	var row scanRow
	if err := s.db.GetContext(ctx, &row, query, args...); err != nil {
		return Scan{}, notFound(err)
	}
	scan := Scan{URL: row.URL, Commit: row.Commit, Inventory: row.Inventory, MirrorState: row.MirrorState, Variant: row.Variant}
	var err1, err2, err3, err4 error
	scan.ObservedUntil, err1 = time.Parse(time.RFC3339, row.ObservedUntil)
	scan.At, err2 = time.Parse(time.RFC3339, row.At)
	scan.Committed, err4 = time.Parse(time.RFC3339, row.Committed)
	if row.Failure.Valid {
		err3 = json.Unmarshal([]byte(row.Failure.String), &scan.Failure)
	}
	return scan, errors.Join(err1, err2, err3, err4, json.Unmarshal([]byte(row.Keys), &scan.Keys), json.Unmarshal([]byte(row.Notes), &scan.Notes))
}

// PutObservation stores a scanner's result under its work key.
func (s *Store) PutObservation(ctx context.Context, key string, result observation.Observation, duration time.Duration) error {
	entries := result.Packages
	result.Packages = nil // stored in the table inventories
	return s.inTx(ctx, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT OR REPLACE INTO observations (work_key, scanner, took_ms, document) VALUES (?, ?, ?, ?)`, key, result.Scanner, duration.Milliseconds(), jsonValue{result})
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
	return result, s.getJSON(ctx, &result, `SELECT document FROM observations WHERE work_key = ?`, key)
}

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
		if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO answers (digest, findings, document) VALUES (?, ?, ?)`, digest, findings, string(document)); err != nil {
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
	_, err := s.db.ExecContext(ctx, `INSERT OR REPLACE INTO matches (work_key, state, digest) SELECT work_key, ?, digest FROM matches WHERE work_key = ? AND state = ?`, to, key, from)
	if err != nil {
		return MatchSummary{}, err
	}
	return s.MatchSummary(ctx, key, to)
}

// Match decodes a stored match into target, or returns ErrNotFound.
func (s *Store) Match(ctx context.Context, key, state string, target any) error {
	return s.getJSON(ctx, target, `SELECT document FROM matches JOIN answers USING (digest) WHERE work_key = ? AND state = ?`, key, state)
}

// inTx runs several writes in one transaction.
func (s *Store) inTx(ctx context.Context, write func(*sqlx.Tx) error) error {
	tx, err := s.db.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := write(tx); err != nil {
		return err
	}
	return tx.Commit()
}

func (s *Store) getJSON(ctx context.Context, target any, query string, args ...any) error {
	var document string
	if err := s.db.GetContext(ctx, &document, query, args...); err != nil {
		return notFound(err)
	}
	return json.Unmarshal([]byte(document), target)
}

func formatTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// jsonValue writes a document as JSON into a column.
type jsonValue struct{ document any }

// Value implements driver.Valuer.
func (c jsonValue) Value() (driver.Value, error) {
	data, err := json.Marshal(c.document)
	return string(data), err
}
