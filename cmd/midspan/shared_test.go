//go:build unix

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestRunsAtOnceShareACacheAndAFolderOfTheReport starts runs with stores of their own into
// one folder, which is not there at first. All succeed, and the report is whole.
func TestRunsAtOnceShareACacheAndAFolderOfTheReport(t *testing.T) {
	dir := specialFolder(t)
	for round := range 2 {
		var group sync.WaitGroup
		for i := range 4 {
			group.Go(func() {
				args := []string{"run", "--offline", "--quiet", "--advisories=osv", "--mirror=given/{name}", "--catalog=goods.csv", "--cache=cache", "--out=report",
					fmt.Sprintf("--store=store%d", i), "--as-of=" + []string{"2026-06-30", "2026-06-29"}[i%2]}
				if code, output := runAlone(t, dir, nil, args...); code != 0 {
					t.Errorf("round %d, midspan %q: exit code %d: %s", round, args, code, output)
				}
			})
		}
		group.Wait()
		checkReport(t, filepath.Join(dir, "report"))
	}
	var left []string
	for _, pattern := range []string{".*", "*/.*", "cache/.*", "report/.midspan-[ls]*"} {
		found, _ := filepath.Glob(filepath.Join(dir, pattern))
		left = append(left, found...)
	}
	left = slices.DeleteFunc(left, func(name string) bool {
		return filepath.Base(name) == ".git" || filepath.Base(name) == ".midspan-report.json"
	})
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// checkReport holds each file of a report against the digest that its list has.
func checkReport(t *testing.T, dir string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, ".midspan-report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Written []string
		Digests map[string][]string
	}
	if err := json.Unmarshal(data, &list); err != nil || len(list.Written) < 5 {
		t.Fatalf("the list of the report: %v: %.200s", err, data)
	}
	for _, name := range list.Written {
		data, err := os.ReadFile(filepath.Join(dir, name))
		sum := sha256.Sum256(data)
		if sums := list.Digests[name]; err != nil || strings.Join(sums, " ") != hex.EncodeToString(sum[:]) {
			t.Errorf("%s is not as it was written: %v, digests %v", name, err, sums)
		}
	}
}

// TestTheReportIsNotWrittenOverWhatIsRead names folders that hold the store or a mirror,
// or lie in one.
func TestTheReportIsNotWrittenOverWhatIsRead(t *testing.T) {
	dir := specialFolder(t)
	for out, want := range map[string]int{
		"store": exitUsage, ".": exitUsage, "store/mirrors/x": exitUsage, "store/osv": exitUsage, "given/tool": exitError, "given/tool/report": exitError, "given": exitError,
		"store/report": 0, "report": 0,
	} {
		args := []string{"run", "--offline", "--quiet", "--catalog=goods.csv", "--mirror=given/{name}", "--advisories=osv", "--store=store", "--out=" + out}
		if code, output := runAlone(t, dir, nil, args...); code != want || want != 0 && !strings.Contains(output, "out: ") {
			t.Errorf("--out=%s: exit code %d, want %d: %s", out, code, want, output)
		}
	}
	for _, out := range []string{"work", "work/report", "work/.git/report"} {
		if code, output := runAlone(t, dir, nil, "run", "./work", "--offline", "--quiet", "--store=store", "--out="+out); code != exitUsage {
			t.Errorf("--out=%s: exit code %d: %s", out, code, output)
		}
	}
}
