package osv_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/osv-scanner/v2/pkg/models"
	"github.com/google/osv-scanner/v2/pkg/osvscanner"

	"github.com/midspan/midspan/internal/observation"
)

// listed is one package of a manifest as osv-scanner and Midspan both name it.
type listed struct{ path, ecosystem, name, version string }

// hit is one advisory for one package and version.
type hit struct{ ecosystem, name, version, advisory string }

// osvScanner runs osv-scanner itself over a checkout, offline.
func osvScanner(t *testing.T, checkout, advisories string) (map[listed]bool, map[hit]bool) {
	t.Helper()
	layout := t.TempDir()
	if err := os.Symlink(advisories, filepath.Join(layout, "osv-scanner")); err != nil {
		t.Fatal(err)
	}
	override := filepath.Join(layout, "osv-scanner.toml")
	if err := os.WriteFile(override, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := osvscanner.DoScan(osvscanner.ScannerActions{
		DirectoryPaths:     []string{checkout},
		Recursive:          true,
		CompareOffline:     true,
		LocalDBPath:        layout,
		ShowAllPackages:    true,
		ConfigOverridePath: override,
		ExperimentalScannerActions: osvscanner.ExperimentalScannerActions{
			TransitiveScanning: osvscanner.TransitiveScanningActions{Disabled: true},
		},
	})
	if err != nil && !errors.Is(err, osvscanner.ErrVulnerabilitiesFound) && !errors.Is(err, osvscanner.ErrNoPackagesFound) {
		t.Fatal(err)
	}
	packages, hits := map[listed]bool{}, map[hit]bool{}
	for _, source := range found.Results {
		path, err := filepath.Rel(checkout, source.Source.Path)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range source.Packages {
			packages[listed{filepath.ToSlash(path), p.Package.Ecosystem, p.Package.Name, p.Package.Version}] = true
			addHits(hits, p)
		}
	}
	return packages, hits
}

func addHits(hits map[hit]bool, p models.PackageVulns) {
	for _, v := range p.Vulnerabilities {
		hits[hit{p.Package.Ecosystem, p.Package.Name, p.Package.Version, v.GetId()}] = true
	}
}

func packagesOf(packages []observation.Package) map[listed]bool {
	set := map[listed]bool{}
	for _, p := range packages {
		set[listed{p.Path, p.Ecosystem, p.Name, p.Version}] = true
	}
	return set
}

func hitsOf(findings []observation.Finding) map[hit]bool {
	set := map[hit]bool{}
	for _, f := range findings {
		set[hit{f.Package.Ecosystem, f.Package.Name, f.Package.Version, f.Advisory}] = true
	}
	return set
}

// compare reports what only one of two sets holds.
func compare[T comparable](t *testing.T, what string, ours, theirs map[T]bool) {
	t.Helper()
	for item := range ours {
		if !theirs[item] {
			t.Errorf("%s: only ours: %+v", what, item)
		}
	}
	for item := range theirs {
		if !ours[item] {
			t.Errorf("%s: only osv-scanner's: %+v", what, item)
		}
	}
}
