package advisory_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
)

// server is an OSV export over HTTP that counts what it sends.
type server struct {
	mutex sync.Mutex
	files map[string][]byte
	fail  map[string]int // path to the number of 503s to come
	sent  map[string]int // path to the number of bodies sent
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.fail[r.URL.Path] > 0 {
		s.fail[r.URL.Path]--
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	data, ok := s.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	tag := fmt.Sprintf("%q", fmt.Sprint(len(data)))
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.sent[r.URL.Path]++
	w.Write(data)
}

func serve(t *testing.T, files map[string][]byte) (*server, string) {
	t.Helper()
	s := &server{files: files, fail: map[string]int{}, sent: map[string]int{}}
	listening := httptest.NewServer(s)
	t.Cleanup(listening.Close)
	return s, listening.URL
}

func TestUpdateFetchesOnlyWhatChanged(t *testing.T) {
	npm := archive(t, map[string]string{"A.json": npmRecord("A", "left", "2026-01-01T00:00:00Z", below2)})
	s, base := serve(t, map[string][]byte{
		"/npm/all.zip": npm,
		"/kev.json":    []byte(`{"dateReleased":"2025-08-25","vulnerabilities":[{"cveID":"CVE-1"}]}`),
	})
	s.fail["/npm/all.zip"] = 1 // a failure that passes is tried again
	dir := t.TempDir()
	for range 2 {
		if err := advisory.Update(t.Context(), base, dir, []string{"npm", "NuGet"}, fetch.Client(fetch.Options{AllowPrivate: true})); err != nil {
			t.Fatal(err)
		}
	}
	if s.sent["/npm/all.zip"] != 1 || s.sent["/kev.json"] != 1 {
		t.Errorf("sent %v, want each file once", s.sent)
	}
	database, info := build(t, dir)
	if len(info.Ecosystems) != 1 || info.KEVDate != "2025-08-25" || len(info.Notes) != 0 {
		t.Errorf("got %+v", info)
	}
	if len(match(t, database, pkg("npm", "left", "1.0.0")).Findings) != 1 {
		t.Error("what was fetched does not match")
	}
}

func TestAFailedUpdateKeepsTheOldFileAndIsNoted(t *testing.T) {
	good := archive(t, map[string]string{"A.json": npmRecord("A", "left", "2026-01-01T00:00:00Z", below2)})
	s, base := serve(t, map[string][]byte{"/npm/all.zip": good})
	dir := t.TempDir()
	if err := advisory.Update(t.Context(), base, dir, []string{"npm"}, http.DefaultClient); err != nil {
		t.Fatal(err)
	}
	s.files["/npm/all.zip"] = good[:len(good)/2] // a transfer that was cut
	if err := advisory.Update(t.Context(), base, dir, []string{"npm"}, http.DefaultClient); err != nil {
		t.Fatal(err)
	}
	_, info := build(t, dir)
	if len(info.Ecosystems) != 1 || len(info.Notes) != 1 || info.Notes[0].Cause != observation.CauseBroken || !strings.Contains(info.Notes[0].Message, "older copy") {
		t.Errorf("got %+v", info)
	}
	leftovers, err := filepath.Glob(filepath.Join(dir, "npm", ".fetching-*"))
	if err != nil || len(leftovers) > 0 {
		t.Errorf("left behind: %v %v", leftovers, err)
	}
}

func TestUpdateFailsWhereNothingCanBeFetched(t *testing.T) {
	_, base := serve(t, nil)
	err := advisory.Update(t.Context(), base, t.TempDir(), []string{"npm", "../escape"}, http.DefaultClient)
	if err == nil || !strings.Contains(err.Error(), base) || !strings.Contains(err.Error(), "404") {
		t.Errorf("got %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := advisory.Update(ended, base, t.TempDir(), []string{"npm"}, http.DefaultClient); err == nil {
		t.Error("an ended context is no error")
	}
}

func TestUpdateReadsAFolderToo(t *testing.T) {
	from := source(t, map[string]map[string]string{"npm": {"A.json": npmRecord("A", "left", "2026-01-01T00:00:00Z", below2)}})
	dir := t.TempDir()
	if err := advisory.Update(t.Context(), from, dir, nil, http.DefaultClient); err != nil {
		t.Fatal(err)
	}
	if _, info := build(t, dir); len(info.Ecosystems) != 1 {
		t.Errorf("got %+v", info)
	}
}

func TestImportTakesAFolderOrOneZipAndNothingElse(t *testing.T) {
	npm := archive(t, map[string]string{"A.json": npmRecord("A", "left", "2026-01-01T00:00:00Z", below2)})
	carried := filepath.Join(t.TempDir(), "osv.zip")
	write(t, filepath.Dir(carried), "osv.zip", archive(t, map[string]string{
		"osv/npm/all.zip":       string(npm),
		"osv/kev.json":          `{"vulnerabilities":[{"cveID":"CVE-1"}]}`,
		"osv/../../evil/x.json": `{}`,
		"../outside.json":       `{}`,
		"osv/npm/script.sh":     `rm -rf`,
	}))
	folder := t.TempDir()
	write(t, folder, "npm/all.zip", npm)
	for name, from := range map[string]string{"zip": carried, "folder": folder} {
		parent := t.TempDir()
		dir := filepath.Join(parent, "into")
		if err := advisory.Import(t.Context(), from, dir); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := os.Stat(filepath.Join(dir, "npm", "script.sh")); err == nil {
			t.Errorf("%s: more than advisories was taken", name)
		}
		entries, err := os.ReadDir(parent)
		if err != nil || len(entries) != 1 {
			t.Errorf("%s: something was written outside: %v %v", name, entries, err)
		}
		database, _ := build(t, dir)
		if len(match(t, database, pkg("npm", "left", "1.0.0")).Findings) != 1 {
			t.Errorf("%s: what was imported does not match", name)
		}
	}
}
