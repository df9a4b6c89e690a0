package pipeline

import (
	"archive/zip"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/config"
)

// An update brings the database that the next run matches with. One that fails leaves the
// earlier one, and says so.
func TestAnUpdateThatFailsLeavesTheAdvisoriesThatWereThere(t *testing.T) {
	folder := t.TempDir()
	record, err := os.ReadFile(filepath.Join(writeAdvisories(t), "PyPI", "TEST-1.json"))
	if err != nil {
		t.Fatal(err)
	}
	zipOf(t, filepath.Join(folder, "PyPI", "all.zip"), "TEST-1.json", record)
	var down atomic.Bool
	files := http.FileServer(http.Dir(folder))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if down.Load() {
			http.NotFound(w, r) // a status that is not asked again
			return
		}
		files.ServeHTTP(w, r)
	}))
	defer server.Close()
	cfg := testConfig(t)
	cfg.Offline, cfg.AllowPrivate, cfg.Ecosystems = false, true, []string{"PyPI"}
	update := func(address string) (AdvisoryInfo, error) {
		named := cfg
		named.Advisories = address
		return UpdateAdvisories(t.Context(), named, "test", time.Now(), Silent{})
	}
	want := func(info AdvisoryInfo, err error, noted string) {
		t.Helper()
		if err != nil || len(info.Ecosystems) != 1 || info.Ecosystems[0].Name != "PyPI" || info.Ecosystems[0].Records != 1 {
			t.Fatalf("the database has %+v (%v), want one record of PyPI", info.Ecosystems, err)
		}
		notes := ""
		for _, note := range info.Notes {
			notes += note.Subject + " " + note.Message + "\n"
		}
		if !strings.Contains(notes, noted) {
			t.Errorf("it notes %q, want %q", notes, noted)
		}
	}
	if _, err := ShowAdvisories(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "use midspan advisories update or import") {
		t.Errorf("before the first update: err = %v", err)
	}
	down.Store(true)
	if _, err := update(server.URL); err == nil || !strings.Contains(err.Error(), "nothing could be fetched") {
		t.Errorf("a first update of which nothing came: err = %v", err)
	}
	down.Store(false)
	info, err := update(server.URL)
	want(info, err, "")
	down.Store(true)
	info, err = update(server.URL)
	want(info, err, "PyPI")
	info, err = ShowAdvisories(t.Context(), cfg)
	want(info, err, "")

	cfg.Mirror, _ = writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"requirements.txt": requirements})})
	if gaps := run(t, cfg, "https://forge.example/o/one").Gaps; len(gaps) != 1 || !strings.Contains(gaps[0].First, "an older copy stands in") {
		t.Errorf("the run with what stood in has the gaps %+v", gaps)
	}
	cfg.Advisories = server.URL // the run itself brings it
	result := run(t, cfg, "https://forge.example/o/one")
	if len(result.Gaps) != 1 || !strings.Contains(result.Gaps[0].First, "an older copy stands in") {
		t.Errorf("the run whose server is down has the gaps %+v", result.Gaps)
	}
	good := result.Document.Goods[0]
	if m := measureOf(good, "advisories.findings"); m.Value != 1.0 {
		t.Errorf("the run after it has the findings %v, want 1", m)
	}
}

func TestAnUpdateIntoALinkIsRefused(t *testing.T) {
	cfg := testConfig(t)
	cfg.Offline, cfg.Advisories = false, "https://osv.example/export"
	elsewhere := t.TempDir()
	resolved := cfg
	if err := resolveFolders(&resolved); err != nil {
		t.Fatal(err)
	}
	folder := downloadDir(resolved, cfg.Advisories)
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(elsewhere, folder); err != nil {
		t.Skip(err)
	}
	if _, err := UpdateAdvisories(t.Context(), cfg, "test", time.Now(), Silent{}); err == nil || !strings.Contains(err.Error(), "link") {
		t.Errorf("err = %v", err)
	}
	if entries, err := os.ReadDir(elsewhere); err != nil || len(entries) > 0 {
		t.Errorf("behind the link lie %v (%v)", entries, err)
	}
}

// Indexes and downloads of processes that were killed are removed after a day; a younger one
// may be of an older Midspan that is at work.
func TestWhatAKilledUpdateLeftIsRemovedAfterADay(t *testing.T) {
	cfg := config.Config{Cache: t.TempDir()}
	now := time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)
	for name, age := range map[string]time.Duration{".advisories-old": 25 * time.Hour, ".advisories-new": 23 * time.Hour, "osv/.fetching-old": 48 * time.Hour,
		"osv-1/PyPI/.fetching-old": 48 * time.Hour, "osv/all.zip": 480 * time.Hour} {
		path := filepath.Join(cfg.Cache, filepath.FromSlash(name))
		writeFile(t, path, "x")
		if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	release, err := lockAdvisories(t.Context(), cfg, now)
	if err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
	left := names(t, cfg.Cache)
	if strings.Contains(left, "-old") || !strings.Contains(left, ".advisories-new") || !strings.Contains(left, "all.zip") {
		t.Errorf("there is left %s", left)
	}
}

// zipOf writes an archive of one file.
func zipOf(t *testing.T, path, name string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	archive := zip.NewWriter(file)
	entry, err := archive.Create(name)
	if err == nil {
		_, err = entry.Write(data)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
}
