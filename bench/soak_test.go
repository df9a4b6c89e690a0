package main

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The small version of make soak. It has no limits on memory or time, because machines
// differ, but requires that every good is read and no file is left.
func TestFiftyGoodsAreReadAndNothingStaysBehind(t *testing.T) {
	program := filepath.Join(t.TempDir(), "midspan")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../cmd/midspan")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const goods = 50
	work := t.TempDir()
	if err := writeSoakMirrors(t.Context(), work, goods, 2); err != nil {
		t.Fatal(err)
	}
	s, err := soakRun(t.Context(), program, work, goods, 2)
	if err != nil {
		t.Fatal(err)
	}
	if s.scanned != goods || len(s.leftovers) != 0 {
		t.Errorf("%d of %d goods were scanned whole, and %v stays behind", s.scanned, goods, s.leftovers)
	}
	if runtime.GOOS == "linux" && len(s.samples) == 0 {
		t.Error("the run was never looked at")
	}
	// As many descriptors as there are jobs, not as there are goods.
	if _, most := median(s.samplesOf("scan", goods-goods/10, goods), func(x memorySample) int64 { return int64(x.files) }); most > goods+20 {
		t.Errorf("%d files are open at the end", most)
	}
}

func TestSoakTellsGrowthFromTheFirstTenthToTheLast(t *testing.T) {
	s := soakResult{goods: 100, scanned: 99, leftovers: []string{"tmp/x"}}
	for i := range 100 {
		s.samples = append(s.samples, memorySample{stage: "scan", done: i + 1, process: int64(i+1) << 20, withChildren: int64(i+2) << 20, files: 20 + i, cpu: time.Duration(i) * 100 * time.Millisecond})
	}
	var out bytes.Buffer
	if err := s.print(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| scan, first tenth | 10 | 6, 10 | 7, 11 | 25, 29 | 10.0 |", "| scan, last tenth | 11 | 95, 100 | 96, 101 | 114, 119 | 10.0 |", "1 files [tmp/x]"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
