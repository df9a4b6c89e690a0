package pipeline

import (
	"cmp"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/assess/assesstest"
	"github.com/midspan/midspan/internal/observation"
)

var update = flag.Bool("update", false, "rewrite the definitions that tests of the rules use")

// The rules are tested against a copy of the scanners' definitions, and must be
// loaded against those themselves.
func TestDefinitionsOfTheTestsAreThoseOfTheScanners(t *testing.T) {
	definitions, err := Definitions()
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(definitions, func(a, b observation.Definition) int { return cmp.Compare(a.ID, b.ID) })
	for i, def := range definitions[1:] {
		if def.ID == definitions[i].ID {
			t.Errorf("two scanners declare %s", def.ID)
		}
	}
	want, err := assesstest.Encode(definitions)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("..", "assess", "assesstest", "definitions.json")
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s differs from the scanners: go test ./internal/pipeline -run Definitions -update", path)
	}
	if _, err := assess.LoadRules(nil, definitions); err != nil {
		t.Error(err)
	}
}
