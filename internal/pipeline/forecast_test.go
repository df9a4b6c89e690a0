package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/sqlite"
)

// busyThenSilent writes a mirror with a commit a week for two years until June 2024.
func busyThenSilent(t *testing.T) (template string) {
	t.Helper()
	var commits []gittest.Commit
	for when := time.Date(2022, 6, 1, 0, 0, 0, 0, time.UTC); when.Before(time.Date(2024, 6, 25, 0, 0, 0, 0, time.UTC)); when = when.AddDate(0, 0, 7) {
		commits = append(commits, gittest.Commit{When: when, Files: gittest.Files(map[string]string{"README": when.String()})})
	}
	template, _ = writeMirrors(t, map[string]string{"work": gittest.Stream(commits...)})
	return template
}

// runOn runs as of a day and on that day.
func runOn(t *testing.T, cfg config.Config, day string) runResult {
	t.Helper()
	cfg.AsOf = day
	p, err := New(t.Context(), cfg, "test", func() time.Time {
		at, _ := time.Parse(time.DateOnly, day)
		return at
	}, Silent{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	return runWith(t, p, "https://forge.example/o/work")
}

// inStore runs a statement on the store's database.
func inStore(t *testing.T, cfg config.Config, statement string) (count int) {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(cfg.Store, "midspan.db"), "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if strings.HasPrefix(statement, "SELECT") {
		err = db.Get(&count, statement)
	} else {
		_, err = db.ExecContext(t.Context(), statement)
	}
	if err != nil {
		t.Fatal(err)
	}
	return count
}

func TestForecastsAreSealedAndScoredWhenTheyComeDue(t *testing.T) {
	cfg := testConfig(t)
	cfg.Mirror = busyThenSilent(t)
	first := runOn(t, cfg, "2024-06-30")
	if r := first.Document.Forecasts; r == nil || r.Seals != 0 || r.Digest != "" {
		t.Fatalf("the first run rests on a record: %+v", r)
	}
	before, err := os.ReadFile(first.Files.Report)
	if err != nil {
		t.Fatal(err)
	}
	again := runOn(t, cfg, "2024-06-30")
	after, err := os.ReadFile(again.Files.Report)
	if err != nil || string(after) != string(before) || inStore(t, cfg, "SELECT count(*) FROM seals") != 1 || inStore(t, cfg, "SELECT count(*) FROM runs") != 1 {
		t.Errorf("the same run again: %v, %d seals and %d runs, want the same bytes and one of each", err,
			inStore(t, cfg, "SELECT count(*) FROM seals"), inStore(t, cfg, "SELECT count(*) FROM runs"))
	}
	if r := runOn(t, cfg, "2024-07-02").Document.Forecasts; r.Seals != 1 || r.Forecasts != 1 || r.Due != 0 || r.NextDue != "2026-01-01" || r.Score != nil || len(r.Digest) != 64 {
		t.Errorf("two days later: %+v", r)
	}
	due := runOn(t, cfg, "2026-01-15").Document.Forecasts
	if due.Due != 1 || due.Open != 0 || due.Score == nil || due.Score.Scored != 1 || due.Score.Silent != 1 {
		t.Fatalf("when it is due: %+v", due)
	}
	if r := runOn(t, cfg, "2026-03-01").Document.Forecasts; r.Score == nil || r.Score.Silent != 2 || r.Due != 2 || r.Score.Scored != 2 {
		t.Errorf("later, with the forecast of July: %+v", r)
	}
	if r := runOn(t, cfg, "2026-03-01").Document.Forecasts; r.Broken != "" {
		t.Errorf("an untouched chain: %s", r.Broken)
	}
}

func TestATouchedRecordIsFoundOut(t *testing.T) {
	for name, statement := range map[string]string{
		"a changed forecast": `UPDATE seals SET document = json_set(document, '$.forecasts[0].probability', 0.99) WHERE number = 1`,
		"a dropped forecast": `UPDATE seals SET document = json_remove(document, '$.forecasts[0]') WHERE number = 1`,
		"a dropped seal":     `DELETE FROM seals WHERE number = 1`,
		"the newest dropped": `DELETE FROM seals WHERE number = (SELECT max(number) FROM seals)`,
	} {
		cfg := testConfig(t)
		cfg.Mirror = busyThenSilent(t)
		runOn(t, cfg, "2024-06-30")
		runOn(t, cfg, "2024-07-30")
		inStore(t, cfg, statement)
		result := runOn(t, cfg, "2026-03-01")
		if r := result.Document.Forecasts; r.Broken == "" || r.Score != nil {
			t.Errorf("%s: %+v", name, r)
		}
		if len(result.Gaps) == 0 {
			t.Errorf("%s is no gap", name)
		}
	}
}
