package store

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestAStoreIsLockedByOneAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s", "midspan.db")
	open := func() *Store {
		s, err := Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	one, two := open(), open() // to open and to read needs no lock
	if err := errors.Join(one.Lock(), one.Lock()); err != nil {
		t.Fatal(err)
	}
	err := two.Lock()
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) || !strings.Contains(err.Error(), path) {
		t.Errorf("a second lock: %v", err)
	}
	// On Windows a locked file can be written by no second handle.
	if text, err := os.ReadFile(path + ".run"); err != nil || len(text) > 0 {
		t.Errorf("the locked file itself holds %q, %v", text, err)
	}
	if _, err := two.Latest(t.Context(), Assessed); !errors.Is(err, ErrNotFound) {
		t.Errorf("a reader beside a lock: %v", err)
	}
	if err := errors.Join(one.Unlock(), one.Unlock(), two.Lock()); err != nil {
		t.Errorf("after a release: %v", err)
	}
	if err := two.Close(); err != nil {
		t.Fatal(err)
	}
	if err := one.Lock(); err != nil {
		t.Errorf("after the other closed: %v", err)
	}
}
