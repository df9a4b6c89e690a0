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
// It is the choice of those who prefer the service's data to a database of
// their own, and the reference for Midspan's matching. It costs far more than
// advisory.Database: offline it unpacks an ecosystem's archive at each call.
type Matcher struct {
	// Client carries the requests to the service.
	Client *http.Client
	// Database, where it is set, makes the matcher offline: the folder holds
	// osv-scanner/<Ecosystem>/all.zip. An ecosystem that is not there gives no
	// findings and no error: osv-scanner does not report it.
	Database string
	// KEV reports whether an id is in the catalog of known exploited
	// vulnerabilities; nil where none was read.
	KEV func(id string) bool
}

// Match gives the same result as advisory.Database.Match. A package without a version
// or an ecosystem is unmatched. A request that failed is an error: osv-scanner
// itself would call it "nothing found".
func (m Matcher) Match(ctx context.Context, packages []observation.Package) (advisory.Result, error) {
	silenceLogs()
	asked, unmatched := queryable(packages)
	if len(asked) == 0 {
		return advisory.NewResult(nil, unmatched), nil
	}
	folder, err := os.MkdirTemp("", "midspan-osv-")
	if err != nil {
		return advisory.Result{}, err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, customFile)
	if err := writeCustom(file, asked); err != nil {
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
		return advisory.Result{}, fmt.Errorf("match %d packages with osv-scanner: %w", len(asked), err)
	}
	findings, err := m.findings(found, packages)
	return advisory.NewResult(findings, unmatched), err
}

// customFile is the name under which osv-scanner reads lists of packages in
// its own format, customPlugin the extractor that does.
const (
	customFile   = "osv-scanner-custom.json"
	customPlugin = "osv/osvscannerjson"
)

// identifier is what osv-scanner knows of a package.
type identifier struct{ ecosystem, name, version string }

func identify(p observation.Package) identifier {
	return identifier{p.Ecosystem, p.Name, p.Version}
}

// queryable lists the packages that can be matched, each once, and counts the
// others by cause.
func queryable(packages []observation.Package) (asked []identifier, unmatched map[advisory.Unmatched]int) {
	unmatched = map[advisory.Unmatched]int{}
	seen := map[identifier]bool{}
	for _, p := range packages {
		id := identify(p)
		if seen[id] {
			continue
		}
		seen[id] = true
		switch {
		case id.ecosystem == "" || id.name == "":
			unmatched[advisory.Unmatched{Ecosystem: id.ecosystem, Cause: observation.CauseUnsupported}]++
		case id.version == "":
			unmatched[advisory.Unmatched{Ecosystem: id.ecosystem, Cause: observation.CauseNoVersion}]++
		default:
			asked = append(asked, id)
		}
	}
	return asked, unmatched
}

func writeCustom(file string, asked []identifier) error {
	source := models.PackageSource{}
	for _, id := range asked {
		source.Packages = append(source.Packages, models.PackageVulns{
			Package: models.PackageInfo{Ecosystem: id.ecosystem, Name: id.name, Version: id.version},
		})
	}
	data, err := json.Marshal(models.VulnerabilityResults{Results: []models.PackageSource{source}})
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

func (m Matcher) findings(found models.VulnerabilityResults, packages []observation.Package) ([]observation.Finding, error) {
	listed := map[identifier][]observation.Package{}
	for _, p := range packages {
		listed[identify(p)] = append(listed[identify(p)], p)
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
		for _, p := range listed[identifier{v.Package.Ecosystem, v.Package.Name, v.Package.Version}] {
			finding, err := advisory.Explain(record, p, m.KEV)
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", v.Vulnerability.GetId(), err)
			}
			findings = append(findings, finding)
		}
	}
	return findings, nil
}

// ctxTransport carries a context into requests of a library that takes none, and
// remembers the requests that failed and did not succeed on a retry.
type ctxTransport struct {
	ctx   context.Context // DoScan takes none
	inner http.RoundTripper

	mutex  sync.Mutex
	failed map[string]error // by method and URL
}

// RoundTrip implements http.RoundTripper.
func (a *ctxTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(request.Context())
	stop := context.AfterFunc(a.ctx, func() { cancel(a.ctx.Err()) })
	response, err := a.inner.RoundTrip(request.WithContext(ctx))
	outcome := err
	if err != nil {
		stop()
		cancel(nil)
	} else if response.StatusCode >= http.StatusBadRequest {
		outcome = fmt.Errorf("%s %s answered %s", request.Method, request.URL.Redacted(), response.Status)
	}
	a.record(request.Method+" "+request.URL.Redacted(), outcome)
	return response, err
}

func (a *ctxTransport) record(request string, err error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if err == nil {
		delete(a.failed, request)
		return
	}
	a.failed[request] = err
}

func (a *ctxTransport) failure() error {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for _, request := range slices.Sorted(maps.Keys(a.failed)) {
		return a.failed[request]
	}
	return nil
}
