package store

import (
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/postgres/postgrestest"
)

func TestMain(m *testing.M) { postgrestest.Main(m) }

// eachEngine runs a test over an empty store of each engine: what holds of one holds of the
// other.
func eachEngine(t *testing.T, test func(t *testing.T, s *Store)) {
	t.Run("SQLite", func(t *testing.T) { test(t, newStore(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, newPostgres(t, postgrestest.Shared(t).Database(t))) })
}

func newStore(t testing.TB) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "with space & ?#.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func newPostgres(t testing.TB, address string) *Store {
	t.Helper()
	s, err := OpenPostgres(t.Context(), address, 10)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestWhatIsDoneTwiceIsAsOnce writes everything that a stage writes a second time, as a
// worker does that was taken for dead.
func TestWhatIsDoneTwiceIsAsOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		run := begin(t, s, "a", catalog.Good{ID: "x"})
		scan := Scan{URL: "https://h/a", Commit: "c", ObservedUntil: day, At: day, Keys: []string{"k"}, Inventory: "k", Committed: day}
		failed := Scan{URL: "https://h/a", ObservedUntil: day, At: day, Failure: &observation.Note{Cause: observation.CauseUnreachable}}
		seen := observation.Observation{Scanner: "s", Packages: entries}
		for _, one := range []Scan{failed, scan, failed, scan} {
			err := errors.Join(s.PutObservation(t.Context(), "k", seen, time.Second), s.PutMatches(t.Context(), []NewMatch{{Key: "k", State: "{}", Findings: 1, Match: "m"}}), s.PutScan(t.Context(), run, one),
				s.PutSeal(t.Context(), "d", "", "a", day, "seal"), s.PutLive(t.Context(), run, Live{URL: "https://h/a", Source: "forge"}))
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := s.PutScan(t.Context(), run, failed); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Scan(t.Context(), run, "https://h/a"); err != nil || got.Failure != nil || !reflect.DeepEqual(got.Keys, scan.Keys) {
			t.Errorf("a failure took the place of what was read: %+v, %v", got, err)
		}
		for _, table := range []string{"scans", "observations", "inventories", "matches", "answers", "seals", "live"} {
			var n int
			if err := s.db.get(t.Context(), &n, "SELECT count(*) FROM "+table); err != nil || n != 1 {
				t.Errorf("%s has %d rows: %v", table, n, err)
			}
		}
	})
}

// TestAScanThatComesAfterItsRunHasGoneOnChangesNothing stores what a worker has that was
// taken for dead, when the run goes on, after it has, and when the run is gone.
func TestAScanThatComesAfterItsRunHasGoneOnChangesNothing(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		run := begin(t, s, "a", catalog.Good{ID: "x"})
		scan := Scan{URL: "https://h/a", Commit: "c", ObservedUntil: day, At: day, Keys: []string{"k"}, Committed: day}
		if err := s.PutScan(t.Context(), run, scan); err != nil {
			t.Fatal(err)
		}
		late, other := scan, scan
		late.Commit, other.URL = "d", "https://h/b"
		tx, err := s.db.BeginTxx(t.Context(), nil)
		if err == nil {
			err = transaction{tx}.run(t.Context(), `UPDATE runs SET state = ? WHERE id = ?`, Scanned, run) // as Advance does
		}
		if err != nil {
			t.Fatal(err)
		}
		meanwhile := make(chan error)
		go func() { meanwhile <- s.PutScan(t.Context(), run, late) }()
		time.Sleep(200 * time.Millisecond)
		if err := errors.Join(tx.Commit(), <-meanwhile); !errors.Is(err, ErrTooLate) {
			t.Errorf("while the run goes on: %v", err)
		}
		for _, state := range []State{Scanned, Matched, Assessed} {
			if err := s.Advance(t.Context(), run, state); err != nil {
				t.Fatal(err)
			}
			for _, one := range []Scan{late, other} {
				if err := s.PutScan(t.Context(), run, one); !errors.Is(err, ErrTooLate) {
					t.Errorf("in a run that is %s: %v", state, err)
				}
			}
		}
		if got, err := s.Scan(t.Context(), run, scan.URL); err != nil || !reflect.DeepEqual(got, scan) {
			t.Errorf("the scan became %+v, %v", got, err)
		}
		if _, err := s.Scan(t.Context(), run, other.URL); !errors.Is(err, ErrNotFound) {
			t.Errorf("a scan that was not there is: %v", err)
		}
		if err := s.PutScan(t.Context(), run+1, scan); !errors.Is(err, ErrTooLate) {
			t.Errorf("in a run that is gone: %v", err)
		}
	})
}

