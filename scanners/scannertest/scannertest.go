// Package scannertest opens and scans repositories in the tests of scanners, and
// checks what every scanner must return.
package scannertest

import (
	"testing"
	"time"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// Open opens a repository until the test ends.
func Open(t testing.TB, dir string) *gitrepo.Snapshot {
	t.Helper()
	g, err := gitrepo.New(t.Context(), gitrepo.Options{Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	snapshot, err := g.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = snapshot.Close() })
	return snapshot
}

// Scan scans a repository as of a time and checks the measures.
func Scan(t testing.TB, s scanners.Scanner, dir string, at time.Time) observation.Observation {
	t.Helper()
	seen, err := s.Scan(t.Context(), scanners.Input{Snapshot: Open(t, dir), At: at})
	if err != nil {
		t.Fatal(err)
	}
	CheckMeasures(t, s.Definitions(), seen.Measures)
	return seen
}

// CheckMeasures fails where the measures are not those of the definitions, each
// once and in their order, or where one is unknown without a cause and a detail.
func CheckMeasures(t testing.TB, definitions []observation.Definition, measures []observation.Measure) {
	t.Helper()
	if len(measures) != len(definitions) {
		t.Fatalf("%d measures for %d definitions", len(measures), len(definitions))
	}
	for i, d := range definitions {
		switch m := measures[i]; {
		case m.ID != d.ID || m.Unit != d.Unit || m.State == "":
			t.Errorf("measure %d is %q in %q with the state %q, want %q in %q", i, m.ID, m.Unit, m.State, d.ID, d.Unit)
		case m.State == observation.Unknown && (m.Cause == "" || m.Detail == ""):
			t.Errorf("%s is unknown without a reason", m.ID)
		}
	}
}

// ByID returns measures by their ids.
func ByID(measures []observation.Measure) map[string]observation.Measure {
	index := make(map[string]observation.Measure, len(measures))
	for _, m := range measures {
		index[m.ID] = m
	}
	return index
}
