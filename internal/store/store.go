// Package store keeps what the stages of the pipeline write for each other: runs, goods,
// scans, observations, matches and verdicts. Nothing of an earlier run is overwritten.
//
// It contains no rule and knows no scanner: it stores documents as JSON.
package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"

	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/sqlite"
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

// ErrNewer means that a newer Midspan made the store. Nothing is written to it.
var ErrNewer = errors.New("it was made by a newer Midspan")

// Open opens the store at path, or makes it, and migrates its tables to the present
// version.
func Open(ctx context.Context, path string) (*Store, error) {
	if err := files.CheckPath(path); err != nil {
		return nil, fmt.Errorf("make the store's folder: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("make the store's folder: %w", err)
	}
	// Two processes must not create the same store at once. The operating system
	// releases the lock of a process that died.
	lock, err := files.NewLock(path + ".lock")
	if err != nil {
		return nil, fmt.Errorf("open the store %s: %w", path, err)
	}
	runs, err := files.NewLock(path + ".run")
	if err != nil {
		return nil, fmt.Errorf("open the store %s: %w", path, err)
	}
	if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("wait for another process to open the store %s: %w", path, err)
		}
		return nil, fmt.Errorf("open the store %s: %w; it must be writable, or name another folder with --store", path, err)
	}
	defer lock.Close()
	// Writers wait for each other; readers never wait (write-ahead log).
	db, err := sqlite.Open(path, "_pragma=busy_timeout(60000)&_pragma=journal_mode(wal)&_pragma=synchronous(normal)&_pragma=foreign_keys(1)&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("open the store %s: %w", path, err)
	}
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the store %s: %w", path, err), db.Close())
	}
	if err := migrate(ctx, db.DB); err != nil {
		return nil, errors.Join(fmt.Errorf("bring the store %s up to date: %w", path, err), db.Close())
	}
	return &Store{db: db, path: path, lock: runLock{file: runs}}, nil
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
	found, known, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	if found > known {
		return fmt.Errorf("%w: its tables are of version %d, and this program knows %d; use the Midspan that made it or a later one, or name another "+
			"folder with --store", ErrNewer, found, known)
	}
	_, err = provider.Up(ctx)
	return err
}

// Close closes the store and releases its lock.
func (s *Store) Close() error { return errors.Join(s.Unlock(), s.db.Close()) }

// notFound turns the driver's "no rows" into ErrNotFound.
func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
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
