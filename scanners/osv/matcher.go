package osv

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/google/osv-scanner/v2/pkg/models"
	"github.com/google/osv-scanner/v2/pkg/osvscanner"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/observation"
)

// Matcher matches an inventory by running osv-scanner itself: against OSV's
// online service, or offline against a folder in osv-scanner's own layout.
//
// It serves users who prefer the service's data to a database of their own, and it is
// the reference for Midspan's matching. It is far slower than advisory.Database:
// offline it unpacks an ecosystem's archive at each call.
type Matcher struct {
	// Client carries the requests to the service.
	Client *http.Client
	// Database is a folder that holds osv-scanner/<Ecosystem>/all.zip. Where it is set,
	// the matcher works offline. An ecosystem that is not there gives no findings and
	// no error, because osv-scanner reports none.
	Database string
	// KEV reports whether an id is listed in the catalog of known exploited
	// vulnerabilities. It is nil where no catalog was read.
	KEV func(id string) bool
}

// Match gives what advisory.Database.Match gives. A package without a version or an
// ecosystem is unmatched. A failed request is an error: osv-scanner itself would report
// no findings.
func (m Matcher) Match(ctx context.Context, packages []observation.Package) (advisory.Result, error) {
	silenceLogs()
	queried, unmatched := queryable(packages)
	if len(queried) == 0 {
		return advisory.NewResult(nil, unmatched), nil
	}
	folder, err := os.MkdirTemp("", "midspan-osv-")
	if err != nil {
		return advisory.Result{}, err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, customFile)
	if err := writeCustom(file, queried); err != nil {
		return advisory.Result{}, err
	}
	transport := &ctxTransport{ctx: ctx, inner: http.DefaultTransport, failed: map[string]error{}}
	if m.Client != nil && m.Client.Transport != nil {
		transport.inner = m.Client.Transport
	}
	found, err := osvscanner.DoScan(osvscanner.ScannerActions{
		LockfilePaths:  []string{file},
		CompareOffline: m.Database != "",
		LocalDBPath:    m.Database,
		ExperimentalScannerActions: osvscanner.ExperimentalScannerActions{
			TransitiveScanning: osvscanner.TransitiveScanningActions{Disabled: true},
			HTTPClient:         &http.Client{Transport: transport},
			RequestUserAgent:   "midspan",
			PluginsEnabled:     []string{customPlugin},
			PluginsNoDefaults:  true,
		},
	})
	if errors.Is(err, osvscanner.ErrVulnerabilitiesFound) {
		err = nil
	}
	if err = errors.Join(err, transport.failure(), ctx.Err()); err != nil {
		return advisory.Result{}, fmt.Errorf("match %d packages with osv-scanner: %w", len(queried), err)
	}
	findings, err := m.findings(found, packages)
	return advisory.NewResult(findings, unmatched), err
}

// customFile is the name of a list of packages in osv-scanner's own format.
// customPlugin is the extractor that reads it.
const (
	customFile   = "osv-scanner-custom.json"
	customPlugin = "osv/osvscannerjson"
)

// queryable lists the packages that osv-scanner can match, each once, and counts the
// others.
func queryable(packages []observation.Package) (queried []observation.Coordinate, unmatched map[advisory.Unmatched]int) {
	unmatched = map[advisory.Unmatched]int{}
	seen := map[observation.Coordinate]bool{}
	for _, p := range packages {
		id := p.Coordinate()
		if seen[id] {
			continue
		}
		seen[id] = true
		switch {
		case id.Ecosystem == "" || id.Name == "":
			unmatched[advisory.Unmatched{Ecosystem: id.Ecosystem, Cause: observation.CauseUnsupported}]++
		case id.Version == "":
			unmatched[advisory.Unmatched{Ecosystem: id.Ecosystem, Cause: observation.CauseNoVersion}]++
		default:
			queried = append(queried, id)
		}
	}
	return queried, unmatched
}

func writeCustom(file string, queried []observation.Coordinate) error {
	source := models.PackageSource{}
	for _, id := range queried {
		source.Packages = append(source.Packages, models.PackageVulns{
			Package: models.PackageInfo{Ecosystem: id.Ecosystem, Name: id.Name, Version: advisory.ComparedVersion(id)},
		})
	}
	data, err := json.Marshal(models.VulnerabilityResults{Results: []models.PackageSource{source}})
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

func (m Matcher) findings(found models.VulnerabilityResults, packages []observation.Package) ([]observation.Finding, error) {
	listed := map[observation.Coordinate][]observation.Package{}
	for _, p := range packages {
		id := p.Coordinate()
		id.Version = advisory.ComparedVersion(id)
		listed[id] = append(listed[id], p)
	}
	var findings []observation.Finding
	for _, v := range found.Flatten() {
		if v.Vulnerability == nil {
			continue
		}
		record, err := protojson.Marshal(v.Vulnerability)
		if err != nil {
			return nil, err
		}
		for _, p := range listed[observation.Coordinate{Ecosystem: v.Package.Ecosystem, Name: v.Package.Name, Version: v.Package.Version}] {
			finding, err := advisory.NewFinding(record, p, m.KEV)
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", v.Vulnerability.GetId(), err)
			}
			findings = append(findings, finding)
		}
	}
	return findings, nil
}

// ctxTransport adds a context to the requests of a library that takes none. It keeps
// the errors of requests that failed and did not succeed on a later attempt.
type ctxTransport struct {
	ctx   context.Context // DoScan takes none
	inner http.RoundTripper

	mutex  sync.Mutex
	failed map[string]error // by method and URL
}

// RoundTrip implements http.RoundTripper.
func (t *ctxTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(request.Context())
	stop := context.AfterFunc(t.ctx, func() { cancel(t.ctx.Err()) })
	response, err := t.inner.RoundTrip(request.WithContext(ctx))
	outcome := err
	if err != nil {
		stop()
		cancel(nil)
	} else if response.StatusCode >= http.StatusBadRequest {
		outcome = fmt.Errorf("%s %s answered %s", request.Method, request.URL.Redacted(), response.Status)
	}
	t.setOutcome(request.Method+" "+request.URL.Redacted(), outcome)
	return response, err
}

func (t *ctxTransport) setOutcome(request string, err error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if err == nil {
		delete(t.failed, request)
		return
	}
	t.failed[request] = err
}

func (t *ctxTransport) failure() error {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	for _, request := range slices.Sorted(maps.Keys(t.failed)) {
		return t.failed[request]
	}
	return nil
}
