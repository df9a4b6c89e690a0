package pipeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/maintenance"
)

// monthlyCommits is a fast-import stream of a commit in the middle of each month from a
// day on.
func monthlyCommits(from time.Time, months int) string {
	commits := make([]gittest.Commit, months)
	for i := range commits {
		commits[i] = gittest.Commit{When: from.AddDate(0, i, 0), Files: []gittest.File{{Path: "f", Data: fmt.Sprintf("%02d", i)}}}
	}
	return gittest.Stream(commits...)
}

func TestActivityOfAGoodAddsUpItsRepositoriesAndAgreesWithItsMeasures(t *testing.T) {
	cfg := testConfig(t)
	june := time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC)
	cfg.Mirror, _ = writeMirrors(t, map[string]string{"server": monthlyCommits(june.AddDate(0, -9, 0), 10), "app": monthlyCommits(june.AddDate(0, -2, 0), 3), "client": monthlyCommits(june.AddDate(0, -2, 0), 3)})
	list := filepath.Join(t.TempDir(), "goods.csv")
	text := "name,url\nBoth,https://forge.example/o/server\nBoth,https://forge.example/o/app\n" +
		"Partly,https://forge.example/o/client\nPartly,https://forge.example/o/nowhere\nNone,https://forge.example/o/gone\n"
	if err := os.WriteFile(list, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg.Catalog = []string{list}
	got := map[string]string{}
	for _, good := range run(t, cfg).Document.Goods {
		a := good.Activity
		total := 0
		for _, n := range a.Commits {
			total += n
		}
		got[good.Name] = fmt.Sprintf("%d of %d: %d commits, whole %v", a.Read, a.Repositories, total, a.Read > 0 && a.Whole(a.From))
		if a.Read == 0 {
			got[good.Name] = string(a.Cause)
			continue
		}
		if m := measureOf(good, "momentum.commits-ever"); m.Value != float64(total) || (m.Bound == observation.Exact) != a.Whole(a.From) {
			t.Errorf("%s: %d commits in its months, the measure says %s %v", good.Name, total, m.Bound, m.Value)
		}
	}
	for name, want := range map[string]string{"Both": "2 of 2: 13 commits, whole true", "Partly": "1 of 2: 3 commits, whole false", "None": "not-found"} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}

// oldScanner is the scanner before it counted months.
type oldScanner struct{ scanners.Scanner }

func (oldScanner) Version() string { return "0" }

func (e oldScanner) Scan(ctx context.Context, in scanners.Input) (observation.Observation, error) {
	said, err := e.Scanner.Scan(ctx, in)
	said.Activity = nil
	return said, err
}

func TestAReportOfAnEarlierScannerLearnsOfActivity(t *testing.T) {
	cfg := testConfig(t)
	cfg.Mirror, _ = writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"README": "x"})})
	p := newPipeline(t, cfg)
	for i, s := range p.scanners {
		if s.Name() == maintenance.Name {
			p.scanners[i] = oldScanner{s}
		}
	}
	before := runWith(t, p, "https://forge.example/o/one").Document.Goods[0]
	if before.Activity.Read != 0 || before.Activity.Cause != observation.CauseScannerFailed {
		t.Errorf("what no scanner counted is %+v", before.Activity)
	}
	if after := run(t, cfg, "https://forge.example/o/one").Document.Goods[0]; after.Activity.Read != 1 || len(after.Activity.Commits) != 1 {
		t.Errorf("after the scanner learned to count: %+v", after.Activity)
	}
	page, err := os.ReadFile(filepath.Join(cfg.Out, "goods", before.ID+".html"))
	if err != nil || !strings.Contains(string(page), `<svg class="time"`) {
		t.Errorf("the page shows no months: %v", err)
	}
}
