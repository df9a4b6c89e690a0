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
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	jsonv1 "github.com/go-json-experiment/json/v1"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/postgres"
	"github.com/midspan/midspan/internal/redact"
	"github.com/midspan/midspan/internal/sqlite"
)

//go:embed migrations/*.sql migrations/postgres/*.sql
var migrations embed.FS

// Store is an SQLite file, or a database of PostgreSQL. It is safe for concurrent use.
type Store struct {
	db   database
	name string        // for messages: its path or its address, without a password
	lock locker        // of the process that works on the store
	pool *pgxpool.Pool // nil in SQLite
	page atomic.Pointer[ahead]
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
	if err := migrate(ctx, db.DB, goose.DialectSQLite3, "migrations"); err != nil {
		return nil, errors.Join(fmt.Errorf("bring the store %s up to date: %w", path, err), db.Close())
	}
	return &Store{db: database{DB: db}, name: path, lock: &fileLock{file: runs}}, nil
}

// OpenPostgres opens the store in a database of PostgreSQL, with so many connections at
// most, and migrates its tables to the present version.
func OpenPostgres(ctx context.Context, address string, connections int) (*Store, error) {
	pool, err := postgres.Open(ctx, address, postgres.Options{Name: "midspan", Most: connections})
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	name := redact.URL(address)
	db := sqlx.NewDb(stdlib.OpenDBFromPool(pool), "pgx")
	closeAll := func() error {
		err := db.Close()
		pool.Close()
		return err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err == nil {
		err = migrate(ctx, db.DB, goose.DialectPostgres, "migrations/postgres", goose.WithSessionLocker(locker))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("bring the store %s up to date: %w", name, err), closeAll())
	}
	return &Store{db: database{DB: db, postgres: true}, name: name, pool: pool, lock: &sessionLock{pool: pool}}, nil
}

// Name is the path of the store, or its address without a password.
func (s *Store) Name() string { return s.name }

// Pool returns the connections to PostgreSQL, for the queue that lies beside the store; nil
// in SQLite.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

func migrate(ctx context.Context, db *sql.DB, dialect goose.Dialect, folder string, options ...goose.ProviderOption) error {
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, db, files, options...)
	if err != nil {
		return err
	}
	found, known, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	if found > known {
		return fmt.Errorf("%w: its tables are of version %d, and this program knows %d; use the Midspan that made it or a later one, or name another "+
			"store with --store", ErrNewer, found, known)
	}
	_, err = provider.Up(ctx)
	return err
}

// Close closes the store and releases its lock.
func (s *Store) Close() error {
	err := errors.Join(s.Unlock(), s.db.Close())
	if s.pool != nil {
		s.pool.Close()
	}
	return err
}

// notFound turns the driver's "no rows" into ErrNotFound.
func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

func (s *Store) getJSON(ctx context.Context, target any, query string, args ...any) error {
	var document string
	if err := s.db.get(ctx, &document, query, args...); err != nil {
		return notFound(err)
	}
	return jsonv1.Unmarshal([]byte(document), target)
}

func formatTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// jsonValue writes a document as JSON into a column.
type jsonValue struct{ document any }

// Value implements driver.Valuer.
func (c jsonValue) Value() (driver.Value, error) {
	data, err := jsonv1.Marshal(c.document)
	return string(data), err
}