// TestTextOfOthersIsKeptAsItCame stores what a catalog or a repository may hold.
func TestTextOfOthersIsKeptAsItCame(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		for i, text := range []string{"\x00", "a\x00b\u202e", "\\u0000", "\x00\\\x00\\\\u0000", "'; DROP TABLE runs; --", "? $1 ??", "{\"a\":null}", "\xed\xa0\x80 is no UTF-8", strings.Repeat("é", 40_000)} {
			valid := string([]rune(text)) // each byte that is none became U+FFFD, as JSON has it
			run := begin(t, s, "c", catalog.Good{ID: "x", Name: text, Description: text})
			key := strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "") + string(rune('a'+i))
			want := observation.Observation{Scanner: "s", Notes: []observation.Note{{Message: valid}}}
			if err := s.PutObservation(t.Context(), key, want, 0); err != nil {
				t.Fatalf("%q: %v", text[:min(len(text), 30)], err)
			}
			if got, err := s.Observation(t.Context(), key); err != nil || got.Notes[0].Message != want.Notes[0].Message {
				t.Errorf("%q: %v", text[:min(len(text), 30)], err)
			}
			for got, err := range s.Goods(t.Context(), run) {
				if err != nil || got.Name != valid {
					t.Errorf("%q became %q, %v", text, got.Name, err)
				}
			}
			if _, err := s.Stages(t.Context(), run); err != nil {
				t.Errorf("the stages of %q: %v", text[:min(len(text), 30)], err)
			}
		}
	})
}

// TestGoodsStandInTheOrderOfBytes has ids that a language would sort otherwise.
func TestGoodsStandInTheOrderOfBytes(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		run := begin(t, s, "a", catalog.Good{ID: "b"}, catalog.Good{ID: "B"}, catalog.Good{ID: "a-b"}, catalog.Good{ID: "ab"}, catalog.Good{ID: "é"}, catalog.Good{ID: "_"})
		var got []string
		for good, err := range s.Goods(t.Context(), run) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, good.ID)
		}
		if want := "B _ a-b ab b é"; strings.Join(got, " ") != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// TestAWorkKeyOfAnyLengthIsAKey has keys that are longer than an index takes, and differ at
// their ends alone.
func TestAWorkKeyOfAnyLengthIsAKey(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		random := strings.Builder{}
		for i := range 20_000 {
			random.WriteByte(byte('!' + i*i*7919%90))
		}
		for _, end := range []string{"a", "b"} {
			key := random.String() + end
			err := errors.Join(s.PutObservation(t.Context(), key, observation.Observation{Scanner: end, Packages: entries}, 0), s.PutMatches(t.Context(), []NewMatch{{Key: key, State: key, Findings: 1, Match: end}}))
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, end := range []string{"a", "b"} {
			key := random.String() + end
			got, err := s.Observation(t.Context(), key)
			state, stateErr := s.LastState(t.Context(), key)
			if err != nil || stateErr != nil || got.Scanner != end || state != key {
				t.Errorf("%q came back as %q: %v, %v", end, got.Scanner, err, stateErr)
			}
		}
	})
}

func TestTheStoreInPostgreSQLIsLockedByOneAtATime(t *testing.T) {
	address := postgrestest.Shared(t).Database(t)
	one, two := newPostgres(t, address), newPostgres(t, address)
	if err := errors.Join(one.Lock(), one.Lock()); err != nil {
		t.Fatal(err)
	}
	if err := two.Lock(); !errors.Is(err, ErrInUse) {
		t.Errorf("a second lock: %v", err)
	}
	if _, err := two.Latest(t.Context(), Assessed); !errors.Is(err, ErrNotFound) {
		t.Errorf("a reader beside a lock: %v", err)
	}
	if err := errors.Join(one.Unlock(), one.Unlock(), two.Lock(), two.Close()); err != nil {
		t.Errorf("after a release: %v", err)
	}
	if err := one.Lock(); err != nil {
		t.Errorf("after the other closed: %v", err)
	}
}

// TestManyProcessesMakeTheTablesOnce opens an empty database from several at once.
func TestManyProcessesMakeTheTablesOnce(t *testing.T) {
	address := postgrestest.Shared(t).Database(t)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			s, err := OpenPostgres(t.Context(), address, 3)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if _, err := s.Begin(t.Context(), Run{AsOf: day}, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
}

// TestARestartOfTheServerLosesNothing stops the server as a crash would while runs are
// written, and starts it again.
func TestARestartOfTheServerLosesNothing(t *testing.T) {
	server := postgrestest.Start(t)
	defer server.Close()
	s := newPostgres(t, server.Database(t))
	run := begin(t, s, "a")
	if err := s.Lock(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		defer close(done)
		for i := range 400 {
			scan := Scan{URL: "https://h/" + time.Duration(i).String(), ObservedUntil: day, At: day, Committed: day}
			if err := s.PutScan(t.Context(), run, scan); err != nil {
				done <- err
				return
			}
		}
	}()
	if err := errors.Join(server.Stop(), server.Resume()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	var n int
	if err := s.db.get(t.Context(), &n, "SELECT count(*) FROM scans"); err != nil || n != 400 {
		t.Errorf("%d of 400 scans: %v", n, err)
	}
	if err := s.Lock(); err != nil {
		t.Errorf("the lock after a restart: %v", err)
	}
}

func TestNoErrorOfAnAddressShowsItsPassword(t *testing.T) {
	for _, address := range []string{"postgres://u:secret@127.0.0.1:1/d?connect_timeout=1", "postgres://u:secret@%zz/", "mysql://u:secret@h/d", "postgres://u:se cret@h:x/d"} {
		if testing.Short() {
			t.Skip("a server that is not there is waited for")
		}
		if _, err := OpenPostgres(t.Context(), address, 1); err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "cret") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
