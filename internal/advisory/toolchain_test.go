package advisory

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

// TestAGoDirectiveIsAMinimum guards that a release without a patch is compared as its
// last one and shown as it is read, and that the finding says on what it depends.
func TestAGoDirectiveIsAMinimum(t *testing.T) {
	for version, want := range map[string]string{"1.20": "1.20.99", "1.20.3": "1.20.3", "1.21rc2": "1.21.99", "1": "1", "": "", "x.y": "x.y", "1.2.3.4": "1.2.3.4"} {
		if got := ComparedVersion(observation.Coordinate{Ecosystem: "Go", Name: "stdlib", Version: version}); got != want {
			t.Errorf("%q is compared as %q, want %q", version, got, want)
		}
	}
	if got := ComparedVersion(observation.Coordinate{Ecosystem: "Go", Name: "example.org/a", Version: "1.20"}); got != "1.20" {
		t.Errorf("a module is compared as %q", got)
	}
	record := `{"id": "GO-1", "summary": "a flaw", "affected": [{"package": {"ecosystem": "Go", "name": "stdlib"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.22.0"}]}]}]}`
	f, err := NewFinding([]byte(record), observation.Package{Ecosystem: "Go", Name: "stdlib", Version: "1.20", Path: "go.mod"}, nil)
	if err != nil || !f.DependsOnToolchain || f.Package.Version != "1.20" || f.FixedIn != "1.22.0" || !strings.Contains(f.Summary, toolchainRemark) {
		t.Errorf("got %+v, %v", f, err)
	}
	f, err = NewFinding([]byte(record), observation.Package{Ecosystem: "Go", Name: "example.org/a", Version: "1.0.0"}, nil)
	if err != nil || f.DependsOnToolchain || f.Summary != "a flaw" {
		t.Errorf("got %+v, %v", f, err)
	}
}
