package pipeline

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/export"
	"github.com/midspan/midspan/internal/store"
)

// fastRetry is a retry policy for tests.
var fastRetry = fetch.RetryPolicy{MaxAttempts: 3, BaseDelay: time.Millisecond, MaxDelay: 4 * time.Millisecond, MaxRetryAfter: 2 * time.Second,
	FailureThreshold: 3, OpenInterval: 20 * time.Millisecond, IdleTimeout: time.Minute}

// forge serves repositories by HTTP. handle may answer a request itself; it gets the
// name of the repository and the number of its requests so far.
type forge struct {
	url      string
	mu       sync.Mutex
	requests map[string]int
}

func newForge(t *testing.T, names []string, handle func(w http.ResponseWriter, r *http.Request, name string, n int) bool) *forge {
	t.Helper()
	streams := map[string]string{}
	for _, name := range names {
		streams[name] = commitStream(map[string]string{"README": name, "requirements.txt": requirements})
	}
	_, root := writeMirrors(t, streams)
	origin, err := url.Parse(gittest.Serve(t, root))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(origin)
	f := &forge{requests: map[string]int{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/o+"), "/")
		f.mu.Lock()
		f.requests[name]++
		n := f.requests[name]
		f.mu.Unlock()
		if !handle(w, r, name, n) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

func (f *forge) address(name string) string { return f.url + "/o+" + name + "/repo" }

// total is the number of requests for any repository.
func (f *forge) total() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, count := range f.requests {
		n += count
	}
	return n
}

// runWithFastRetry runs with short pauses and returns the failure of each repository.
func runWithFastRetry(t *testing.T, p *Pipeline, urls ...string) (map[string]*observation.Note, runResult) {
	t.Helper()
	p.retry, p.breakers = fastRetry, fastRetry.NewHostBreakers()
	got := runWith(t, p, urls...)
	failures := map[string]*observation.Note{}
	for _, good := range got.Document.Goods {
		for _, scan := range good.Scans {
			failures[scan.Repository.URL] = scan.Failure
		}
	}
	return failures, got
}

func TestEachFailureOfAServerIsAskedAgainOrGetsItsClass(t *testing.T) {
	handlers := map[string]func(w http.ResponseWriter, r *http.Request, n int) bool{
		"busy": func(w http.ResponseWriter, _ *http.Request, n int) bool {
			if n == 1 {
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(http.StatusTooManyRequests)
			}
			return n == 1
		},
		"dropped": func(w http.ResponseWriter, _ *http.Request, n int) bool {
			if n == 3 {
				panic(http.ErrAbortHandler)
			}
			return false
		},
		"gone":   func(w http.ResponseWriter, _ *http.Request, _ int) bool { w.WriteHeader(404); return true },
		"locked": func(w http.ResponseWriter, _ *http.Request, _ int) bool { w.WriteHeader(403); return true },
		"broken": func(w http.ResponseWriter, _ *http.Request, _ int) bool { w.WriteHeader(500); return true },
		"page": func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			fmt.Fprint(w, "<html></html>")
			return true
		},
		"tomorrow": func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			w.Header().Set("Retry-After", "86400")
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		},
		"well": func(http.ResponseWriter, *http.Request, int) bool { return false },
	}
	want := map[string]observation.Cause{"busy": "", "dropped": "", "well": "", "gone": "not-found", "locked": "not-found", "broken": "unreachable", "page": "bad-url", "tomorrow": "unreachable"}
	requests := map[string]int{"broken": 3, "tomorrow": 1, "gone": 1, "locked": 1}
	names := sortedKeys(handlers)
	f := newForge(t, names, func(w http.ResponseWriter, r *http.Request, name string, n int) bool { return handlers[name](w, r, n) })
	cfg := testConfig(t)
	cfg.Offline, cfg.AllowPrivate, cfg.Advisories = false, true, writeAdvisories(t)
	var urls []string
	for _, name := range names {
		urls = append(urls, f.address(name))
	}
	failures, _ := runWithFastRetry(t, newPipeline(t, cfg), urls...)
	for _, name := range names {
		got := observation.Cause("")
		if failure := failures[f.address(name)]; failure != nil {
			got = failure.Cause
		}
		if got != want[name] {
			t.Errorf("%s: %q, want %q: %v", name, got, want[name], failures[f.address(name)])
		}
		if requests[name] > 0 && f.requests[name] != requests[name] {
			t.Errorf("%s was asked %d times, want %d", name, f.requests[name], requests[name])
		}
	}
}

