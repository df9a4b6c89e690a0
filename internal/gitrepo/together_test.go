package gitrepo

import (
	"maps"
	"net/http"
	"runtime"
	"slices"
	"testing"

	"github.com/midspan/midspan/internal/observation"
)

func TestTheLargestTransferEndsWhereAllTogetherAreOverTheLimit(t *testing.T) {
	memory := map[int]int64{1: 30, 2: 50, 3: 40}
	ended := map[int]bool{}
	w := &together{limit: 100, memory: func(pid int) int64 { return memory[pid] }, active: map[int]*transfer{}}
	for pid := range memory {
		w.active[pid] = &transfer{end: func() { ended[pid] = true }}
	}
	look := func() []int { w.check(); return slices.Sorted(maps.Keys(ended)) }
	if got := look(); !slices.Equal(got, []int{2}) {
		t.Errorf("at 120 of 100: %v", got)
	}
	if got := look(); !slices.Equal(got, []int{2}) {
		t.Errorf("what is ending counts no more: %v", got)
	}
	memory[1] = 61
	if got := look(); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("at 101 of 100: %v", got)
	}
	if !w.remove(1) || w.remove(3) || w.remove(4) {
		t.Error("who was ended is not told")
	}
}

func TestATransferOverTheLimitOfAllIsOverTheLimit(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the memory of others is known on Linux")
	}
	g := newGit(t, Options{MaxTogether: 1})
	o := serveOrigin(t, g, threeCommits()...)
	o.intercept(t, func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		<-r.Context().Done() // until git is ended
		return true
	})
	err := g.Mirror(t.Context(), o.url, o.dir)
	if _, retryable := Retryable(err); CauseOf(err) != observation.CauseOverLimit || retryable {
		t.Errorf("%s, retryable %v: %v", CauseOf(err), retryable, err)
	}
}
