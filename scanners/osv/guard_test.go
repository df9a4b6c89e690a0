package osv

import (
	"context"
	"strings"
	"testing"

	"github.com/google/osv-scalibr/extractor/filesystem"
	"github.com/google/osv-scalibr/extractor/filesystem/language/golang/gomod"
	"github.com/google/osv-scalibr/inventory"
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
