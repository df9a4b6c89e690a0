package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	jsonv1 "github.com/go-json-experiment/json/v1"

	"github.com/midspan/midspan/internal/observation"
)

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

// scanColumns are the columns of scanRow.
const scanColumns = `url, commit_id, observed_until, at, keys, inventory, notes, failure, sight, committed, variant`

type scanRow struct {
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

// ErrTooLate means that a scan is not stored because its run has gone on.
var ErrTooLate = errors.New("the run has gone on")

// PutScan stores the scan of a repository while its run is started. Where it is done twice,
// by two workers of which one was taken for dead, a failure does not take the place of what
// was read. After the run has gone on nothing is changed: other stages stand on what was
// there. The error is then ErrTooLate.
func (s *Store) PutScan(ctx context.Context, run int64, scan Scan) error {
	s.forget()
	var failure any // NULL unless the scan failed
	if scan.Failure != nil {
		failure = jsonValue{scan.Failure}
	}
	// The row of the run is locked, so that Advance waits for a scan that is being stored, and
	// the next comes too late. SQLite has one writer at a time.
	result, err := s.db.exec(ctx,
		`INSERT INTO scans (run_id, url, commit_id, observed_until, at, keys, inventory, notes, failure, sight, committed, variant)
		SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM runs WHERE id = ? AND state = ?`+s.db.dialect("", " FOR SHARE")+`
		ON CONFLICT (run_id, url) DO UPDATE SET
			commit_id = excluded.commit_id, observed_until = excluded.observed_until, at = excluded.at, keys = excluded.keys, inventory = excluded.inventory,
			notes = excluded.notes, failure = excluded.failure, sight = excluded.sight, committed = excluded.committed, variant = excluded.variant
		WHERE excluded.failure IS NULL OR scans.failure IS NOT NULL`,
		scan.URL, scan.Commit, formatTime(scan.ObservedUntil), formatTime(scan.At), jsonValue{scan.Keys}, scan.Inventory, jsonValue{scan.Notes}, failure,
		scan.MirrorState, formatTime(scan.Committed), scan.Variant, run, Started)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n > 0 {
		return err
	}
	var started int // 1 where what was read stood already
	if err := s.db.get(ctx, &started, `SELECT count(*) FROM runs WHERE id = ? AND state = ?`, run, Started); err != nil || started > 0 {
		return err
	}
	return ErrTooLate
}

// Scan returns a run's scan of a repository, or ErrNotFound.
func (s *Store) Scan(ctx context.Context, run int64, address string) (Scan, error) {
	row, found, err := s.scanAhead(ctx, run, address)
	switch {
	case err != nil:
		return Scan{}, err
	case found:
		return row.scan()
	}
	return s.getScan(ctx, `SELECT `+scanColumns+` FROM scans WHERE run_id = ? AND url = ?`, run, address)
}

// LastScan returns the newest successful scan of a repository, of any run, or
// ErrNotFound.
func (s *Store) LastScan(ctx context.Context, address string) (Scan, error) {
	return s.getScan(ctx, `SELECT `+scanColumns+` FROM scans WHERE url = ? AND sight <> '' ORDER BY run_id DESC LIMIT 1`, address)
}

func (s *Store) getScan(ctx context.Context, query string, args ...any) (Scan, error) {
	var row scanRow
	if err := s.db.get(ctx, &row, query, args...); err != nil {
		return Scan{}, notFound(err)
	}
	return row.scan()
}

func (row scanRow) scan() (Scan, error) {
	scan := Scan{URL: row.URL, Commit: row.Commit, Inventory: row.Inventory, MirrorState: row.MirrorState, Variant: row.Variant}
	var err1, err2, err3, err4 error
	scan.ObservedUntil, err1 = time.Parse(time.RFC3339, row.ObservedUntil)
	scan.At, err2 = time.Parse(time.RFC3339, row.At)
	scan.Committed, err4 = time.Parse(time.RFC3339, row.Committed)
	if row.Failure.Valid {
		err3 = jsonv1.Unmarshal([]byte(row.Failure.String), &scan.Failure)
	}
	return scan, errors.Join(err1, err2, err3, err4, jsonv1.Unmarshal([]byte(row.Keys), &scan.Keys), jsonv1.Unmarshal([]byte(row.Notes), &scan.Notes))
}
