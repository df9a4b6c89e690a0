package download_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/download"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
)

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// server is a file server as object stores are: ETag, conditional requests, Range with
// If-Range. It cuts a body where it is told to, and notes the headers of each request.
type server struct {
	data   []byte
	weak   bool // has a weak ETag, and an old Last-Modified
	cut    int  // bytes after which the connection breaks; 0 for never
	status int  // to answer in place of all; 0 for none
	asked  []http.Header
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.asked = append(s.asked, r.Header.Clone())
	if s.status != 0 {
		w.WriteHeader(s.status)
		return
	}
	tag := fmt.Sprintf(`"%d-%x"`, len(s.data), s.data[:min(4, len(s.data))])
	if s.weak {
		tag = "W/" + tag
		w.Header().Set("Last-Modified", "Sun, 01 Nov 2026 00:00:00 GMT")
	}
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	from := 0
	if given := r.Header.Get("Range"); given != "" && r.Header.Get("If-Range") == tag {
		from, _ = strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(given, "bytes="), "-"))
		if from >= len(s.data) {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(s.data)-1, len(s.data)))
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(s.data)-from))
	if from > 0 {
		w.WriteHeader(http.StatusPartialContent)
	}
	body := s.data[from:]
	if s.cut > 0 && s.cut < len(body) {
		_, _ = w.Write(body[:s.cut])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(body)
}

type setup struct {
	*server
	address, dir string
	client       *http.Client
}

func start(t *testing.T, s *server) setup {
	t.Helper()
	listening := httptest.NewServer(s)
	t.Cleanup(listening.Close)
	return setup{s, listening.URL, t.TempDir(), fetch.Client(fetch.Options{AllowPrivate: true, Retry: fetch.RetryPolicy{MaxAttempts: 1, IdleTimeout: time.Minute}})}
}

func (s setup) fetch(t *testing.T, ctx context.Context, check func(string) error) error {
	t.Helper()
	f, err := download.Open(s.dir, s.client, now)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return f.Fetch(ctx, download.File{Source: s.address + "/x/file", Name: filepath.Join("x", "file"), Limit: 1 << 20, Check: check})
}

func (s setup) has(t *testing.T, want string) {
	t.Helper()
	if got, err := os.ReadFile(filepath.Join(s.dir, "x", "file")); err != nil || string(got) != want {
		t.Errorf("the copy is %.40q, %v; want %.40q", got, err, want)
	}
}

func TestAnUnchangedFileIsNotSentAgainAndBearsTheDay(t *testing.T) {
	s := start(t, &server{data: []byte("contents")})
	for range 2 {
		if err := s.fetch(t, t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	s.has(t, "contents")
	if s.asked[1].Get("If-None-Match") == "" || s.asked[1].Get("Range") != "" {
		t.Errorf("the second request has %v", s.asked[1])
	}
	if status := download.ReadStatus(filepath.Join(s.dir, "x", "file")); !status.Fetched.Equal(now) || status.Message != "" {
		t.Errorf("status %+v", status)
	}
	s.data = []byte("new contents")
	if err := s.fetch(t, t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	s.has(t, "new contents")
}

// TestATransferThatBrokeOffGoesOnInTheNextProcess has a server that breaks off the first
// answer, and its resumption within the same request.
func TestATransferThatBrokeOffGoesOnInTheNextProcess(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 10_000)
	s := start(t, &server{data: data, cut: 3000})
	s.client = http.DefaultClient // which resumes nothing by itself
	if err := s.fetch(t, t.Context(), nil); err == nil {
		t.Fatal("a transfer that broke off is no error")
	}
	notes := download.Failures(s.dir, []string{filepath.Join("x", "file")}, "again")
	if len(notes) != 1 || notes[0].Cause != observation.CauseUnreachable || !strings.Contains(notes[0].Message, "no older copy") {
		t.Errorf("notes %v", notes)
	}
	s.cut = 0
	if err := s.fetch(t, t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	s.has(t, string(data))
	last := s.asked[len(s.asked)-1]
	if last.Get("Range") == "" || last.Get("Range") == "bytes=0-" || last.Get("If-Range") == "" {
		t.Errorf("the last request has %v", last)
	}
	if left, _ := filepath.Glob(filepath.Join(s.dir, "x", ".fetching-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestWhatChangedMeanwhileIsFetchedFromItsBeginning(t *testing.T) {
	s := start(t, &server{data: bytes.Repeat([]byte("a"), 10_000), cut: 3000})
	s.client = http.DefaultClient
	if err := s.fetch(t, t.Context(), nil); err == nil {
		t.Fatal("no error")
	}
	s.data, s.cut = bytes.Repeat([]byte("b"), 9000), 0
	if err := s.fetch(t, t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	s.has(t, string(s.data))
}

func TestAWeakValidatorContinuesNothing(t *testing.T) {
	s := start(t, &server{data: bytes.Repeat([]byte("a"), 10_000), cut: 3000, weak: true})
	s.client = http.DefaultClient
	if err := s.fetch(t, t.Context(), nil); err == nil {
		t.Fatal("no error")
	}
	s.cut = 0
	if err := s.fetch(t, t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if last := s.asked[len(s.asked)-1]; last.Get("Range") != "" {
		t.Errorf("the last request has %v", last)
	}
	s.has(t, string(s.data))
}

func TestAFailureKeepsTheCopyAndIsKept(t *testing.T) {
	s := start(t, &server{data: []byte("good")})
	if err := s.fetch(t, t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	refuse := func(string) error { return fmt.Errorf("%w: not it", download.ErrDamaged) }
	s.data = []byte("bad, and longer")
	if err := s.fetch(t, t.Context(), refuse); !errors.Is(err, download.ErrDamaged) {
		t.Errorf("got %v", err)
	}
	s.has(t, "good")
	s.data = bytes.Repeat([]byte("x"), 2<<20)
	if err := s.fetch(t, t.Context(), nil); !errors.Is(err, download.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	s.has(t, "good")
	s.status = http.StatusForbidden
	if err := s.fetch(t, t.Context(), nil); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("got %v", err)
	}
	if notes := download.Failures(s.dir, []string{filepath.Join("x", "file")}, "again"); len(notes) != 1 || !strings.Contains(notes[0].Message, "older copy stands in") {
		t.Errorf("notes %v", notes)
	}
	s.status = http.StatusNotFound
	if err := s.fetch(t, t.Context(), nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	s.has(t, "good")
	if notes := download.Failures(s.dir, []string{filepath.Join("x", "file")}, "again"); len(notes) != 1 || !strings.Contains(notes[0].Message, "404") {
		t.Errorf("a source that has the file no longer: notes %v", notes)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.fetch(t, ended, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestOfflineNothingIsAskedAndTheCopyStays(t *testing.T) {
	s := start(t, &server{data: []byte("good")})
	if err := s.fetch(t, t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	s.client = fetch.Client(fetch.Options{Offline: true})
	if err := s.fetch(t, t.Context(), nil); !errors.Is(err, fetch.ErrOffline) {
		t.Errorf("got %v", err)
	}
	if len(s.asked) != 1 {
		t.Errorf("asked %d times", len(s.asked))
	}
	s.has(t, "good")
}
