package store

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/pressly/goose/v3"

	"github.com/midspan/midspan/internal/observation"
)

var entries = []observation.Package{
	{Ecosystem: "npm", Name: "b", Version: "1", Path: "x/package-lock.json", PURL: "pkg:npm/b@1", Relation: observation.Transitive},
	{Ecosystem: "PyPI", Name: "a", Path: "requirements.txt"},
	{Ecosystem: "npm", Name: "b", Version: "1", Path: "package-lock.json", Relation: observation.Direct, Groups: []string{"dev"}},
	{Ecosystem: "npm", Name: "b", Version: "2", Path: "package-lock.json"},
	{Ecosystem: "npm", Name: "\x00odd\n\t\"", Version: "ü", Path: "p"},
}

func TestInventoryHoldsEachPackageOnceAndTheEntriesAsTheyWere(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seen := observation.Observation{Scanner: "s", Version: "1", Packages: entries}
		if err := s.PutObservation(t.Context(), "key", seen, 0); err != nil {
			t.Fatal(err)
		}
		got, err := s.Inventory(t.Context(), "key")
		want := Inventory{
			Packages: []observation.Package{
				{Ecosystem: "PyPI", Name: "a"}, {Ecosystem: "npm", Name: "\x00odd\n\t\"", Version: "ü"},
				{Ecosystem: "npm", Name: "b", Version: "1", Relation: observation.Direct}, {Ecosystem: "npm", Name: "b", Version: "2"},
			},
			Entries: []int{1, 1, 2, 1},
			// The direct one is for development; what runs has it through another.
			Uses: []observation.Use{observation.UsedSomehow, observation.UsedSomehow, observation.UsedTransitively, observation.UsedSomehow},
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v\nwant %+v", got, err, want)
		}
		if names, err := s.Ecosystems(t.Context(), "key"); err != nil || !reflect.DeepEqual(names, []string{"PyPI", "npm"}) {
			t.Errorf("ecosystems = %v, %v", names, err)
		}
		if whole, err := s.Observation(t.Context(), "key"); err != nil || !reflect.DeepEqual(whole, seen) {
			t.Errorf("the observation is %+v, %v", whole, err)
		}
		if remarks, err := s.ObservationWithoutPackages(t.Context(), "key"); err != nil || remarks.Packages != nil {
			t.Errorf("the remarks hold packages: %+v, %v", remarks, err)
		}
	})
}

func TestInventoryWithoutPackagesIsNotTheSameAsNone(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		for key, packages := range map[string][]observation.Package{"empty": {}, "none": nil} {
			if err := s.PutObservation(t.Context(), key, observation.Observation{Packages: packages}, 0); err != nil {
				t.Fatal(err)
			}
		}
		if all, err := s.Inventory(t.Context(), "empty"); err != nil || len(all.Packages) != 0 {
			t.Errorf("the empty one is %v, %v", all, err)
		}
		if seen, err := s.Observation(t.Context(), "empty"); err != nil || seen.Packages == nil {
			t.Errorf("the empty one became none: %v, %v", seen, err)
		}
		if _, err := s.Inventory(t.Context(), "none"); !errors.Is(err, ErrNotFound) {
			t.Errorf("none is %v", err)
		}
	})
}

func FuzzPackedInventoryThatIsDamagedIsAnError(f *testing.F) {
	f.Add(NewInventory(entries).pack())
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := unpack(data)
		if err != nil {
			return
		}
		if again, err := unpack(all.pack()); err != nil || !reflect.DeepEqual(again, all) {
			t.Errorf("%v became %v, %v", all, again, err)
		}
	})
}

func TestStoreOfTheFirstVersionIsBroughtUpToDate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "midspan.db")
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	seen := jsonValue{observation.Observation{Scanner: "s", Packages: entries}}
	for query, args := range map[string][]any{
		`INSERT INTO observations VALUES ('key', 's', 1, ?)`:                                                          {seen},
		`INSERT INTO observations VALUES ('other', 's', 1, '{"scanner":"o"}')`:                                        nil,
		`INSERT INTO runs (id, as_of, catalogs, notes, catalog_id, state) VALUES (7, '', '[]', '[]', 'c', 'started')`: nil,
	} {
		if _, err := db.Exec(query, args...); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Exec(`INSERT INTO goods VALUES (7, 'good', '{"name":"Good"}', '{"verdict":{"stage":"sunset"}}')`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got, err := s.Inventory(t.Context(), "key"); err != nil || !reflect.DeepEqual(got, NewInventory(entries)) {
		t.Errorf("the inventory is %+v, %v", got, err)
	}
	if whole, err := s.Observation(t.Context(), "key"); err != nil || !reflect.DeepEqual(whole.Packages, entries) {
		t.Errorf("the observation is %+v, %v", whole, err)
	}
	if names, err := s.Ecosystems(t.Context(), "key"); err != nil || len(names) != 2 {
		t.Errorf("ecosystems = %v, %v", names, err)
	}
	if other, err := s.Observation(t.Context(), "other"); err != nil || other.Packages != nil {
		t.Errorf("an observation without packages became %+v, %v", other, err)
	}
	if stages, err := s.Stages(t.Context(), 7); err != nil || fmt.Sprint(stages) != "[{good Good sunset false}]" {
		t.Errorf("stages = %v, %v", stages, err)
	}
}
