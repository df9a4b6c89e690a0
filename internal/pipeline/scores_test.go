package pipeline

import (
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/epss"
)

// TestAFindingCarriesItsScoreAndTheRankingStays runs once without scores, once with those of
// the day, and once with those of a later one.
func TestAFindingCarriesItsScoreAndTheRankingStays(t *testing.T) {
	const address, cve = "https://forge.example/o/good", "CVE-2025-7"
	cfg := testConfig(t)
	cfg.Mirror, _ = writeMirrors(t, map[string]string{"good": commitStream(map[string]string{"requirements.txt": requirements})})
	cfg.Advisories = writeAdvisories(t)
	for id, aliases := range map[string]string{"TEST-1": `"X-1"`, "TEST-2": `"` + cve + `"`} {
		record := `{"id":"` + id + `","aliases":[` + aliases + `],"modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"PyPI","name":"requests"},
			"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"2.20.0"}]}]}]}`
		if err := os.WriteFile(filepath.Join(cfg.Advisories, "PyPI", id+".json"), []byte(record), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	first := run(t, cfg, address)
	order := func(r runResult) (all []string) {
		for _, f := range r.Document.Goods[0].Scans[0].Findings {
			all = append(all, f.Package.Name+" "+f.Advisory)
		}
		return all
	}
	likely := func(r runResult) (all []string) {
		for _, f := range r.Document.Goods[0].Scans[0].Findings {
			if f.EPSS != nil {
				all = append(all, fmt.Sprint(f.Advisory, " ", f.EPSS.Probability, " ", f.EPSS.Day))
			}
		}
		return all
	}
	if len(order(first)) != 2 || len(likely(first)) != 0 {
		t.Fatalf("without scores: %q, %q", order(first), likely(first))
	}
	for day, want := range map[string][]string{asOf: {"TEST-2 0.42 " + asOf}, "2099-01-01": nil} {
		writeScores(t, cfg.Advisories, "#model_version:v2025.03.14,score_date:"+day+"T00:00:00Z\ncve,epss,percentile\n"+cve+",0.42,0.9\n")
		second := run(t, cfg, address)
		if got := likely(second); !slices.Equal(got, want) {
			t.Errorf("scores of %s: %q, want %q", day, got, want)
		}
		if strings.Join(order(second), "\n") != strings.Join(order(first), "\n") {
			t.Errorf("the order changed: %q, before %q", order(second), order(first))
		}
	}
}

func writeScores(t *testing.T, folder, text string) {
	t.Helper()
	file, err := os.Create(filepath.Join(folder, epss.FileName))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	packed := gzip.NewWriter(file)
	if _, err := packed.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := packed.Close(); err != nil {
		t.Fatal(err)
	}
}
