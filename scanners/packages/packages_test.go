package packages

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/scannertest"
)

var today = time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)

// registry is a server on this machine. It refuses Go's own user agent, as ecosyste.ms does.
type registry struct {
	*httptest.Server
	mu      sync.Mutex
	answers map[string]any    // by method and path: a text, or what is written as JSON
	status  map[string]int    // in place of an answer
	headers map[string]string // of such
	calls   []string
	bodies  []map[string]any
}

func newRegistry(t *testing.T) *registry {
	r := &registry{answers: map[string]any{}, status: map[string]int{}, headers: map[string]string{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		call := request.Method + " " + request.URL.EscapedPath()
		r.calls = append(r.calls, call)
		if strings.HasPrefix(request.Header.Get("User-Agent"), "Go-http-client") {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		var body map[string]any
		_ = json.NewDecoder(request.Body).Decode(&body)
		r.bodies = append(r.bodies, body)
		answer, known := r.answers[call]
		for _, of := range []string{call, "*"} {
			if code := r.status[of]; code != 0 {
				for name, value := range r.headers {
					w.Header().Set(name, value)
				}
				w.WriteHeader(code)
				return
			}
		}
		switch make := answer.(type) {
		case func(map[string]any) any:
			_ = json.NewEncoder(w).Encode(make(body))
		case string:
			fmt.Fprint(w, make)
		default:
			if !known {
				w.WriteHeader(http.StatusNotFound)
			}
			_ = json.NewEncoder(w).Encode(answer)
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// trial asks a source about one repository.
type trial struct {
	t      *testing.T
	source scanners.Source
	now    time.Time
	found  scanners.Found
	last   *scanners.Answer
	tried  []string
}

func (tr *trial) ask() scanners.Reply {
	tr.t.Helper()
	found := func(context.Context) (scanners.Found, error) { return tr.found, nil }
	var reply scanners.Reply
	reply, tr.tried = scannertest.AskOne(tr.t, tr.source, tr.now, "https://github.com/coast/tide", scanners.Question{Last: tr.last, Found: found})
	if reply.Answer != nil {
		tr.last = reply.Answer
	}
	return reply
}

// want asks and compares measures, written in short.
func (tr *trial) want(failed observation.Cause, want map[string]string) {
	tr.t.Helper()
	reply := tr.ask()
	if failed != "" {
		if reply.Failure == nil || reply.Failure.Cause != failed || reply.Failure.Message == "" {
			tr.t.Errorf("got %+v, want %s", reply, failed)
		}
		return
	}
	if reply.Failure != nil {
		tr.t.Fatal(reply.Failure)
	}
	scannertest.WantShort(tr.t, scannertest.MeasuresOf(tr.t, tr.source, reply.Answer, tr.now), want)
	for _, person := range []string{`"ann"`, "ann@home", "ann.example"} {
		if strings.Contains(string(reply.Answer.Document), person) {
			tr.t.Errorf("a person is kept: %s", reply.Answer.Document)
		}
	}
}

// publishes is a repository whose manifests name packages.
func publishes(names ...string) scanners.Found {
	return scanners.Found{Measures: []observation.Measure{{ID: observation.IdentityPackages, State: observation.Measured, Value: append([]string{}, names...)},
		{ID: observation.InventoryManifests, State: observation.Measured, Value: 1.0}}}
}

// unreadNames is one whose manifests could not be read.
func unreadNames() scanners.Found {
	return scanners.Found{Measures: []observation.Measure{{ID: observation.IdentityPackages, State: observation.Unknown, Cause: observation.CauseBroken, Detail: "package.json: no JSON"},
		{ID: observation.InventoryManifests, State: observation.Unknown, Cause: observation.CauseMissingObjects, Detail: "a lockfile is missing"}}}
}

func ecosystemsRecord(purl, repository string) map[string]any {
	return map[string]any{"purl": purl, "repository_url": repository, "dependent_packages_count": 12, "dependent_repos_count": 340, "downloads": 5600,
		"downloads_period": "last-month", "funding_links": []string{"https://opencollective.com/tide", "https://ann.example/give"},
		"maintainers": []map[string]any{{"login": "ann", "email": "ann@home.example"}}, "status": nil}
}

const bulk = "POST /api/v1/packages/bulk_lookup"

func TestWhoDependsOnAPackageIsToldWhereItsRecordNamesTheRepository(t *testing.T) {
	const others, repositories, downloads, ways = observation.PackagesDependentPackages, observation.PackagesDependentRepositories,
		observation.PackagesDownloadsMonth, observation.PackagesFundingPlatforms
	ours := ecosystemsRecord("pkg:npm/%40coast/tide", "https://github.com/Coast/Tide.git")
	total := ecosystemsRecord("pkg:npm/%40coast/tide", "https://github.com/coast/tide")
	total["downloads_period"], total["dependent_repos_count"] = "total", nil
	for name, c := range map[string]struct {
		found   scanners.Found
		records any
		status  int
		after   string
		failed  observation.Cause
		want    map[string]string
	}{
		"its own":               {found: publishes("npm:@coast/tide"), records: []any{ours}, want: map[string]string{others: "12", repositories: "340", downloads: "5600", ways: "[a page of its own opencollective.com]"}},
		"one of two":            {found: publishes("PyPI:tide", "npm:@coast/tide"), records: []any{ours}, want: map[string]string{others: "≥ 12"}},
		"of another repository": {found: publishes("npm:@coast/tide"), records: []any{ecosystemsRecord("pkg:npm/%40coast/tide", "https://github.com/big/framework")}, want: map[string]string{others: "unknown: no-source", downloads: "unknown: no-source"}},
		"two registries":        {found: publishes("npm:@coast/tide"), records: []any{ecosystemsRecord("pkg:npm/%40coast/tide", "https://github.com/big/framework"), ours}, want: map[string]string{others: "12"}},
		"not published":         {found: publishes("npm:@coast/tide"), records: []any{}, want: map[string]string{others: "unknown: not-found"}},
		"parts not said":        {found: publishes("npm:@coast/tide"), records: []any{total}, want: map[string]string{others: "12", repositories: "unknown: unsupported", downloads: "unknown: unsupported"}},
		"nothing of its own":    {found: publishes(), want: map[string]string{others: "none", ways: "none"}},
		"names not read":        {found: unreadNames(), want: map[string]string{others: "unknown: broken-input"}},
		"no JSON":               {found: publishes("npm:@coast/tide"), records: "<html>", failed: observation.CauseBroken},
		"another type":          {found: publishes("npm:@coast/tide"), records: `{"error":"x"}`, failed: observation.CauseBroken},
		"refused":               {found: publishes("npm:@coast/tide"), status: 403, failed: observation.CauseUnreachable},
		"not found":             {found: publishes("npm:@coast/tide"), status: 404, failed: observation.CauseNotFound},
		"down":                  {found: publishes("npm:@coast/tide"), status: 500, failed: observation.CauseUnreachable},
		"a limit":               {found: publishes("npm:@coast/tide"), status: 429, after: "600", failed: observation.CauseOverLimit},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRegistry(t)
			r.answers[bulk], r.status[bulk], r.headers["Retry-After"] = c.records, c.status, c.after
			tr := &trial{t: t, source: NewEcosystems(Options{Address: r.URL, MaxWait: time.Millisecond}), now: today, found: c.found}
			tr.want(c.failed, c.want)
		})
	}
}

// TestOneRequestAsksAboutManyPackages counts requests, and halves one that is too much.
func TestOneRequestAsksAboutManyPackages(t *testing.T) {
	r := newRegistry(t)
	var names []string
	for i := range 40 {
		names = append(names, fmt.Sprintf("npm:tide-%02d", i))
	}
	r.answers[bulk] = func(body map[string]any) any {
		records := []any{}
		for _, purl := range body["purls"].([]any) {
			records = append(records, ecosystemsRecord(purl.(string), "https://github.com/coast/tide"))
		}
		return records
	}
	tr := &trial{t: t, source: NewEcosystems(Options{Address: r.URL, MaxWait: time.Millisecond}), now: today, found: publishes(names...)}
	tr.want("", map[string]string{observation.PackagesDependentPackages: "12"})
	if len(r.calls) != 1 || tr.tried[0] != "ecosyste.ms: 40 of 40 packages answered, in 1 request" {
		t.Errorf("%d requests, tried %q", len(r.calls), tr.tried)
	}
}
