//go:build unix

package maintenance_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/scanners/maintenance"
)

// BenchmarkHistory reads a history and its measures, and reports the CPU time
// of that (git's included) over the CPU time of a plain "git log" of the same
// commit as "x-git-log". It reads the repository that MIDSPAN_BENCH_REPOSITORY
// names, or a made one of 20,000 commits by 400 people.
func BenchmarkHistory(b *testing.B) {
	dir := os.Getenv("MIDSPAN_BENCH_REPOSITORY")
	if dir == "" {
		dir = largeRepository(b)
	}
	runner, err := gitrepo.New(b.Context(), gitrepo.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = runner.Close() }()
	snapshot, err := runner.Open(b.Context(), dir)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = snapshot.Close() }()

	var ours, plain time.Duration
	for b.Loop() {
		start := cpu(b)
		h, err := maintenance.Read(b.Context(), snapshot, asOf, maintenance.Owner{})
		if err != nil {
			b.Fatal(err)
		}
		if len(h.Measures(snapshot.ObservedUntil())) == 0 {
			b.Fatal("no measures")
		}
		read := cpu(b)
		cmd := exec.Command("git", "--git-dir="+dir, "log", snapshot.Commit())
		cmd.Env = append(os.Environ(), "GIT_NO_LAZY_FETCH=1")
		if err := cmd.Run(); err != nil {
			b.Fatal(err)
		}
		ours, plain = ours+read-start, plain+cpu(b)-read
	}
	b.ReportMetric(ours.Seconds()/plain.Seconds(), "x-git-log")
	b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "cpu-ms/op")
}

// BenchmarkMeasures is one question of a backtest: the same history as of
// another time.
func BenchmarkMeasures(b *testing.B) {
	var commits []gitrepo.Commit
	for i := range 20_000 {
		commits = append(commits, by(fmt.Sprintf("Person Number%d", i%400), fmt.Sprintf("p%d@org%d.se", i%400, i%30), i/6))
	}
	h, err := maintenance.NewHistory(sequence(commits), nil, "a benchmark", asOf, maintenance.Owner{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		h.Measures(asOf)
	}
}

func largeRepository(b *testing.B) string {
	b.Helper()
	commits := make([]gittest.Commit, 20_000)
	for i := range commits {
		commits[i] = gittest.Commit{Author: fmt.Sprintf("Person Number%d <p%d@org%d.se>", i%400, i%400, i%30),
			When: asOf.AddDate(-9, 0, 0).Add(time.Duration(i) * 14_000 * time.Second), Message: "A subject of the usual length\n\nand a body of a few words."}
	}
	dir := filepath.Join(b.TempDir(), "large.git")
	gittest.Import(b, dir, commits...)
	return dir
}

// cpu is the time that this process and its children have used so far.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var total time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var usage syscall.Rusage
		if err := syscall.Getrusage(who, &usage); err != nil {
			b.Fatal(err)
		}
		total += time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	return total
}
