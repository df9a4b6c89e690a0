package osv

import (
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"

	"github.com/midspan/midspan/scanners/osv/manifest"
	"github.com/midspan/midspan/scanners/osv/msbuild"
	"github.com/midspan/midspan/scanners/osv/purpose"
	"github.com/midspan/midspan/scanners/osv/requirements"
)

// families are the families of languages that manifests of a snapshot speak of.
type families struct {
	read  map[string]bool              // a manifest was read
	named map[string]bool              // one names a package, or could not be read, which is noted
	own   func(family string) []string // the names that manifests give what they describe
}

// familiesOf are the families of what extractors read.
func familiesOf(run *run, packages []observation.Package) families {
	of := families{read: map[string]bool{}, named: map[string]bool{}}
	for _, p := range packages {
		family := familyOfEcosystem[p.Ecosystem]
		of.read[family] = true
		if !isToolchain(p) && purpose.GroupOfFolders(p.Path) == "" {
			of.named[family] = true
		}
	}
	for name := range run.extracted {
		if !manifest.InForeignFolder(name) {
			of.read[familyOfManifest(name)] = true
		}
	}
	for name := range run.problems() {
		of.named[familyOfManifest(name)] = true
	}
	return of
}

// isToolchain reports the standard library, which each go.mod names.
func isToolchain(p observation.Package) bool { return p.Ecosystem == "Go" && p.Name == "stdlib" }

var familyOfEcosystem = map[string]string{
	"npm":         manifest.FamilyJavaScript,
	"PyPI":        manifest.FamilyPython,
	"Maven":       manifest.FamilyJVM,
	"Go":          manifest.FamilyGo,
	"crates.io":   manifest.FamilyRust,
	"RubyGems":    manifest.FamilyRuby,
	"Packagist":   manifest.FamilyPHP,
	"NuGet":       manifest.FamilyDotNet,
	"Pub":         manifest.FamilyDart,
	"Hex":         manifest.FamilyBEAM,
	"Hackage":     manifest.FamilyHaskell,
	"CRAN":        manifest.FamilyR,
	"ConanCenter": manifest.FamilyC,
	"SwiftURL":    manifest.FamilyApple,
}

// familyOfManifest is the family of a manifest that an extractor reads, also where it
// lists no package.
func familyOfManifest(name string) string {
	base := path.Base(name)
	for _, f := range []struct{ family, names string }{
		{manifest.FamilyJavaScript, "package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock"},
		{manifest.FamilyPython, "poetry.lock pdm.lock uv.lock Pipfile.lock"},
		{manifest.FamilyJVM, "gradle.lockfile buildscript-gradle.lockfile verification-metadata.xml pom.xml"},
		{manifest.FamilyGo, "go.mod"},
		{manifest.FamilyRust, "Cargo.lock"},
		{manifest.FamilyRuby, "Gemfile.lock gems.locked"},
		{manifest.FamilyPHP, "composer.lock"},
		{manifest.FamilyDotNet, "packages.lock.json packages.config"},
		{manifest.FamilyApple, "Package.resolved"},
		{manifest.FamilyDart, "pubspec.lock"},
		{manifest.FamilyBEAM, "mix.lock"},
		{manifest.FamilyHaskell, "cabal.project.freeze stack.yaml.lock"},
		{manifest.FamilyR, "renv.lock"},
		{manifest.FamilyC, "conan.lock"},
	} {
		if slices.Contains(strings.Fields(f.names), base) {
			return f.family
		}
	}
	switch {
	case requirements.Installs(name) || strings.HasPrefix(base, "pylock."):
		return manifest.FamilyPython
	case path.Ext(base) == ".pom":
		return manifest.FamilyJVM
	case strings.HasSuffix(base, ".deps.json"), msbuild.IsProject(base):
		return manifest.FamilyDotNet
	}
	return ""
}
