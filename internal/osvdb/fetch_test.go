package osvdb_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/advisory/advisorytest"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/osvdb"
)

// now is when the tests fetch.
var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

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
	npm := advisorytest.Archive(t, map[string]string{"A.json": advisorytest.NPMRecord("A", "left", "2026-01-01T00:00:00Z", advisorytest.Below2)})
	s, base := serve(t, map[string][]byte{
		"/npm/all.zip": npm,
		"/kev.json":    []byte(`{"dateReleased":"2025-08-25","vulnerabilities":[{"cveID":"CVE-1"}]}`),
	})
	s.fail["/npm/all.zip"] = 1 // a failure that passes is tried again
	dir := t.TempDir()
	for range 2 {
		if err := osvdb.Update(t.Context(), base, dir, []string{"npm", "NuGet"}, fetch.Client(fetch.Options{AllowPrivate: true}), now); err != nil {
			t.Fatal(err)
		}
	}
	if s.sent["/npm/all.zip"] != 1 || s.sent["/kev.json"] != 1 {
		t.Errorf("sent %v, want each file once", s.sent)
	}
	database, info := advisorytest.Build(t, dir)
	if len(info.Ecosystems) != 1 || info.KEVDate != "2025-08-25" || len(info.Notes) != 0 {
		t.Errorf("got %+v", info)
	}
	if len(advisorytest.Match(t, database, advisorytest.Package("npm", "left", "1.0.0")).Findings) != 1 {
		t.Error("what was fetched does not match")
	}
}

func TestAFailedUpdateKeepsTheOldFileAndIsNoted(t *testing.T) {
	good := advisorytest.Archive(t, map[string]string{"A.json": advisorytest.NPMRecord("A", "left", "2026-01-01T00:00:00Z", advisorytest.Below2)})
	s, base := serve(t, map[string][]byte{"/npm/all.zip": good})
	dir := t.TempDir()
	if err := osvdb.Update(t.Context(), base, dir, []string{"npm"}, http.DefaultClient, now); err != nil {
		t.Fatal(err)
	}
	s.files["/npm/all.zip"] = good[:len(good)/2] // a transfer that was cut
	if err := osvdb.Update(t.Context(), base, dir, []string{"npm"}, http.DefaultClient, now); err != nil {
		t.Fatal(err)
	}
	_, info := advisorytest.Build(t, dir)
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
	err := osvdb.Update(t.Context(), base, t.TempDir(), []string{"npm", "../escape"}, http.DefaultClient, now)
	if err == nil || !strings.Contains(err.Error(), base) || !strings.Contains(err.Error(), "404") {
		t.Errorf("got %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := osvdb.Update(ended, base, t.TempDir(), []string{"npm"}, http.DefaultClient, now); err == nil {
		t.Error("an ended context is no error")
	}
}

func TestUpdateReadsAFolderToo(t *testing.T) {
	from := advisorytest.Folder(t, map[string]map[string]string{"npm": {"A.json": advisorytest.NPMRecord("A", "left", "2026-01-01T00:00:00Z", advisorytest.Below2)}})
	dir := t.TempDir()
	if err := osvdb.Update(t.Context(), from, dir, nil, http.DefaultClient, now); err != nil {
		t.Fatal(err)
	}
	if _, info := advisorytest.Build(t, dir); len(info.Ecosystems) != 1 {
		t.Errorf("got %+v", info)
	}
}

// TestAnUpdateWritesThroughNoLink has links out of the folder in the place of an ecosystem
// and of its files.
func TestAnUpdateWritesThroughNoLink(t *testing.T) {
	archive := advisorytest.Archive(t, map[string]string{"A.json": advisorytest.NPMRecord("A", "left", "2026-01-01T00:00:00Z", advisorytest.Below2)})
	_, base := serve(t, map[string][]byte{"/npm/all.zip": archive, "/PyPI/all.zip": archive, "/kev.json": []byte(`{"vulnerabilities":[{"cveID":"CVE-1"}]}`)})
	dir, outside := t.TempDir(), t.TempDir()
	victim := filepath.Join(outside, "victim")
	err := errors.Join(os.WriteFile(victim, []byte("mine"), 0o600), os.Symlink(outside, filepath.Join(dir, "PyPI")), os.Mkdir(filepath.Join(dir, "npm"), 0o755),
		os.Symlink(victim, filepath.Join(dir, "npm", "all.zip")), os.Symlink(victim, filepath.Join(dir, "npm", "all.zip.fetched")), os.Symlink(victim, filepath.Join(dir, "kev.json")))
	if err != nil {
		t.Fatal(err)
	}
	_ = osvdb.Update(t.Context(), base, dir, []string{"npm", "PyPI"}, http.DefaultClient, now)
	if entries, err := os.ReadDir(outside); err != nil || len(entries) != 1 {
		t.Errorf("written beside the folder: %v, %v", entries, err)
	}
	if data, err := os.ReadFile(victim); err != nil || string(data) != "mine" {
		t.Errorf("the file of another holds %q, %v", data, err)
	}
	if info, err := os.Lstat(filepath.Join(dir, "npm", "all.zip")); err != nil || !info.Mode().IsRegular() {
		t.Errorf("the link was not replaced: %v", err)
	}
}
