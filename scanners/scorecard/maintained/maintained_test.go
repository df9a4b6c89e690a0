package maintained

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

var at = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newGit(t *testing.T) *gitrepo.Git {
	t.Helper()
	g, err := gitrepo.New(t.Context(), gitrepo.Options{Offline: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return g
}

// history writes a repository with a commit so many days before at, in the
// order given; days may be negative.
func history(t *testing.T, days ...int) string {
	t.Helper()
	commits := make([]gittest.Commit, len(days))
	for i, ago := range days {
		commits[i] = gittest.Commit{When: at.AddDate(0, 0, -ago), Files: []gittest.File{{Path: "f", Data: fmt.Sprint(i)}}}
	}
	dir := filepath.Join(t.TempDir(), "repo.git")
	gittest.Import(t, dir, commits...)
	return dir
}

func scan(t *testing.T, g *gitrepo.Git, dir string) observation.Observation {
	t.Helper()
	snapshot, err := g.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	seen, err := Scanner{}.Scan(t.Context(), scanners.Input{Snapshot: snapshot, At: at})
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

func daily(from, to int) []int {
	var days []int
	for ago := from; ago >= to; ago-- {
		days = append(days, ago)
	}
	return days
}

func TestCommitsAreCountedBackFromTheTimeOfTheScan(t *testing.T) {
	g := newGit(t)
	for name, c := range map[string]struct {
		days  []int
		state observation.State
		score int
	}{
		"a commit a week":                    {append([]int{400}, daily(12, 1)...), observation.Measured, 10},
		"half of that":                       {[]int{400, 80, 60, 50, 40, 30, 20}, observation.Measured, 5},
		"one":                                {[]int{400, 3}, observation.Measured, 0},
		"silence":                            {[]int{400, 300}, observation.Measured, 0},
		"the last day of the window":         {append([]int{400}, 90, 90, 90, 90, 90, 90), observation.Measured, 5},
		"a day too old":                      {append([]int{400}, 91, 91, 91, 91, 91, 91), observation.Measured, 0},
		"commits after the time of the scan": {append([]int{400, 3}, daily(-1, -30)...), observation.Measured, 0},
		"a clock that ran wrong":             {append(daily(20, 9), 400), observation.Measured, 10},
		"a young history":                    {daily(30, 1), observation.NotApplicable, 0},
		"a history that begins later":        {[]int{-5}, observation.Unknown, 0},
	} {
		t.Run(name, func(t *testing.T) {
			seen := scan(t, g, history(t, c.days...))
			check, measure := seen.Checks[0], seen.Measures[0]
			if check.State != c.state || check.Score != c.score || measure.State != c.state {
				t.Errorf("%+v", check)
			}
			if n, ok := measure.Number(); ok != (c.state == observation.Measured) || n != float64(c.score) {
				t.Errorf("%+v", measure)
			}
		})
	}
}

func TestAScoreSaysThatItIsAVariantAndOfWhichDay(t *testing.T) {
	g := newGit(t)
	seen := scan(t, g, history(t, 400, 3))
	const want = "1 commit in the 90 days before 2026-03-01 (Midspan's variant: commits only; issues and the archived flag were not read)"
	if seen.Checks[0].Reason != want || seen.Measures[0].Detail != want || !seen.Measures[0].At.Equal(at) {
		t.Errorf("%+v\n%+v", seen.Checks[0], seen.Measures[0])
	}
}

func TestACutHistoryIsUnknown(t *testing.T) {
	g := newGit(t)
	clone := filepath.Join(t.TempDir(), "shallow.git")
	cmd := exec.Command("git", "clone", "-q", "--bare", "--depth=1", "file://"+history(t, 400, 300, 3), clone)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	check := scan(t, g, clone).Checks[0]
	if check.State != observation.Unknown || check.Cause != observation.CauseMissingObjects || check.Remedy == "" {
		t.Errorf("%+v", check)
	}
}

func TestScanStopsWithItsContext(t *testing.T) {
	g := newGit(t)
	snapshot, err := g.Open(t.Context(), history(t, 3))
	if err != nil {
		t.Fatal(err)
	}
	defer snapshot.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Scanner{}).Scan(ctx, scanners.Input{Snapshot: snapshot, At: at}); !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v", err)
	}
}

func TestTheReferenceIsOfTheLibraryInGoMod(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join("..", "..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mod)) {
		if _, version, ok := strings.Cut(strings.TrimSpace(line), "github.com/ossf/scorecard/v5 "); ok && !strings.Contains(docURL, "/"+version+"/") {
			t.Errorf("go.mod has %s, the reference is %s", version, docURL)
		}
	}
}
