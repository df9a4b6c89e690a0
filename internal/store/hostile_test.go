package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAStoreOfANewerMidspanIsRefusedAndLeftAsItIs raises the version of a store's tables.
func TestAStoreOfANewerMidspanIsRefusedAndLeftAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "midspan.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, 1)", "CREATE TABLE of_the_future (x TEXT)", "PRAGMA wal_checkpoint(TRUNCATE)",
	} {
		if _, err := s.db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if s, err := Open(t.Context(), path); err == nil {
			t.Error("it was opened")
			s.Close()
		} else if !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "9000") || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "--store") {
			t.Errorf("error %q", err)
		}
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("it was written to: %v", err)
	}
}

// TestLinksInTheStoreAreNotFollowed puts a link in the place of each file of a store, as
// a clone could have brought them.
func TestLinksInTheStoreAreNotFollowed(t *testing.T) {
	for _, suffix := range []string{"", ".run", ".lock", "-wal", "-shm", "-journal"} {
		for _, target := range []string{"victim", "nothing"} {
			dir := t.TempDir()
			victim, path := filepath.Join(dir, "victim"), filepath.Join(dir, "store", "midspan.db")
			err := errors.Join(os.Mkdir(filepath.Dir(path), 0o755), os.WriteFile(victim, []byte("mine"), 0o600),
				os.Symlink(filepath.Join(dir, target), path+suffix))
			if err != nil {
				t.Fatal(err)
			}
			s, err := Open(t.Context(), path)
			if err == nil {
				err = errors.Join(s.Lock(), s.Close())
			}
			if err == nil || !strings.Contains(err.Error(), "midspan.db"+suffix) {
				t.Errorf("%q to %s: %v", suffix, target, err)
			}
			if data, _ := os.ReadFile(victim); string(data) != "mine" {
				t.Errorf("%q: the file of another holds %q", suffix, data)
			}
			if entries, _ := os.ReadDir(dir); len(entries) != 2 {
				t.Errorf("%q: a file was made through a link: %v", suffix, entries)
			}
		}
	}
}

// TestALinkThatComesAfterTheOpeningIsNotFollowedEither replaces the lock of an open store.
func TestALinkThatComesAfterTheOpeningIsNotFollowedEither(t *testing.T) {
	dir := t.TempDir()
	victim, path := filepath.Join(dir, "victim"), filepath.Join(dir, "store", "midspan.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := errors.Join(os.WriteFile(victim, []byte("mine"), 0o600), os.Symlink(victim, path+".run")); err != nil {
		t.Fatal(err)
	}
	if err := s.Lock(); err == nil {
		t.Error("a link was locked")
	}
	if data, _ := os.ReadFile(victim); string(data) != "mine" {
		t.Errorf("the file of another holds %q", data)
	}
}

func TestAnAddressIsNoStore(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := Open(t.Context(), "postgres://u:secret@h/db/midspan.db")
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("error %v", err)
	}
	if entries, _ := os.ReadDir("."); len(entries) != 0 {
		t.Errorf("it made %v", entries)
	}
}
