package osvdb_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/advisory/advisorytest"
	"github.com/midspan/midspan/internal/osvdb"
)

// npmState is the state of npm in one build of an index.
type npmState struct {
	print    string
	packages map[string]advisory.Result
}

func npmStateOf(t *testing.T, database advisory.Database) npmState {
	t.Helper()
	m := npmState{print: database.State("npm"), packages: map[string]advisory.Result{}}
	for i := range 12 {
		name := fmt.Sprint("package-", i)
		m.packages[name] = advisorytest.Match(t, database, advisorytest.Package("npm", name, "1.0.0"))
	}
	return m
}

func TestUnchangedPackagesMatchAsBefore(t *testing.T) {
	unchanged, known := 0, 0
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 1))
		folder, index := t.TempDir(), filepath.Join(t.TempDir(), "index.db")
		npm := []file{{"first.json", advisorytest.NPMRecord("GHSA-first", "first", "2026-01-01T00:00:00Z", advisorytest.Below2)}}
		for i := range 40 {
			npm = append(npm, file{fmt.Sprintf("%d.json", i), randomRecord(r)})
		}
		var states []npmState
		for step := range 12 {
			if r.IntN(6) == 0 {
				advisorytest.Write(t, folder, "kev.json", fmt.Appendf(nil, `{"dateReleased":"2026-01-0%d","vulnerabilities":[{"cveID":"GHSA-%[1]d"}]}`, 1+r.IntN(9)))
			}
			advisorytest.Write(t, folder, "npm/all.zip", archiveOf(t, npm))
			if _, err := osvdb.Build(t.Context(), folder, index, advisorytest.Now); err != nil {
				t.Fatal(err)
			}
			database, err := advisory.Open(t.Context(), index)
			if err != nil {
				t.Fatal(err)
			}
			now := npmStateOf(t, database)
			for _, before := range states {
				changed, err := database.ChangedSince(t.Context(), "npm", before.print)
				if err != nil {
					t.Fatal(err)
				}
				for name, was := range before.packages {
					if changed == nil || changed(name) {
						continue
					}
					unchanged++
					if !reflect.DeepEqual(now.packages[name], was) {
						t.Fatalf("seed %d, step %d: %s is unchanged, and gives %+v instead of %+v", seed, step, name, now.packages[name], was)
					}
				}
				if changed != nil {
					known++
				}
			}
			if err := database.Close(); err != nil {
				t.Fatal(err)
			}
			states = append(states, now)
			npm = change(r, npm)
		}
	}
	if unchanged == 0 || known == 0 {
		t.Errorf("nothing was remembered: %d changes, %d unchanged packages", known, unchanged)
	}
}

func TestChangesBeforeTheIndexAreUnknown(t *testing.T) {
	folder, index := t.TempDir(), filepath.Join(t.TempDir(), "index.db")
	advisorytest.Write(t, folder, "npm/all.zip", archiveOf(t, []file{{"a.json", advisorytest.NPMRecord("GHSA-a", "a", "2026-01-01T00:00:00Z", advisorytest.Below2)}}))
	if _, err := osvdb.Build(t.Context(), folder, index, advisorytest.Now); err != nil {
		t.Fatal(err)
	}
	database, err := advisory.Open(t.Context(), index)
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	for _, of := range [][2]string{{"npm", "another state"}, {"PyPI", ""}, {"npm", ""}} {
		if changed, err := database.ChangedSince(t.Context(), of[0], of[1]); err != nil || changed != nil {
			t.Errorf("%v: it claims to know (%v)", of, err)
		}
	}
	if changed, err := (advisory.None{}).ChangedSince(t.Context(), "npm", ""); err != nil || changed != nil {
		t.Errorf("no database claims to know (%v)", err)
	}
}
