package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/midspan/midspan/internal/files"
)

// ErrInUse means that another process has locked the store.
var ErrInUse = errors.New("in use")

// locker is the lock of the process that works on a store. It is released when the process
// dies.
type locker interface {
	// take reports whether the lock is held now; holder names who holds it otherwise, or is
	// empty. It does nothing where this process holds it.
	take() (got bool, holder string, err error)
	release() error
}

// Lock locks the store for this process until Unlock or Close. It does nothing where
// this process holds the lock already. Readers need no lock, and workers none either. The
// error is ErrInUse where another process holds it.
func (s *Store) Lock() error {
	got, holder, err := s.lock.take()
	if err != nil {
		return fmt.Errorf("take the store %s: %w", s.name, err)
	}
	if !got {
		return fmt.Errorf("the store %s is %w by another run%s; wait for its end, or name another store with --store", s.name, ErrInUse, holder)
	}
	return nil
}

// Unlock releases the lock.
func (s *Store) Unlock() error { return s.lock.release() }

// fileLock is the lock of a file. The operating system releases that of a process that
// died.
type fileLock struct {
	mu   sync.Mutex
	file *flock.Flock
}

func (l *fileLock) take() (bool, string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file.Locked() {
		return true, "", nil
	}
	got, err := l.file.TryLock()
	if err != nil || !got {
		return false, l.holder(), err
	}
	return true, "", files.Overwrite(l.numberPath(), strconv.Itoa(os.Getpid()))
}

// numberPath is the file with the number of the process that holds the lock, or was the last
// to hold it. It stands beside the lock: on Windows nobody reads or writes a locked file, not
// even the process that locked it, but through the library's own handle.
func (l *fileLock) numberPath() string { return l.file.Path() + ".process" }

// holder names the process that holds the lock.
func (l *fileLock) holder() string {
	text, err := files.Read(l.numberPath(), 100)
	if number, parseErr := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && parseErr == nil {
		return fmt.Sprintf(" (process %d)", number)
	}
	return ""
}

func (l *fileLock) release() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Unlock()
}

// sessionLock is an advisory lock of PostgreSQL, which the server releases with the
// connection that holds it. A server that is started again has forgotten it. Two runs at
// once are then possible and harmless: each has its own rows, and what they share is
// written in a way that can be done twice.
type sessionLock struct {
	mu   sync.Mutex
	pool *pgxpool.Pool
	held *pgxpool.Conn
}

// runLockKey is the number of the lock of runs; any would do that nothing else uses.
const runLockKey = 0x6d6964737061

// lockPatience is how long a statement about the lock may take.
const lockPatience = 30 * time.Second

func (l *sessionLock) take() (bool, string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), lockPatience)
	defer cancel()
	if l.held != nil {
		if l.held.Ping(ctx) == nil {
			return true, "", nil
		}
		l.drop()
	}
	conn, err := l.pool.Acquire(ctx)
	if err != nil {
		return false, "", err
	}
	var got bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(runLockKey)).Scan(&got); err != nil || !got {
		conn.Release()
		return false, "", err
	}
	l.held = conn
	return true, "", nil
}

func (l *sessionLock) release() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held != nil {
		l.drop()
	}
	return nil
}

// drop releases the lock and closes the connection that held it, which may be gone.
func (l *sessionLock) drop() {
	ctx, cancel := context.WithTimeout(context.Background(), lockPatience)
	defer cancel()
	_, _ = l.held.Exec(ctx, "SELECT pg_advisory_unlock($1)", int64(runLockKey)) // a connection that is gone holds no lock
	_ = l.held.Conn().Close(ctx)
	l.held.Release()
	l.held = nil
}
