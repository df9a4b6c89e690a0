package catalogs_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/catalogs"
	"github.com/midspan/midspan/internal/fetch"
)

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// api is an API of publiccode.yml files with cursor pages, as developers.italia.it's is:
// "links.next" holds the query alone. It notes what it is asked.
type api struct {
	mutex    sync.Mutex
	entries  int
	size     int
	failFrom int // entry from which it answers 500; 0 for none
	asked    []string
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.asked = append(a.asked, r.URL.RawQuery+" "+r.Header.Get("If-None-Match"))
	from, _ := strconv.Atoi(r.URL.Query().Get("page[after]"))
	if a.failFrom > 0 && from >= a.failFrom {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	to := min(from+a.size, a.entries)
	tag := fmt.Sprintf("%q", fmt.Sprint(a.entries, from))
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	var items []string
	for i := from; i < to; i++ {
		items = append(items, fmt.Sprintf(`{"id": "%d", "url": "https://github.com/o/r%d", "active": true, "publiccodeYml": "publiccodeYmlVersion: \"0.4\"\nname: N%d\nmaintenance: {contacts: [{name: Jane Roe, email: jane@example.it}]}\n"}`, i, i, i))
	}
	next := "null"
	if to < a.entries {
		next = fmt.Sprintf(`"?page[after]=%d"`, to)
	}
	fmt.Fprintf(w, `{"data": [%s], "links": {"prev": null, "next": %s}}`, strings.Join(items, ","), next)
}

func (a *api) take() []string {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	asked := a.asked
	a.asked = nil
	return asked
}

func reader(t *testing.T, folder string) catalogs.Reader {
	t.Helper()
	return catalogs.Reader{Folder: folder, Client: fetch.Client(fetch.Options{AllowPrivate: true, Retry: fetch.RetryPolicy{MaxAttempts: 1, IdleTimeout: time.Minute}}),
		MaxAge: 30 * 24 * time.Hour, AsOf: now, Now: now, Version: "1"}
}

func TestPagesAreFollowedAndTheCopyRepeatsTheRunWithoutAConnection(t *testing.T) {
	server := &api{entries: 7, size: 3}
	listening := httptest.NewServer(server)
	defer listening.Close()
	address := listening.URL + "/v1/software"
	folder := filepath.Join(t.TempDir(), "copies")
	online, err := reader(t, folder).Read(t.Context(), address)
	if err != nil || len(online.Goods) != 7 || online.Fetched != "2026-11-30" || online.Name != "publiccode" {
		t.Fatalf("got %d goods as %s of %s, %v", len(online.Goods), online.Name, online.Fetched, err)
	}
	if asked := server.take(); len(asked) != 3 {
		t.Errorf("asked %q", asked)
	}
	for _, name := range contents(t, folder) {
		if strings.Contains(name, "Jane") || strings.Contains(name, "jane@") {
			t.Error("the copy holds the contact of a person")
		}
	}
	offline := reader(t, folder)
	offline.Offline, offline.Client = true, nil // a request would panic
	offline.AsOf = now.AddDate(0, 0, 20)
	again, err := offline.Read(t.Context(), address)
	if err != nil || fmt.Sprint(again) != fmt.Sprint(online) {
		t.Errorf("offline: %v, %v", again.Goods, err)
	}
	offline.AsOf = now.AddDate(0, 0, 31)
	if _, err := offline.Read(t.Context(), address); err == nil || !strings.Contains(err.Error(), "2026-11-30") {
		t.Errorf("a copy older than allowed: %v", err)
	}
	if _, err := offline.Read(t.Context(), address+"?other"); err == nil || !strings.Contains(err.Error(), "offline") {
		t.Errorf("without a copy: %v", err)
	}
}

func contents(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v", entries, err)
	}
	data, err := os.ReadFile(filepath.Join(folder, entries[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	return []string{string(data)}
}

func TestOnePageIsAskedForOnConditionAndSeveralAreNot(t *testing.T) {
	server := &api{entries: 2, size: 3}
	listening := httptest.NewServer(server)
	defer listening.Close()
	folder := t.TempDir()
	r := reader(t, folder)
	for _, day := range []time.Time{now, now.AddDate(0, 0, 1)} {
		r.Now = day
		c, err := r.Read(t.Context(), listening.URL)
		if err != nil || len(c.Goods) != 2 || c.Fetched != day.Format(time.DateOnly) {
			t.Fatalf("%+v, %v", c, err)
		}
	}
	if asked := server.take(); !slices.Equal(asked, []string{" ", ` "2 0"`}) {
		t.Errorf("asked %q", asked)
	}
	r.Version = "2" // may understand more of the same answer
	if _, err := r.Read(t.Context(), listening.URL); err != nil {
		t.Fatal(err)
	}
	server.entries = 5
	if c, err := r.Read(t.Context(), listening.URL); err != nil || len(c.Goods) != 5 {
		t.Errorf("changed: %v, %v", c.Goods, err)
	}
	if c, err := r.Read(t.Context(), listening.URL); err != nil || len(c.Goods) != 5 {
		t.Errorf("again: %v, %v", c.Goods, err)
	}
	if asked := server.take(); !slices.Equal(asked, []string{" ", ` "2 0"`, "page%5Bafter%5D=3 ", " ", "page%5Bafter%5D=3 "}) {
		t.Errorf("asked %q", asked)
	}
}

func TestACopyStandsInWholeForAServerThatFailsAndIsNoted(t *testing.T) {
	server := &api{entries: 7, size: 3}
	listening := httptest.NewServer(server)
	defer listening.Close()
	r := reader(t, t.TempDir())
	if _, err := r.Read(t.Context(), listening.URL); err != nil {
		t.Fatal(err)
	}
	server.failFrom, server.entries = 3, 9
	var said []string
	r.Say = func(text string) { said = append(said, text) }
	c, err := r.Read(t.Context(), listening.URL)
	if err != nil || len(c.Goods) != 7 || len(c.Notes) != 1 || !strings.Contains(c.Notes[0].Message, "500") || len(said) != 1 {
		t.Errorf("%d goods, notes %v, said %q, %v", len(c.Goods), c.Notes, said, err)
	}
	r.Folder = t.TempDir()
	if _, err := r.Read(t.Context(), listening.URL); err == nil || !strings.Contains(err.Error(), "500") {
		t.Errorf("without a copy: %v", err)
	}
}

func TestPagesThatLeadElsewhereOrDoNotEndAreRefused(t *testing.T) {
	for name, test := range map[string]struct{ link, body, want string }{
		"another host": {"", `{"results": [{"name": "a", "html_url": "https://github.com/o/a"}], "next": "https://other.example/2"}`, "lies elsewhere"},
		"itself":       {"", `{"results": [{"name": "a", "html_url": "https://github.com/o/a"}], "next": "/"}`, "do not end"},
		"by a header":  {`</>; rel="next", </9>; rel="last"`, `[{"name": "a", "html_url": "https://github.com/o/a"}]`, "do not end"},
		"a scheme":     {"", `{"data": [{"name": "a", "html_url": "https://github.com/o/a"}], "links": {"next": {"href": "file:///etc/passwd"}}}`, "lies elsewhere"},
	} {
		listening := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if test.link != "" {
				w.Header().Set("Link", test.link)
			}
			fmt.Fprint(w, test.body)
		}))
		if _, err := reader(t, t.TempDir()).Read(t.Context(), listening.URL+"/"); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
		listening.Close()
	}
}

func TestACopyIsWrittenThroughNoLink(t *testing.T) {
	listening := httptest.NewServer(&api{entries: 1, size: 1})
	defer listening.Close()
	dir := t.TempDir()
	if err := os.Symlink(t.TempDir(), filepath.Join(dir, "copies")); err != nil {
		t.Fatal(err)
	}
	if _, err := reader(t, filepath.Join(dir, "copies")).Read(t.Context(), listening.URL); err == nil || !strings.Contains(err.Error(), "link") {
		t.Errorf("got %v", err)
	}
}

// BenchmarkPages reads 100,000 entries in pages of 100, and keeps the copy.
func BenchmarkPages(b *testing.B) {
	listening := httptest.NewServer(&api{entries: 100_000, size: 100})
	defer listening.Close()
	r := catalogs.Reader{Folder: b.TempDir(), Client: fetch.Client(fetch.Options{AllowPrivate: true}), AsOf: now, Now: now}
	for b.Loop() {
		if c, err := r.Read(b.Context(), listening.URL); err != nil || len(c.Goods) != 100_000 {
			b.Fatal(len(c.Goods), err)
		}
	}
}
