package osv

import (
	"context"
	"strings"
	"testing"

	"github.com/google/osv-scalibr/extractor/filesystem"
	"github.com/google/osv-scalibr/extractor/filesystem/language/golang/gomod"
	"github.com/google/osv-scalibr/inventory"

	"github.com/midspan/midspan/internal/observation"
)

// panicking is an extractor with a bug.
type panicking struct{ gomod.Extractor }

func (panicking) Extract(context.Context, *filesystem.ScanInput) (inventory.Inventory, error) {
	panic("index out of range")
}

func TestAPanicOfAnExtractorIsAnErrorOfOneFile(t *testing.T) {
	caught := &panics{byPath: map[string]panicError{}}
	_, err := panicGuard{Extractor: panicking{}, panics: caught}.Extract(t.Context(), &filesystem.ScanInput{Path: "repository/go.mod", Reader: strings.NewReader("module x")})
	if err == nil || len(caught.byPath) != 1 {
		t.Errorf("got %v, %v", err, caught.byPath)
	}
}

func TestGoDirectiveWithoutAPatchReadsAsTheLastOne(t *testing.T) {
	for version, want := range map[string]string{"1.20": "1.20.99", "1.20.3": "1.20.3", "1.21rc2": "1.21.99", "1": "1", "": "", "x.y": "x.y", "1.2.3.4": "1.2.3.4"} {
		p := packageWith("Go", "stdlib", version)
		if got := versionOf(p); got != want {
			t.Errorf("%q reads as %q, want %q", version, got, want)
		}
	}
}

func packageWith(ecosystem, name, version string) observation.Package {
	return observation.Package{Ecosystem: ecosystem, Name: name, Version: version}
}
