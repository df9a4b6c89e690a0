package osv_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/osv"
)

// service is a fake of OSV's online service.
type service func(*http.Request) (string, error)

func (s service) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := s(r)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

var queried = []observation.Package{
	{Ecosystem: "npm", Name: "left", Version: "1.0.0", Path: "a"},
	{Ecosystem: "npm", Name: "left", Version: "1.0.0", Path: "b"},
	{Ecosystem: "npm", Name: "right", Path: "a"},
}

func TestMatcherQueriesTheServiceAndReadsItsRecords(t *testing.T) {
	record := `{"id":"GHSA-1","modified":"2026-01-01T00:00:00Z","published":"2025-01-01T00:00:00Z","aliases":["CVE-1"],"summary":"A flaw",
		"affected":[{"package":{"ecosystem":"npm","name":"left"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"2.0.0"}]}]}]}`
	fake := service(func(r *http.Request) (string, error) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/querybatch"):
			return `{"results":[{"vulns":[{"id":"GHSA-1","modified":"2026-01-01T00:00:00Z"}]}]}`, nil
		case strings.HasSuffix(r.URL.Path, "/GHSA-1"):
			return record, nil
		}
		return "", errors.New("unexpected request " + r.URL.Path)
	})
	matcher := osv.Matcher{Client: &http.Client{Transport: fake}, KEV: func(id string) bool { return id == "CVE-1" }}
	result, err := matcher.Match(t.Context(), queried)
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Findings) != 2 || result.Findings[0].FixedIn != "2.0.0" || !*result.Findings[0].Exploited || result.Findings[1].Package.Path != "b" {
		t.Errorf("got %+v", result.Findings)
	}
	if len(result.Unmatched) != 1 || result.Unmatched[0].Cause != observation.CauseNoVersion {
		t.Errorf("got %+v", result.Unmatched)
	}
}

func TestMatcherReportsAFailedService(t *testing.T) {
	// osv-scanner waits between attempts, which takes no time on the bubble's clock.
	synctest.Test(t, func(t *testing.T) {
		refused := service(func(*http.Request) (string, error) { return "", errors.New("connection refused") })
		_, err := osv.Matcher{Client: &http.Client{Transport: refused}}.Match(t.Context(), queried)
		if err == nil || !strings.Contains(err.Error(), "connection refused") {
			t.Errorf("got %v", err)
		}
	})
}