func TestAHostThatIsDownIsLeftAloneAndTheNextRunAsksAgain(t *testing.T) {
	var names, urls []string
	for i := range 30 {
		names = append(names, fmt.Sprint("r", i))
	}
	down := true
	f := newForge(t, names, func(w http.ResponseWriter, _ *http.Request, _ string, _ int) bool {
		if down {
			w.WriteHeader(http.StatusBadGateway)
		}
		return down
	})
	for _, name := range names {
		urls = append(urls, f.address(name))
	}
	other := newForge(t, []string{"there"}, func(http.ResponseWriter, *http.Request, string, int) bool { return false })
	cfg := testConfig(t)
	cfg.Offline, cfg.AllowPrivate = false, true
	// The two servers are ports of one host, so they need different names.
	failures, _ := runWithFastRetry(t, newPipeline(t, cfg), append(urls, strings.Replace(other.address("there"), "127.0.0.1", "localhost", 1))...)
	alone := 0
	for _, address := range urls {
		switch failure := failures[address]; {
		case failure == nil || failure.Cause != observation.CauseUnreachable:
			t.Errorf("%s: %+v", address, failure)
		case strings.Contains(failure.Message, "the next run asks again"):
			alone++
		}
	}
	// Requests that are running when the circuit opens are still tried.
	if most := int(fastRetry.FailureThreshold) + 2*4; alone < len(urls)-most || f.total() > most*fastRetry.MaxAttempts {
		t.Errorf("%d of %d were left alone, after %d requests", alone, len(urls), f.total())
	}
	for address, failure := range failures {
		if strings.Contains(address, "localhost") && failure != nil {
			t.Errorf("another host: %+v", failure)
		}
	}
	down = false
	again, _ := runWithFastRetry(t, newPipeline(t, cfg), urls...)
	for _, address := range urls {
		if again[address] != nil {
			t.Errorf("the next run: %+v", again[address])
		}
	}
}

func TestAStallThatLastsIsOverTheLimit(t *testing.T) {
	f := newForge(t, []string{"slow"}, func(w http.ResponseWriter, r *http.Request, _ string, _ int) bool {
		<-r.Context().Done()
		return true
	})
	cfg := testConfig(t)
	cfg.Offline, cfg.AllowPrivate, cfg.Timeout = false, true, time.Second
	failures, _ := runWithFastRetry(t, newPipeline(t, cfg), f.address("slow"))
	if failure := failures[f.address("slow")]; failure == nil || failure.Cause != observation.CauseOverLimit || !strings.Contains(failure.Message, "--timeout") {
		t.Errorf("%+v", failure)
	}
}

func TestTwoRunsOnOneStoreAreOneAfterTheOther(t *testing.T) {
	cfg := testConfig(t)
	cfg.Mirror, _ = writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"README": "x"})})
	first, second := newPipeline(t, cfg), newPipeline(t, cfg)
	if _, err := first.Begin(t.Context(), []string{"https://forge.example/o/one"}); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Run(t.Context(), []string{"https://forge.example/o/one"}); err == nil || !strings.Contains(err.Error(), "in use by another run") {
		t.Errorf("err = %v", err)
	}
	if _, err := second.Resume(t.Context(), "x", store.Scanned, store.Assessed); err == nil || !strings.Contains(err.Error(), "in use by another run") {
		t.Errorf("err = %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	runWith(t, second, "https://forge.example/o/one")
	// Who reads what was judged waits for nobody; who publishes it again does.
	if _, err := second.Begin(t.Context(), []string{"https://forge.example/o/one"}); err != nil {
		t.Fatal(err)
	}
	reader := newPipeline(t, cfg)
	judged, err := reader.Resume(t.Context(), "x", store.Assessed)
	if err != nil {
		t.Fatal(err)
	}
	listed := 0
	err = reader.Bills(t.Context(), judged, nil, func(report.Document, report.Good, []export.Listing) error { listed++; return nil })
	if err != nil || listed != 1 {
		t.Errorf("beside a run %d goods were listed (%v), want 1", listed, err)
	}
	if _, err := reader.Publish(t.Context(), judged); err == nil || !strings.Contains(err.Error(), "in use by another run") {
		t.Errorf("err = %v", err)
	}
}

func TestAClockThatIsSetBackLosesNothing(t *testing.T) {
	cfg := testConfig(t)
	template, _ := writeMirrors(t, map[string]string{"one": commitStream(map[string]string{"requirements.txt": requirements})})
	cfg.Mirror, cfg.Advisories = template, writeAdvisories(t)
	fresh := cfg
	fresh.Store, fresh.Out = t.TempDir(), t.TempDir()
	fresh.AsOf = "2026-06-10"
	want := run(t, fresh, "https://forge.example/o/one")
	cfg.AsOf = "2027-06-30"
	run(t, cfg, "https://forge.example/o/one")
	cfg.AsOf = "2026-06-10"
	got := run(t, cfg, "https://forge.example/o/one")
	encode := func(r runResult) string {
		text, err := json.Marshal(r.Document)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	// It is not compared with a run of a later day.
	if got, want := encode(got), encode(want); got != want {
		t.Errorf("a day before the last run is judged otherwise than alone:\n%s\n%s", got, want)
	}
	cfg.AsOf = "2027-06-30"
	run(t, cfg, "https://forge.example/o/one")
}
