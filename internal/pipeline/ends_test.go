package pipeline

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/endoflife"
	"github.com/midspan/midspan/internal/observation"
)

// importTime is when advisories and data are imported: the clock of the machine decides nothing.
var importTime = time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)

// endsDocument is a document of endoflife.date's API v1 in which one line of Python ended.
func endsDocument(ended string) string {
	return `{"schema_version": "1.2.1", "generated_at": "2026-06-01T00:00:00Z", "total": 1, "result": [{"name": "python", "releases": [
		{"name": "3.14", "isEol": false, "eolFrom": "2030-10-31"}, {"name": "3.6", "isEol": true, "eolFrom": "` + ended + `"}]}]}`
}

func TestRuntimesAreHeldAgainstTheDataInForce(t *testing.T) {
	cfg := testConfig(t)
	cfg.Mirror, _ = writeMirrors(t, map[string]string{"old": commitStream(map[string]string{"Dockerfile": "FROM python:3.6\n", "setup.py": "python_requires='>=3.6'\n"})})
	cfg.Advisories = writeAdvisories(t)
	cfg.Cache = filepath.Join(t.TempDir(), "cache")
	url := "https://forge.example/o/old"
	ended := func() (observation.Measure, []string) {
		t.Helper()
		good := run(t, cfg, url).Document.Goods[0]
		return measureOf(good, observation.RuntimesEnded), good.Verdict.Remarks
	}
	if m, remarks := ended(); m.State != observation.Unknown || m.Cause != observation.CauseNoSource || len(remarks) > 0 {
		t.Errorf("without data it is %+v, with remarks %q; want unknown, and no remark", m, remarks)
	}
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	document := filepath.Join(t.TempDir(), "full.json")
	write(document, endsDocument("2021-12-23"))
	info, err := ImportAdvisories(t.Context(), cfg, document, importTime, Silent{})
	if err != nil || info.Ends == nil || info.Ends.Products != 1 {
		t.Fatalf("the import gives %+v (%v)", info, err)
	}
	m, remarks := ended()
	if m.Value != 1.0 || !strings.Contains(m.Source, "2026-06-01") || len(remarks) != 2 ||
		!strings.Contains(remarks[0], "runs on 1 runtime") || !strings.Contains(remarks[0], "python 3.6, ended 2021-12-23 (Dockerfile)") ||
		!strings.Contains(remarks[1], "still allows an ended version of 1 runtime") {
		t.Errorf("with imported data it is %+v, with remarks %q", m, remarks)
	}
	write(filepath.Join(cfg.Advisories, endoflife.FileName), endsDocument("2030-12-23"))
	if m, remarks := ended(); m.Value != 0.0 || len(remarks) > 0 {
		t.Errorf("with the data of the advisory folder it is %+v, with remarks %q; want none ended", m, remarks)
	}
	write(filepath.Join(cfg.Advisories, endoflife.FileName), "{")
	if m, _ := ended(); m.State != observation.Unknown || m.Cause != observation.CauseBroken {
		t.Errorf("with broken data it is %+v, want unknown", m)
	}
}

func TestAFolderIsImportedWithItsDataOfEnds(t *testing.T) {
	cfg := testConfig(t)
	cfg.Cache = filepath.Join(t.TempDir(), "cache")
	folder := writeAdvisories(t)
	if err := os.WriteFile(filepath.Join(folder, endoflife.FileName), []byte(endsDocument("2021-12-23")), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := ImportAdvisories(t.Context(), cfg, folder, importTime, Silent{})
	if err != nil || info.Ends == nil || len(info.Ecosystems) != 1 {
		t.Errorf("the import gives %+v (%v), want an ecosystem and the ends", info, err)
	}
	if info, err := ShowAdvisories(t.Context(), cfg); err != nil || info.Ends == nil {
		t.Errorf("shown is %+v (%v)", info, err)
	}
}
