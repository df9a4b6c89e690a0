package functions

import (
	"path/filepath"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/maintenance"
	"github.com/midspan/midspan/scanners/scannertest"
)

// TestThePastIsCountedAsARunOfThatDayCounts holds the one reading of the whole history against
// the scanner on each day.
func TestThePastIsCountedAsARunOfThatDayCounts(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "r.git")
	tagged := change(ada, 60, "a")
	tagged.Tags = []gittest.Tag{{Name: "v1.0", Tagger: ada, When: at.AddDate(0, 0, -60)}}
	gittest.Import(t, dir, change(bo, 900, "tests/a"), change(bo, 890, "tests/a"), change(bo, 880, "tests/a", "docs/a"), change(ada, 500, "tests/a"),
		change(ada, 490, "tests/a"), change(ada, 480, "tests/a"), change(bot, 300, "go.sum"), change(bo, 200, "tests/a"), tagged)
	snapshot := scannertest.Open(t, dir)
	past, err := ReadPast(t.Context(), snapshot, maintenance.Owner{}, at)
	if err != nil {
		t.Fatal(err)
	}
	for days, want := range map[int][3]int{870: {1, 2, 2}, 470: {1, 1, 1}, 100: {0, 1, 1}, 0: {0, 2, 2}} {
		then := at.AddDate(0, 0, -days)
		alone, byOne, all := past.At(then)
		if got := [3]int{alone, byOne, all}; got != want {
			t.Errorf("%d days before: %v, want %v", days, got, want)
		}
		m := scannertest.ByID(scannertest.Scan(t, Scanner{}, dir, then).Measures)[observation.FunctionsOnOnePerson]
		if n, _ := m.Number(); n != float64(alone) {
			t.Errorf("%d days before: a run of that day says %v (%s)", days, n, m.State)
		}
	}
}
