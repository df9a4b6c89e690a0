package early

import (
	"os"
	"runtime/debug"
	"testing"
)

func TestWhoImportsThisCollectsSeldomUnlessTheUserSaysOtherwise(t *testing.T) {
	set := debug.SetGCPercent(percent)
	if asked := os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != ""; !asked && set != percent {
		t.Errorf("garbage was collected at %d %%, want %d", set, percent)
	}
}
