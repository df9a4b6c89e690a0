package store

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/gofrs/flock"
)

// ErrInUse says that another process works on the store.
var ErrInUse = errors.New("in use")

// claim is held by the process that works on a store.
type claim struct {
	mu   sync.Mutex
	lock *flock.Flock
}

// Claim takes the store for this process until Release or Close; where it has
// it already, nothing happens. The system releases the claim of a process that
// died. Readers need none. The error is ErrInUse where another process has it.
func (s *Store) Claim() error {
	s.claim.mu.Lock()
	defer s.claim.mu.Unlock()
	if s.claim.lock.Locked() {
		return nil
	}
	got, err := s.claim.lock.TryLock()
	if err != nil {
		return fmt.Errorf("take the store %s: %w", s.path, err)
	}
	if !got {
		return fmt.Errorf("the store %s is %w by another run%s; wait for its end, or name another folder with --store", s.path, ErrInUse, s.holder())
	}
	return os.WriteFile(s.claim.lock.Path(), []byte(strconv.Itoa(os.Getpid())), 0o644)
}

// holder names the process that wrote itself down when it took the store.
func (s *Store) holder() string {
	text, err := os.ReadFile(s.claim.lock.Path())
	if number, bad := strconv.Atoi(strings.TrimSpace(string(text))); err == nil && bad == nil {
		return fmt.Sprintf(" (process %d)", number)
	}
	return ""
}

// Release leaves the store to others.
func (s *Store) Release() error {
	s.claim.mu.Lock()
	defer s.claim.mu.Unlock()
	return s.claim.lock.Unlock()
}
