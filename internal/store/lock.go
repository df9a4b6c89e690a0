package store

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/gofrs/flock"

	"github.com/midspan/midspan/internal/files"
)

// ErrInUse means that another process has locked the store.
var ErrInUse = errors.New("in use")

// runLock is the lock of the process that works on a store.
type runLock struct {
	mu   sync.Mutex
	file *flock.Flock
}

// Lock locks the store for this process until Unlock or Close. It does nothing where
// this process holds the lock already. The operating system releases the lock of a
// process that died. Readers need no lock. The error is ErrInUse where another process
// holds it.
func (s *Store) Lock() error {
	s.lock.mu.Lock()
	defer s.lock.mu.Unlock()
	if s.lock.file.Locked() {
		return nil
	}
	got, err := s.lock.file.TryLock()
	if err != nil {
		return fmt.Errorf("take the store %s: %w", s.path, err)
	}
	if !got {
		return fmt.Errorf("the store %s is %w by another run%s; wait for its end, or name another folder with --store", s.path, ErrInUse, s.lockHolder())
	}
	return files.Overwrite(s.lock.file.Path(), strconv.Itoa(os.Getpid()))
}

// lockHolder names the process whose number stands in the lock file.
func (s *Store) lockHolder() string {
	text, err := files.Read(s.lock.file.Path(), 100)
	if number, parseErr := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && parseErr == nil {
		return fmt.Sprintf(" (process %d)", number)
	}
	return ""
}

// Unlock releases the lock.
func (s *Store) Unlock() error {
	s.lock.mu.Lock()
	defer s.lock.mu.Unlock()
	return s.lock.file.Unlock()
}
