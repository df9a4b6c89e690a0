package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
)

// While goods are iterated over, what is stored of them is read for many at once: each gets
// its own, what is stored meanwhile is seen, and what is missing is missing.
func TestWhatIsReadAheadIsWhatIsStored(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		var goods []catalog.Good
		for i := range Page + 20 {
			address := fmt.Sprintf("https://forge.example/o/r%03d", i)
			goods = append(goods, catalog.Good{ID: fmt.Sprintf("good-%03d", i), Repositories: []catalog.Repository{{URL: address}}})
			seen := observation.Observation{Scanner: "s", Version: address, Packages: []observation.Package{{Ecosystem: "npm", Name: fmt.Sprintf("p%03d", i), Version: "1"}}}
			if err := s.PutObservation(ctx, "key of "+address, seen, 0); err != nil {
				t.Fatal(err)
			}
		}
		run, err := s.Begin(ctx, Run{AsOf: time.Unix(0, 0)}, goods)
		if err != nil {
			t.Fatal(err)
		}
		for i, good := range goods {
			if i == 7 {
				continue // never scanned
			}
			address := good.Repositories[0].URL
			if err := s.PutScan(ctx, run, Scan{URL: address, Commit: "c", Keys: []string{"key of " + address}, Inventory: "key of " + address}); err != nil {
				t.Fatal(err)
			}
			matches := []NewMatch{{Key: "key of " + address, State: "state", Findings: i, Match: map[string]int{"n": i}}}
			if i%2 == 1 {
				matches = append(matches, NewMatch{Key: "key of " + address, State: "newer", From: "state"})
			}
			if i == 8 {
				matches = nil // never matched
			}
			if err := s.PutMatches(ctx, matches); err != nil {
				t.Fatal(err)
			}
		}
		i := 0
		for good, err := range s.Goods(ctx, run) {
			if err != nil {
				t.Fatal(err)
			}
			address := good.Repositories[0].URL
			key := "key of " + address
			scan, err := s.Scan(ctx, run, address)
			if i == 7 {
				if err != ErrNotFound {
					t.Errorf("a repository without a scan: %v", err)
				}
				i++
				continue
			}
			observed, err2 := s.ObservationWithoutPackages(ctx, key)
			inventory, err3 := s.Inventory(ctx, key)
			names, err4 := s.Ecosystems(ctx, key)
			last, err7 := s.LastState(ctx, key)
			if i == 8 {
				if _, err := s.MatchSummary(ctx, key, "state"); err != ErrNotFound || err7 != ErrNotFound {
					t.Errorf("an inventory that nobody matched: %v, %v", err, err7)
				}
				i++
				continue
			}
			if want := []string{"state", "newer"}[i%2]; last != want || err7 != nil {
				t.Errorf("the newest match of %s is of the state %q (%v), want %q", good.ID, last, err7, want)
			}
			summary, err5 := s.MatchSummary(ctx, key, "state")
			var match map[string]int
			err6 := s.Match(ctx, key, "state", &match)
			for _, err := range []error{err, err2, err3, err4, err5, err6} {
				if err != nil {
					t.Fatal(err)
				}
			}
			if scan.URL != address || observed.Version != address || inventory.Packages[0].Name != fmt.Sprintf("p%03d", i) || len(names) != 1 ||
				summary.Findings != i || match["n"] != i {
				t.Errorf("%s has %v, %v, %v, %v, %v, %v", good.ID, scan, observed, inventory, names, summary, match)
			}
			if _, err := s.Live(ctx, run, address, "none"); err != ErrNotFound {
				t.Errorf("an answer of a source that was not asked: %v", err)
			}
			if _, err := s.MatchSummary(ctx, key, "another state"); err != ErrNotFound {
				t.Errorf("a match with another state: %v", err)
			}
			scan.Commit = "newer"
			if err := s.PutScan(ctx, run, scan); err != nil {
				t.Fatal(err)
			}
			if again, err := s.Scan(ctx, run, address); err != nil || again.Commit != "newer" {
				t.Errorf("what was stored meanwhile reads as %v, %v", again, err)
			}
			i++
		}
		if i != len(goods) {
			t.Errorf("%d goods of %d", i, len(goods))
		}
	})
}
